import assert from "node:assert/strict";
import test from "node:test";

import { numbersOf, scenesOf, tableOf } from "../bench-growth.mjs";
import { percentile } from "../bench-measure.mjs";

test("each store has forty-eight windows a day, and the smallest scene is first", () => {
  assert.deepEqual(scenesOf([10, 1], [30]), [
    { stores: 1, days: 30, runs: 1_440 },
    { stores: 10, days: 30, runs: 14_400 },
  ]);
});

test("a list with something else than numbers is refused, with an example", () => {
  assert.throws(() => numbersOf("1,muchas"), /1,10,100/);
  assert.deepEqual(numbersOf("1, 10"), [1, 10]);
});

test("a row of the table has the dearest and the slowest page", () => {
  const pages = [{ cpu: 1, p99: 9 }, { cpu: 2, p99: 4 }];
  const table = tableOf([{ stores: 1, days: 365, runs: 17_520, file_mb: 12, first_answer_ms: 300, resident_mb: 90, pages }]);
  assert.equal(table.split("\n").at(-1), "| 1 | 365 | 17,520 | 12 | 300 | 90 | 2.0 | 9.0 |");
});

test("a percentile does not reorder what it is of", () => {
  const times = [3, 1, 2];
  assert.deepEqual([percentile(times, 0.5), percentile(times, 0.99), times], [2, 3, [3, 1, 2]]);
});

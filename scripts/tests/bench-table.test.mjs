import assert from "node:assert/strict";
import test from "node:test";

import { reportsIn, rowsOf } from "../bench-table.mjs";

const bulk = (answer, commit) =>
  `{"bench": "bulk", "lines": 41000, "answer_cpu_s_per_million": ${answer}, "commit_cpu_s_per_million": ${commit}, "peak_mb_above_idle": 90}`;

test("reports are found among what is printed for people", () => {
  assert.equal(reportsIn([`a table\n${bulk(2, 3)}\n`, "nothing\n"]).length, 1);
});

test("a row says whether what is to be reached was reached, of the run in the middle", () => {
  const rows = rowsOf(reportsIn([[bulk(2, 3), bulk(2, 9), bulk(1, 3)].join("\n")]));
  const both = rows.find(({ what }) => what.endsWith("both"));
  assert.deepEqual([both.measured, both.reached], [5, true]);
});

test("requests a second are to be reached from below", () => {
  const report = { bench: "dashboards", rows: [{ what: "busy", requests_per_second: 900 }] };
  const [row] = rowsOf([report]).filter(({ what }) => what.startsWith("requests"));
  assert.deepEqual([row.measured, row.reached], [900, false]);
});

test("what did not run has no row", () => assert.deepEqual(rowsOf([]), []));

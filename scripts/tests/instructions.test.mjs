import assert from "node:assert/strict";
import test from "node:test";

import { compare, countIn } from "../instructions.mjs";

const failing = (committed, counted) => compare(committed, counted).filter(({ fails }) => fails).map(({ path }) => path);

test("a path that takes more instructions than the tolerance allows fails, and no other", () => {
  assert.deepEqual(failing({ body: 1000, intervals: 1000 }, { body: 1251, intervals: 1250 }), ["body"]);
});

test("a path that was never counted fails", () => assert.deepEqual(failing({}, { body: 1 }), ["body"]));

test("a path that got cheaper is to be accepted, and does not fail", () => {
  const [row] = compare({ body: 1000 }, { body: 700 });
  assert.equal(row.fails, false);
  assert.match(row.says, /-30\.0 % of 1000: accept it/);
});

test("nothing counted is an error, and not a count of none", () => {
  assert.equal(countIn("==7== Events    : Ir\n==7== Collected : 4711\n"), 4711);
  assert.throws(() => countIn("==7== Collected : 0\n"), /counted nothing/);
  assert.throws(() => countIn("killed"), /counted nothing/);
});

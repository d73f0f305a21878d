// What no page runs is empty afterwards, and everything else is as it was and where it was.
import assert from "node:assert/strict";
import { test } from "node:test";

import { emptied, unused } from "../wasm-unused.mjs";
import { functionsOf } from "./module.mjs";

// i32.const 7, and the same by way of a local.
const seven = [0, 0x41, 7, 0x0b];
const sevenByLocal = [1, 1, 0x7f, 0x41, 7, 0x21, 0, 0x20, 0, 0x0b];

/** Imports of every kind come first, so that the numbers of functions and bodies differ. */
const whole = functionsOf([
  ["page", seven],
  ["_ZN6tachys4view13hydrate_async17h0123456789abcdefE", sevenByLocal],
  ["other page", sevenByLocal],
]);

const run = (module) => {
  const imports = {
    env: {
      f: () => 0,
      t: new WebAssembly.Table({ element: "anyfunc", initial: 1, maximum: 2 }),
      m: new WebAssembly.Memory({ initial: 1 }),
      g: new WebAssembly.Global({ value: "i32" }, 0),
    },
  };
  return new WebAssembly.Instance(new WebAssembly.Module(module), imports).exports;
};

test("a function that fits traps, and the others run", () => {
  assert.equal(run(whole).f1(), 7);
  const { module, count } = emptied(whole, unused["lazy hydration"]);
  assert.equal(count, 1);
  const { f0, f1, f2 } = run(module);
  assert.deepEqual([f0(), f2()], [7, 7]);
  assert.throws(() => f1(), WebAssembly.RuntimeError);
});

test("nothing moves", () => {
  const { module } = emptied(whole, unused["lazy hydration"]);
  assert.equal(module.length, whole.length);
  const differing = [...module.keys()].filter((place) => module[place] !== whole[place]);
  assert.ok(differing.length > 0 && differing.at(-1) - differing[0] < sevenByLocal.length);
});

test("where nothing fits, nothing is touched", () => {
  const { module, count } = emptied(whole, /nobody/);
  assert.equal(count, 0);
  assert.deepEqual(module, whole);
});

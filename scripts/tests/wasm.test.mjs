// What is served keeps its code and its build id, and nothing that only Sentry needs.
import assert from "node:assert/strict";
import { test } from "node:test";

import { buildIdOf, sectionsOf, strip } from "../wasm.mjs";
import { moduleWith } from "./module.mjs";

const buildId = "0102030405060708090a0b0c0d0e0f1011121314";
const codeSection = 10;

test("names go, the code stays where it is, and so does the build id", () => {
  const whole = moduleWith({ buildId, name: "klk::".repeat(40) });
  const served = strip(whole);
  const codeOf = (module) => sectionsOf(module).find(({ id }) => id === codeSection);
  assert.ok(served.length < whole.length - 200);
  assert.equal(codeOf(served).start, codeOf(whole).start);
  assert.deepEqual(codeOf(served).content, codeOf(whole).content);
  assert.equal(buildIdOf(served), buildId);
  // As a browser reads it, and as Sentry's SDK does.
  const sections = WebAssembly.Module.customSections(new WebAssembly.Module(served), "build_id");
  assert.equal(Buffer.from(sections[0]).toString("hex"), buildId);
});

test("a module without one has none", () => {
  assert.equal(buildIdOf(moduleWith({ name: "f" })), undefined);
});

test("half a module is an error and no endless loop", () => {
  assert.throws(() => sectionsOf(Buffer.concat([moduleWith({}), Buffer.from([0, 0x80])])), /in the middle/);
});

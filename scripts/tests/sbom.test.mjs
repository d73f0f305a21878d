// What is said to be in the pages is what their scripts import, down to what that needs itself.
import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

import { BUNDLED, addPackages } from "../sbom.mjs";

const scripts = join(dirname(fileURLToPath(import.meta.url)), "../../frontend/js");

test("every package that the pages import is named, and no other", () => {
  const imported = new Set();
  for (const file of readdirSync(scripts).filter((name) => name.endsWith(".ts"))) {
    const source = readFileSync(join(scripts, file), "utf8");
    for (const [, name] of source.matchAll(/\bfrom ['"]([^.'"][^'"]*)['"]/g)) imported.add(name);
  }
  assert.deepEqual([...imported].sort(), [...BUNDLED].sort());
});

test("a package comes with what it needs, its licence and its checksum", () => {
  const components = new Map();
  const [browser] = addPackages(["@sentry/browser"], components);
  assert.match(browser, /^pkg:npm\/%40sentry\/browser@\d/);
  for (const [ref, component] of components) {
    assert.ok(component.license && component.hashes[0].content.length === 128, ref);
    for (const needed of component.dependsOn) assert.ok(components.has(needed), `${ref} needs ${needed}`);
  }
  assert.ok([...components.keys()].some((ref) => ref.startsWith("pkg:npm/%40sentry/core@")));
  assert.throws(() => addPackages(["no-hay-tal"], components), /no-hay-tal/);
});

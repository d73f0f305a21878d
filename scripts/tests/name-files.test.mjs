import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import { fileURLToPath } from "node:url";

const script = join(dirname(fileURLToPath(import.meta.url)), "../name-files.mjs");
let folder, from, site;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "klk-names-"));
  [from, site] = [join(folder, "from"), join(folder, "site")];
  mkdirSync(from);
  mkdirSync(site);
  writeFileSync(join(from, "bridge.js"), "export const a=1;\n//# sourceMappingURL=bridge.js.map\n");
  writeFileSync(join(from, "bridge.js.map"), "{}");
  writeFileSync(join(from, "klk.js"), 'import { a } from "/pkg/bridge.js"; export default { "/pkg/bridge.js": a };');
  writeFileSync(join(from, "sentry.js"), 'import{a}from"./bridge.js";a();');
  writeFileSync(join(from, "klk.wasm"), "module");
});
afterEach(() => rmSync(folder, { recursive: true }));
const run = (...folders) => assert.equal(spawnSync(process.execPath, [script, ...folders]).status, 0);
const manifest = () => JSON.parse(readFileSync(join(site, "files.json"), "utf8"));
const content = (name) => readFileSync(join(site, "pkg", manifest().files[name]), "utf8");

test("each file has its hash in its name, and names others by theirs", () => {
  run(from, site);
  const { files } = manifest();
  for (const [name, named] of Object.entries(files)) {
    const [stem, ending] = name.split(".");
    assert.match(named, new RegExp(`^${stem}-[0-9a-f]{12}\\.${ending}$`));
  }
  assert.equal(content("klk.js"), `import { a } from "/pkg/${files["bridge.js"]}"; export default { "/pkg/bridge.js": a };`);
  assert.equal(content("sentry.js"), `import{a}from"./${files["bridge.js"]}";a();`);
  assert.ok(content("bridge.js").endsWith(`sourceMappingURL=${files["bridge.js"]}.map\n`));
  assert.ok(existsSync(join(site, "pkg", `${files["bridge.js"]}.map`)));
});

test("what changed has another name, with whatever names it, and the old files are gone", () => {
  run(from, site);
  const before = manifest();
  writeFileSync(join(from, "bridge.js"), "export const a=2;");
  rmSync(join(from, "bridge.js.map"));
  run(from, site);
  const after = manifest();
  assert.notEqual(after.build, before.build);
  for (const name of ["bridge.js", "klk.js", "sentry.js"]) assert.notEqual(after.files[name], before.files[name]);
  assert.equal(after.files["klk.wasm"], before.files["klk.wasm"]);
  assert.deepEqual(readdirSync(join(site, "pkg")).sort(), Object.values(after.files).sort());
});

test("files of a site that were changed are named anew in place", () => {
  run(from, site);
  const before = manifest();
  run(site);
  assert.deepEqual(manifest(), before);
  const bridge = join(site, "pkg", before.files["bridge.js"]);
  writeFileSync(bridge, `${readFileSync(bridge, "utf8")}//# debugId=1\n`);
  run(site);
  const after = manifest();
  for (const name of ["bridge.js", "klk.js", "sentry.js"]) assert.notEqual(after.files[name], before.files[name]);
  assert.ok(content("sentry.js").includes(after.files["bridge.js"]));
});

test("a folder that is not there is refused", () => {
  assert.equal(spawnSync(process.execPath, [script, join(folder, "none"), site]).status, 2);
});

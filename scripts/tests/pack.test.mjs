// An archive is its files and nothing else: not who packed it, when, or in which order the disk has them.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";

import { pack } from "../pack.mjs";

const folder = mkdtempSync(join(tmpdir(), "klk-pack-"));
after(() => rmSync(folder, { recursive: true }));

const deep = `site/${"carpeta-de-nombre-largo/".repeat(4)}archivo-de-nombre-largo.txt`;

function dist(name, order) {
  const contents = { "klk": "binary", "site/b.js": "b", "site/a.js": "a", "Leptos.toml": "x".repeat(1024), "vacío.txt": "", [deep]: "y" };
  for (const path of order(Object.keys(contents))) {
    const file = join(folder, name, path);
    mkdirSync(join(file, ".."), { recursive: true });
    writeFileSync(file, contents[path]);
    if (path === "klk") chmodSync(file, name === "one" ? 0o700 : 0o775);
    utimesSync(file, name.length * 1000, name.length * 1000);
  }
  return join(folder, name);
}

test("the same files give the same bytes", () => {
  const one = pack(dist("one", (paths) => paths), "klk-1", 1_760_000_000);
  const other = pack(dist("another", (paths) => paths.reverse()), "klk-1", 1_760_000_000);
  assert.ok(one.equals(other));
  assert.ok(!one.equals(pack(join(folder, "one"), "klk-1", 1_760_000_001)));
});

test("tar reads it as it was packed", () => {
  const archive = join(folder, "klk-2.tar.gz");
  writeFileSync(archive, pack(dist("two", (paths) => paths), "klk-2", 1_760_000_000));
  const list = spawnSync("tar", ["-tf", archive], { encoding: "utf8" });
  assert.equal(list.stderr, "");
  const names = list.stdout.trim().split("\n").map((line) => line.replace(/\\303\\255/g, "í"));
  assert.deepEqual(names, ["Leptos.toml", "klk", "site/a.js", "site/b.js", deep, "vacío.txt"].map((path) => `klk-2/${path}`));
  const into = join(folder, "unpacked");
  mkdirSync(into);
  assert.equal(spawnSync("tar", ["-xf", archive, "-C", into]).status, 0);
  assert.equal(readFileSync(join(into, "klk-2/Leptos.toml"), "utf8"), "x".repeat(1024));
  assert.equal(readFileSync(join(into, "klk-2", deep), "utf8"), "y");
  assert.equal(statSync(join(into, "klk-2/klk")).mode & 0o111, 0o111);
  assert.equal(statSync(join(into, "klk-2/site/a.js")).mtimeMs, 1_760_000_000_000);
});

test("what is no plain file is refused", () => {
  const strange = join(folder, "strange");
  mkdirSync(strange);
  symlinkSync("/etc/passwd", join(strange, "link"));
  assert.throws(() => pack(strange, "klk-3", 0), /link is no plain file/);
});

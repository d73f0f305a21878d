import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { beforeEach, afterEach, test } from "node:test";
import { fileURLToPath } from "node:url";
import { brotliDecompressSync, gunzipSync } from "node:zlib";

const script = join(dirname(fileURLToPath(import.meta.url)), "../precompress.mjs");
let site;
beforeEach(() => {
  site = mkdtempSync(join(tmpdir(), "klk-site-"));
  mkdirSync(join(site, "pkg"));
});
afterEach(() => rmSync(site, { recursive: true }));
const precompress = () => assert.equal(spawnSync(process.execPath, [script, site]).status, 0);
const style = "body{color:red}".repeat(100);

test("each file has its copies, which decompress to it", () => {
  writeFileSync(join(site, "pkg/klk.css"), style);
  precompress();
  assert.equal(brotliDecompressSync(readFileSync(join(site, "pkg/klk.css.br"))).toString(), style);
  assert.equal(gunzipSync(readFileSync(join(site, "pkg/klk.css.gz"))).toString(), style);
});

test("a copy of what the file was before is replaced, and a current one is kept", () => {
  writeFileSync(join(site, "pkg/klk.css"), style);
  precompress();
  const { mtimeMs } = statSync(join(site, "pkg/klk.css.br"));
  precompress();
  assert.equal(statSync(join(site, "pkg/klk.css.br")).mtimeMs, mtimeMs);
  writeFileSync(join(site, "pkg/klk.css"), style.replaceAll("red", "blue"));
  precompress();
  assert.match(brotliDecompressSync(readFileSync(join(site, "pkg/klk.css.br"))).toString(), /blue/);
});

test("copies without their file, and copies that save nothing, are not left to be served", () => {
  writeFileSync(join(site, "pkg/gone.css.br"), "old");
  writeFileSync(join(site, "pkg/tiny.js"), "1");
  writeFileSync(join(site, "pkg/tiny.js.br"), "old");
  precompress();
  assert.ok(!existsSync(join(site, "pkg/gone.css.br")));
  assert.ok(!existsSync(join(site, "pkg/tiny.js.br")));
});

test("a folder that is not there is refused", () => {
  assert.equal(spawnSync(process.execPath, [script, join(site, "none")]).status, 2);
});

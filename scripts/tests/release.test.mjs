// The release script with the true sentry-cli, against a server that keeps what it is asked.
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, beforeEach, test } from "node:test";
import { fileURLToPath } from "node:url";
import { brotliDecompressSync } from "node:zlib";

import { moduleWith } from "./module.mjs";

const root = join(dirname(fileURLToPath(import.meta.url)), "../..");
const release = `klk-tracking@${/\[workspace\.package\]\nversion = "(.*)"/.exec(readFileSync(join(root, "Cargo.toml"), "utf8"))[1]}`;
const buildId = "0102030405060708090a0b0c0d0e0f1011121314";
const debugId = "01020304-0506-0708-090a-0b0c0d0e0f10";

let folder, server, requests, status;

before(async () => {
  folder = mkdtempSync(join(tmpdir(), "klk-release-"));
  server = createServer(answer).listen(0, "127.0.0.1");
  await once(server, "listening");
});
after(() => {
  server.close();
  rmSync(folder, { recursive: true });
});
beforeEach(() => {
  [requests, status] = [[], 200];
  mkdirSync(join(folder, "plain"), { recursive: true });
  mkdirSync(join(folder, "debug"), { recursive: true });
  writeFileSync(join(folder, "debug/klk.wasm"), moduleWith({ buildId, name: "klk::main" }));
  writeFileSync(join(folder, "plain/klk.wasm"), moduleWith({ buildId }));
  writeFileSync(join(folder, "plain/klk.js"), "export const other = 1;\n");
  writeFileSync(join(folder, "plain/sentry.js"), "const a=()=>{throw 1};a();\n//# sourceMappingURL=sentry.js.map\n");
  const map = { version: 3, sources: ["sentry.ts"], sourcesContent: ["fail()"], names: [], mappings: "AAAA" };
  writeFileSync(join(folder, "plain/sentry.js.map"), JSON.stringify(map));
  const naming = spawnSync(process.execPath, [join(root, "scripts/name-files.mjs"), join(folder, "plain"), join(folder, "site")]);
  assert.equal(naming.status, 0, String(naming.stderr));
});

/** Where a file of the site is, which has its hash in its name. */
function served(name) {
  return join(folder, "site/pkg", JSON.parse(readFileSync(join(folder, "site/files.json"), "utf8")).files[name]);
}

/** What Sentry answers to each, as far as sentry-cli looks. */
async function answer(request, response) {
  const parts = [];
  for await (const part of request) parts.push(part);
  const [path, body] = [request.url.split("?")[0].replace("/api/0/", ""), Buffer.concat(parts).toString("latin1")];
  requests.push({ method: request.method, path, token: request.headers.authorization, body });
  const json = () => JSON.parse(body);
  let content = { version: release, dateCreated: "2026-11-24T00:00:00Z", environment: "test", id: "1", projects: [], newGroups: 0 };
  if (path.endsWith("/chunk-upload/") && request.method === "GET") {
    content = {
      url: `${address()}/upload/`, chunkSize: 8 << 20, chunksPerRequest: 64, maxFileSize: 1 << 30, maxRequestSize: 32 << 20,
      concurrency: 1, hashAlgorithm: "sha1", compression: [], accept: ["debug_files", "release_files", "artifact_bundles", "artifact_bundles_v2"],
    };
  } else if (path.endsWith("/difs/assemble/")) {
    // The first time it has nothing of it, so that the file itself is sent.
    const isFirst = requests.filter((other) => other.path === path).length === 1;
    const entries = Object.entries(json()).map(([sha, { chunks }]) => [
      sha, isFirst ? { state: "not_found", missingChunks: chunks } : { state: "created", missingChunks: [] },
    ]);
    content = Object.fromEntries(entries);
  } else if (path.endsWith("/assemble/")) {
    content = { state: "ok", missingChunks: [] };
  } else if (path.endsWith("/repos/")) {
    content = [];
  }
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(status === 200 ? content : { detail: "no" }));
}

function address() {
  return `http://127.0.0.1:${server.address().port}`;
}

async function run(environment) {
  const own = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(SENTRY|KLK)_/.test(name)));
  const child = spawn("bash", [join(root, "scripts/release.sh"), folder], { env: { ...own, ...environment } });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (data) => (output += data));
  const [code] = await once(child, "close");
  return { code, output };
}

function complete() {
  return {
    SENTRY_AUTH_TOKEN: "token-7", SENTRY_ORGANIZATION: "cadena", SENTRY_PROJECT: "klk", SENTRY_ENVIRONMENT: "production",
    SENTRY_WEB_URL: address(),
  };
}

test("the release is created, described, finished and recorded where it runs", async () => {
  const { code, output } = await run(complete());
  assert.equal(code, 0, output);
  const asked = (method, path) => requests.filter((request) => request.method === method && request.path === path);
  const organization = "organizations/cadena";
  assert.deepEqual(JSON.parse(asked("POST", `${organization}/releases/`)[0].body).version, release);
  const changes = asked("PUT", `${organization}/releases/${release}/`).map(({ body }) => JSON.parse(body));
  assert.ok(changes.at(-1).dateReleased, JSON.stringify(changes));
  if (existsSync(join(root, ".git"))) assert.ok(changes[0].commits.length > 0, JSON.stringify(changes));
  const [debugFile] = Object.values(JSON.parse(asked("POST", "projects/cadena/klk/files/difs/assemble/")[0].body));
  assert.equal(debugFile.debug_id, debugId);
  assert.ok(requests.some(({ path, body }) => path === "/upload/" && body.includes("klk::main")));
  assert.equal(JSON.parse(asked("POST", `${organization}/artifactbundle/assemble/`)[0].body).version, release);
  const [deploy] = asked("POST", `${organization}/releases/${release}/deploys/`);
  assert.equal(JSON.parse(deploy.body).environment, "production");
  assert.equal(requests.at(-1), deploy);
  assert.ok(requests.every(({ token }) => token === "Bearer token-7"));
  // What is served is what Sentry knows: the identifier is in the script that has a map, and in no other.
  assert.match(readFileSync(served("sentry.js"), "utf8"), /debugId=[0-9a-f-]{36}/);
  assert.match(brotliDecompressSync(readFileSync(`${served("sentry.js")}.br`)).toString(), /debugId=[0-9a-f-]{36}/);
  assert.doesNotMatch(readFileSync(served("klk.js"), "utf8"), /debugId/);
});

test("what is missing is named, and nothing is asked of anybody", async () => {
  const { SENTRY_AUTH_TOKEN, SENTRY_ENVIRONMENT, ...rest } = complete();
  const { code, output } = await run(rest);
  assert.equal(code, 2);
  assert.match(output, /missing in the environment: SENTRY_AUTH_TOKEN SENTRY_ENVIRONMENT/);
  assert.deepEqual(requests, []);
});

test("debug information of another build is refused", async () => {
  writeFileSync(join(folder, "debug/klk.wasm"), moduleWith({ buildId: buildId.replace("01", "ff"), name: "klk::main" }));
  const { code, output } = await run(complete());
  assert.equal(code, 2);
  assert.match(output, /build again/);
  assert.deepEqual(requests, []);
});

test("a token that Sentry does not know ends it", async () => {
  status = 401;
  const { code, output } = await run(complete());
  assert.notEqual(code, 0);
  assert.match(output, /401/);
  assert.ok(!requests.some(({ path }) => path.endsWith("/deploys/")));
});

// What pages and REST answers cost `klk serve`: its processor's time (user and system) per request, and how long they take,
// warm, one after the other and at the same time. Prints a table, and one line of JSON for programs.
//
//   node scripts/bench-pages.mjs KLK DATABASE STORES [NAME=VALUE...]
//
// DATABASE is made by the bench `scene` of the warehouse; settings are passed on as variables of the environment.
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { Agent, request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { measure } from "./bench-measure.mjs";
import { residentMb } from "./bench-server.mjs";

const [klk, database, stores, ...settings] = process.argv.slice(2);
const PORT = Number(process.env.BENCH_PORT ?? 3917);
const REQUESTS = Number(process.env.BENCH_REQUESTS ?? 300);
const CONCURRENT = 16;

const folder = mkdtempSync(join(tmpdir(), "klk-bench-"));
const store = (_, index) => {
  const number = String(index + 1).padStart(3, "0");
  const warehouses = `[{ codigo = "T${number}", nombre = "PISO" }, { codigo = "P${number}", nombre = "PRINCIPAL" }]`;
  return `[[tiendas]]\nid = "tienda_${number}"\ncodigo = "SUC${number}"\nnombre = "TIENDA ${number}"\nhorario = "07:00-21:00"\nalmacenes = ${warehouses}\n`;
};
writeFileSync(join(folder, "klk.toml"), Array.from({ length: Number(stores) }, store).join("\n"));

const environment = {
  ...process.env,
  KLK_DATABASE: database,
  KLK_ADDRESS: `127.0.0.1:${PORT}`,
  KLK_BASE_URL: "http://127.0.0.1:9",
  KLK_SCHEDULER: "off",
  KLK_AUTO_RETRY: "off",
  KLK_LOG: "error",
  KLK_PETICIONES_POR_PERSONA_MAX: "0",
  ...Object.fromEntries(settings.map((setting) => setting.split("="))),
};
const agent = new Agent({ keepAlive: true, maxSockets: CONCURRENT });

// Who is signed in, once somebody is.
let cookie = "";

function ask(path, form) {
  return new Promise((resolve, reject) => {
    const started = performance.now();
    const headers = { accept: "*/*", ...(cookie && { cookie }), ...(form && { "content-type": "application/x-www-form-urlencoded" }) };
    const asked = request({ host: "127.0.0.1", port: PORT, path, agent, method: form ? "POST" : "GET", headers }, (response) => {
      let body = "";
      response.setEncoding("utf8");
      response.on("data", (part) => (body += part));
      const { statusCode: status, headers } = response;
      response.on("end", () => resolve({ status, body, headers, ms: performance.now() - started }));
    });
    asked.on("error", reject);
    asked.end(form);
  });
}

const [person, password] = ["bench", "una-clave-de-medir-42"];

async function signIn() {
  const answer = await ask("/entrar", new URLSearchParams({ usuario: person, clave: password }).toString());
  cookie = (answer.headers["set-cookie"] ?? []).map((text) => text.split(";")[0]).join("; ");
  if (cookie === "") throw new Error(`nobody is signed in: ${answer.status}`);
}

const added = spawnSync(klk, ["usuarios", "crear", person, "--rol", "administrador"], {
  cwd: folder, env: environment, input: `${password}\n`, stdio: ["pipe", "ignore", "inherit"],
});
if (added.status !== 0) throw new Error("nobody could be added who signs in");
const started = performance.now();
const server = spawn(klk, ["serve"], { cwd: folder, env: environment, stdio: ["ignore", "inherit", "inherit"] });
try {
  for (;;) {
    try {
      if ((await ask("/health/ready")).status === 200) break;
    } catch {
      if (server.exitCode !== null) throw new Error("klk serve ended");
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }
  await signIn();
  if ((await ask("/api/etl/tracking/ejecuciones?limite=1")).status !== 200) throw new Error("runs are not answered");
  const firstAnswer = performance.now() - started;
  const newest = JSON.parse((await ask("/api/etl/tracking/ejecuciones?limite=1")).body);
  // As the scene is called.
  const runs = Number(/(\d+)\.duckdb$/.exec(database)?.[1]);
  const run = newest.ejecuciones[0];
  const paths = [
    "/", "/cobertura", "/actividad", "/pendientes", `/actividad/${run.id}`, `/tiendas/tienda_001/${run.fecha_desde}`,
    "/pendientes/cambios", "/pendientes/inventario", "/tiendas",
    "/api/etl/tracking/ejecuciones", "/api/etl/tracking/gaps", "/api/etl/tracking/gaps/total", "/api/etl/tracking/progreso",
    "/api/etl/tracking/metricas", "/api/etl/tracking/cron/status", "/api/etl/tracking/conciliaciones", "/health/live",
  ];
  const rows = [];
  const number = (value, digits = 2) => value.toFixed(digits).padStart(9);
  console.log(`${database}: first answer after ${firstAnswer.toFixed(0)} ms, ${residentMb(server.pid).toFixed(0)} MB`);
  console.log(`${"".padEnd(48)}   cold ms   CPU ms    p50 ms    p99 ms   16 at once: CPU ms  p99 ms  requests/s`);
  for (const path of paths) {
    const cold = await ask(path);
    if (cold.status !== 200) {
      console.log(`${path.padEnd(48)} ${cold.status}`);
      continue;
    }
    for (let round = 0; round < 10; round += 1) await ask(path);
    const alone = await measure({ pid: server.pid, ask }, path, { workers: 1, requests: REQUESTS });
    const together = await measure({ pid: server.pid, ask }, path, { workers: CONCURRENT, requests: REQUESTS });
    rows.push({ path: path.replace(run.id, ":run"), cold_ms: cold.ms, alone, together });
    console.log(
      path.replace(run.id, ":run").slice(0, 48).padEnd(48) + number(cold.ms, 1) + number(alone.cpu) + number(alone.p50) +
        number(alone.p99) + number(together.cpu).padStart(20) + number(together.p99, 1) + number(together.perSecond, 0),
    );
  }
  console.log(JSON.stringify({ bench: "pages", database, runs, stores: Number(stores), settings, first_answer_ms: firstAnswer, resident_mb: residentMb(server.pid), rows }));
} finally {
  server.kill("SIGTERM");
  await new Promise((resolve) => server.on("exit", resolve));
  agent.destroy();
  rmSync(folder, { recursive: true });
}

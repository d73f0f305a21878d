// What several processes on one PostgreSQL cost, and what more of them bring: a recovery by one to four workers, beside the same one
// by a process with a file; and what a page costs on either. The POS is simulated by another process that takes a while for each
// response, as a real one does. Prints a table, and one line of JSON for programs.
//
//   node scripts/bench-workers.mjs KLK ADDRESS      # postgres://person@host:port/database, whose person may make databases
//
// Processor's time of PostgreSQL is that of every process with its name on this machine. BENCH_* change the scene.
import { spawn, spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";

import { Server, cpuMs, recover, sleep } from "./bench-server.mjs";

const [klk, address] = process.argv.slice(2);
const PORT = Number(process.env.BENCH_PORT ?? 3938);
const SOURCE_PORT = PORT + 1;
const STORES = Number(process.env.BENCH_STORES ?? 20);
const DAYS = Number(process.env.BENCH_DAYS ?? 2);
const LATENCY_MS = Number(process.env.BENCH_LATENCY_MS ?? 200);
const WORKERS = Number(process.env.BENCH_WORKERS ?? 4);
/** Runs at a time of each worker: few, so that it waits for the POS and not for the processor. */
const RUNS = 3;
const PAGES = ["/", "/cobertura", "/pendientes", "/actividad", "/api/etl/tracking/gaps"];
const VIEWS = Number(process.env.BENCH_VIEWS ?? 100);

const scene = { klk, sourcePort: SOURCE_PORT, stores: STORES };

function postgresMs() {
  const isPostgres = (pid) => {
    try {
      return readFileSync(`/proc/${pid}/comm`, "utf8").trim() === "postgres";
    } catch {
      return false;
    }
  };
  const all = readdirSync("/proc").filter((name) => /^\d+$/.test(name) && isPostgres(name));
  return all.map((pid) => cpuMs(pid, true)).reduce((sum, ms) => sum + ms, 0);
}

function statement(sql) {
  const { status, stderr } = spawnSync("psql", [address, "-q", "-c", sql], { encoding: "utf8" });
  if (status !== 0) throw new Error(`${sql}: ${stderr}`);
}

/** What the same pages cost that were asked for a moment ago, and what they cost where each is computed. */
async function pages(settings) {
  const found = {};
  for (const [kind, kept] of [["warm", {}], ["computed", { KLK_KEPT_ANSWERS_MAX: "0" }]]) {
    const server = await Server.start({ ...scene, port: PORT + 50, settings: { ...settings, ...kept }, addsPerson: false });
    await server.signIn();
    for (const page of PAGES) await server.ask(page);
    const [own, other] = [cpuMs(server.process.pid), postgresMs()];
    for (let view = 0; view < VIEWS; view += 1) {
      const { status } = await server.ask(PAGES[view % PAGES.length]);
      if (status !== 200) throw new Error(`${PAGES[view % PAGES.length]}: ${status}`);
    }
    found[`page_${kind}_ms`] = (cpuMs(server.process.pid) - own) / VIEWS;
    found[`page_${kind}_postgres_ms`] = (postgresMs() - other) / VIEWS;
    await server.stop();
  }
  return found;
}

const rows = [];
const row = (what, value) => {
  rows.push({ what, ...value });
  const figures = Object.entries(value).map(([name, figure]) => `${name} ${typeof figure === "number" ? figure.toFixed(1) : figure}`);
  console.log(`${what.padEnd(24)} ${figures.join(", ")}`);
};

/** A recovery on an empty database, by a file's one process or by so many workers beside a server of pages. */
async function measure(workers) {
  const runs = { KLK_WORKERS: String(RUNS), KLK_WORKERS_PER_BRANCH: "1", KLK_PLAN_REST_SECONDS_MAX: "0" };
  const name = `klk_bench_${process.pid}_${workers}`;
  const settings = { ...runs };
  if (workers > 0) {
    statement(`CREATE DATABASE ${name}`);
    settings.KLK_DATABASE = Object.assign(new URL(address), { pathname: `/${name}` }).toString();
  }
  const first = await Server.start({ ...scene, port: PORT, settings, role: workers > 0 ? "web" : undefined });
  await first.signIn();
  const others = [];
  for (let place = 1; place <= workers; place += 1) {
    others.push(await Server.start({ ...scene, port: PORT + 1 + place, settings, role: "trabajador", addsPerson: false }));
  }
  // Until each knows of the others.
  await sleep(workers > 1 ? 6_000 : 0);
  const before = [postgresMs(), ...others.map((server) => cpuMs(server.process.pid))];
  const speed = await recover(first, DAYS);
  if (speed.succeeded !== speed.windows) throw new Error(`${speed.succeeded} of ${speed.windows} windows`);
  const after = [postgresMs(), ...others.map((server) => cpuMs(server.process.pid))];
  const [postgres, ...own] = after.map((ms, place) => (ms - before[place]) / speed.windows);
  const costs = {
    windows: speed.windows,
    lines: speed.lines,
    windows_per_second: speed.windows_per_second,
    worker_cpu_ms_per_window: workers > 0 ? own.reduce((sum, ms) => sum + ms, 0) : speed.cpu_ms_per_window,
    web_cpu_ms_per_window: workers > 0 ? speed.cpu_ms_per_window : 0,
    postgres_cpu_ms_per_window: workers > 0 ? postgres : 0,
  };
  for (const server of others) await server.stop();
  if (workers === 0) {
    row("a file, one process", { workers, ...costs });
  } else {
    await first.stop();
    const cost = workers === WORKERS ? await pages(settings) : {};
    row(`PostgreSQL, ${workers} worker${workers > 1 ? "s" : ""}`, { workers, ...costs, ...cost });
    statement(`DROP DATABASE ${name} WITH (FORCE)`);
    return;
  }
  // The folder of the server has the file: it is read before it goes.
  await first.end();
  row("a file, its pages", await pages({ ...settings, KLK_DATABASE: `${first.folder}/bench.duckdb` }));
  first.forget();
}

const source = spawn(klk, ["sim", "--puerto", String(SOURCE_PORT), "--tiendas", String(STORES), "--latencia-ms", String(LATENCY_MS)], {
  stdio: ["ignore", "ignore", "inherit"],
});
try {
  await sleep(500);
  for (let workers = 0; workers <= WORKERS; workers += 1) await measure(workers);
  console.log(JSON.stringify({ bench: "workers", stores: STORES, latency_ms: LATENCY_MS, runs_a_worker: RUNS, rows }));
} finally {
  Server.killAll();
  source.kill("SIGTERM");
}

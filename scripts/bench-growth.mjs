// What grows with stores, with time and with open pages. Of 1, 10 and 100 stores with a month, a year and five years of half
// hours: the size of the file, the time to the first answer, memory, and the processor's time and p99 of the main pages. Of 1, 10,
// 50 and 500 open pages during a recovery: windows a second and the processor's time of one. Prints a table, and one line of JSON
// for programs.
//
//   node scripts/bench-growth.mjs KLK FOLDER SCENE...
//
// SCENE is the command that makes a database, to which FILE, RUNS and STORES are added (`cargo bench … --bench scene --`).
// FOLDER keeps scenes and what was measured on them: what was stopped goes on where it was. A scene is made anew when it is older than
// BENCH_SCENE_DAYS_MAX days, since its half hours end when it is made; what was measured counts for the same KLK only.
// BENCH_STORES, BENCH_DAYS_OF_RUNS and BENCH_OPEN_PAGES are lists with commas: fewer scenes.
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { dashboard, measure } from "./bench-measure.mjs";
import { Server, recover, residentMb, sleep } from "./bench-server.mjs";

const WINDOWS_PER_DAY = 48;
const PAGES = ["/", "/cobertura", "/actividad", "/pendientes", "/tiendas"];
const PORT = Number(process.env.BENCH_PORT ?? 3924);
const REQUESTS = Number(process.env.BENCH_REQUESTS ?? 200);
const SCENE_DAYS_MAX = Number(process.env.BENCH_SCENE_DAYS_MAX ?? 7);
const RECOVERY_STORES = 5;
const RECOVERY_DAYS = Number(process.env.BENCH_DAYS ?? 7);

/** Positive whole numbers of a list with commas. */
export function numbersOf(text) {
  const numbers = text.split(",").map((part) => Number(part.trim()));
  const wrong = numbers.find((number) => !Number.isInteger(number) || number < 1);
  if (wrong !== undefined) throw new Error(`"${text}" is to be whole numbers from 1 with commas between them, as 1,10,100`);
  return numbers;
}

/** What is measured, small first. */
export function scenesOf(stores, days) {
  return days
    .flatMap((ofDays) => stores.map((ofStores) => ({ stores: ofStores, days: ofDays, runs: ofStores * ofDays * WINDOWS_PER_DAY })))
    .sort((a, b) => a.runs - b.runs);
}

/** The lines of the table of scenes. */
export function tableOf(scenes) {
  const digits = (value) => (value < 10 ? value.toFixed(1) : Math.round(value).toLocaleString("en"));
  const head = "| stores | days | runs | file, MB | first answer, ms | memory, MB | dearest page, CPU ms | slowest page, p99 ms |\n|---|---|---|---|---|---|---|---|";
  const rows = scenes.map(({ stores, days, runs, file_mb, first_answer_ms, resident_mb, pages }) => {
    const figures = [file_mb, first_answer_ms, resident_mb, Math.max(...pages.map((page) => page.cpu)), Math.max(...pages.map((page) => page.p99))];
    return `| ${stores} | ${days.toLocaleString("en")} | ${runs.toLocaleString("en")} | ${figures.map(digits).join(" | ")} |`;
  });
  return [head, ...rows].join("\n");
}

/** What was measured before of the same, or is measured now and kept. */
async function kept(path, doIt) {
  if (existsSync(path)) return JSON.parse(readFileSync(path, "utf8"));
  const measured = await doIt();
  writeFileSync(`${path}.new`, JSON.stringify(measured));
  renameSync(`${path}.new`, path);
  return measured;
}

/** The database of a scene, made where it is not there or too old; true where it was made. */
function prepare(folder, name, command, { runs, stores }) {
  const file = join(folder, name);
  const isFresh = existsSync(file) && Date.now() - statSync(file).mtimeMs < SCENE_DAYS_MAX * 86_400_000;
  if (isFresh) return false;
  const filesOf = (start) => readdirSync(folder).filter((other) => other.startsWith(start));
  const forget = (start) => filesOf(start).forEach((other) => rmSync(join(folder, other), { recursive: true }));
  // Under another name until it is whole, so that one that was stopped is not taken for one that is there.
  const unfinished = `unfinished-${name}`;
  forget(unfinished);
  forget(name);
  console.log(`making ${runs.toLocaleString("en")} runs of ${stores} stores`);
  const [program, ...parameters] = command;
  const made = spawnSync(program, [...parameters, join(folder, unfinished), String(runs), String(stores)], { stdio: "inherit" });
  if (made.status !== 0) throw new Error(`the scene could not be made: ${command.join(" ")}`);
  for (const other of filesOf(unfinished).sort().reverse()) renameSync(join(folder, other), join(folder, other.replace("unfinished-", "")));
  return true;
}

/** On a copy: who signs in and what the server writes stay out of the scene. */
async function measureScene(klk, folder, name, scene) {
  const copy = mkdtempSync(join(tmpdir(), "klk-growth-"));
  try {
    for (const file of readdirSync(folder)) if (file.startsWith(name)) copyFileSync(join(folder, file), join(copy, file));
    const started = performance.now();
    const server = await Server.start({
      klk, port: PORT, sourcePort: 9, stores: scene.stores, settings: { KLK_DATABASE: join(copy, name) },
    });
    const first_answer_ms = server.readyAt - server.startedAt;
    console.log(`${scene.stores} stores, ${scene.days} days: ready after ${first_answer_ms.toFixed(0)} ms (${((performance.now() - started) / 1000).toFixed(1)} s with adding a person)`);
    await server.signIn();
    const asked = { pid: server.process.pid, ask: (path) => server.ask(path) };
    const pages = [];
    for (const path of PAGES) {
      for (let round = 0; round < 10; round += 1) await server.ask(path);
      pages.push({ path, ...(await measure(asked, path, { workers: 1, requests: REQUESTS })) });
    }
    const resident_mb = residentMb(server.process.pid);
    await server.stop();
    return { ...scene, file_mb: statSync(join(folder, name)).size / 1e6, first_answer_ms, resident_mb, pages };
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}

async function measureOpenPages(klk, open) {
  const most = String(open + 16);
  const server = await Server.start({
    klk, port: PORT, sourcePort: PORT + 1, stores: RECOVERY_STORES,
    settings: {
      KLK_EVENT_STREAMS_MAX: most, KLK_EVENT_STREAMS_OF_PEER_MAX: most, KLK_CONNECTIONS_MAX: "4096", KLK_CONNECTIONS_OF_PEER_MAX: "4096",
    },
  });
  await server.signIn();
  const counts = { fetched: 0 };
  const closes = [];
  for (let place = 0; place < open; place += 1) closes.push(await dashboard(server, PAGES[place % PAGES.length], counts));
  const before = counts.fetched;
  const speed = await recover(server, RECOVERY_DAYS);
  closes.forEach((close) => close());
  const resident_mb = residentMb(server.process.pid);
  await server.stop();
  return { open, ...speed, pages_fetched: counts.fetched - before, resident_mb };
}

async function main([klk, folder, ...command]) {
  if (command.length === 0) throw new Error("node scripts/bench-growth.mjs KLK FOLDER SCENE...");
  const scenes = scenesOf(numbersOf(process.env.BENCH_STORES ?? "1,10,100"), numbersOf(process.env.BENCH_DAYS_OF_RUNS ?? "30,365,1826"));
  const opens = numbersOf(process.env.BENCH_OPEN_PAGES ?? "1,10,50,500");
  mkdirSync(folder, { recursive: true });
  const build = createHash("sha256").update(readFileSync(klk)).digest("hex").slice(0, 16);
  const resultOf = (name) => join(folder, `measured-${build}-${name}.json`);
  const measured = [];
  for (const scene of scenes) {
    const name = `${scene.stores}-stores-${scene.days}-days.duckdb`;
    if (prepare(folder, name, command, scene)) rmSync(resultOf(name), { force: true });
    measured.push(await kept(resultOf(name), () => measureScene(klk, folder, name, scene)));
  }
  console.log(tableOf(measured));
  const open_pages = [];
  const source = spawn(klk, ["sim", "--puerto", String(PORT + 1), "--tiendas", String(RECOVERY_STORES)], { stdio: ["ignore", "ignore", "inherit"] });
  try {
    await sleep(500);
    // The days of the POS are made once, so that no recovery waits for them.
    if (opens.some((open) => !existsSync(resultOf(`open-${open}`)))) await measureOpenPages(klk, 0);
    for (const open of opens) open_pages.push(await kept(resultOf(`open-${open}`), () => measureOpenPages(klk, open)));
  } finally {
    source.kill("SIGTERM");
  }
  console.log("| open pages | windows a second | CPU of a window, ms | pages fetched | memory, MB |\n|---|---|---|---|---|");
  for (const row of open_pages) {
    const figures = [row.windows_per_second, row.cpu_ms_per_window, row.pages_fetched, row.resident_mb];
    console.log(`| ${row.open} | ${figures.map((figure) => figure.toFixed(1)).join(" | ")} |`);
  }
  console.log(JSON.stringify({ bench: "growth", scenes: measured, open_pages }));
}

if (import.meta.main ?? process.argv[1]?.endsWith("bench-growth.mjs")) {
  try {
    await main(process.argv.slice(2));
  } finally {
    Server.killAll();
  }
}

// What open dashboards cost: how fast a recovery of about a thousand windows is loaded with none and with fifty of them open,
// what five hundred listeners take of memory, and how many requests a second are answered while the writer is busy. The POS is
// simulated by another process. Prints a table, and one line of JSON for programs.
//
//   node scripts/bench-dashboards.mjs KLK [NAME=VALUE...]
//
// A dashboard does what a browser's tab does (frontend/js/live.ts): it hears of changes, waits a moment for the rest of them,
// and fetches its page again. Settings are passed on as variables of the environment.
import { spawn } from "node:child_process";

import { dashboard } from "./bench-measure.mjs";
import { Server, recover, residentMb, sleep } from "./bench-server.mjs";

const [klk, ...settings] = process.argv.slice(2);
const PORT = Number(process.env.BENCH_PORT ?? 3918);
const SOURCE_PORT = PORT + 1;
const DASHBOARDS = Number(process.env.BENCH_DASHBOARDS ?? 50);
const LISTENERS = Number(process.env.BENCH_LISTENERS ?? 500);
const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 1);
const STORES = 5;
const DAYS = Number(process.env.BENCH_DAYS ?? 7);
const CONCURRENT = 16;
const PAGES = ["/", "/actividad", "/pendientes", "/cobertura"];

const start = async () => {
  const server = await Server.start({
    klk,
    port: PORT,
    sourcePort: SOURCE_PORT,
    stores: STORES,
    settings: {
      KLK_EVENT_STREAMS_MAX: String(LISTENERS + DASHBOARDS),
      KLK_EVENT_STREAMS_OF_PEER_MAX: String(LISTENERS + DASHBOARDS),
      KLK_CONNECTIONS_MAX: "4096",
      KLK_CONNECTIONS_OF_PEER_MAX: "4096",
      ...Object.fromEntries(settings.map((setting) => setting.split("="))),
    },
  });
  return server.signIn();
};

/** Requests one after the other on each of some connections, until it is over. */
async function ask(server, isOver) {
  let count = 0;
  const started = performance.now();
  const work = async (_, place) => {
    for (let round = place; !isOver(); round += 1) {
      const { status } = await server.ask(["/", "/api/etl/tracking/progreso", "/api/etl/tracking/gaps", "/api/etl/tracking/metricas"][round % 4]);
      if (status !== 200) throw new Error(`while the writer is busy: ${status}`);
      count += 1;
    }
  };
  await Promise.all(Array.from({ length: CONCURRENT }, work));
  return (count / (performance.now() - started)) * 1000;
}

const source = spawn(klk, ["sim", "--puerto", String(SOURCE_PORT), "--tiendas", String(STORES)], { stdio: ["ignore", "ignore", "inherit"] });
try {
  const rows = [];
  const row = (what, value) => {
    rows.push({ what, ...value });
    const figures = Object.entries(value).map(([name, figure]) => `${name} ${typeof figure === "number" ? figure.toFixed(1) : figure}`);
    console.log(`${what.padEnd(44)} ${figures.join(", ")}`);
  };
  // The days of the POS are made once, so that no recovery waits for them.
  await sleep(500);
  const rehearsal = await start();
  await recover(rehearsal, DAYS);
  await rehearsal.stop();
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const open of [0, DASHBOARDS]) {
      const server = await start();
      const counts = { fetched: 0 };
      const closes = await Promise.all(
        Array.from({ length: open }, (_, place) => dashboard(server, PAGES[place % PAGES.length], counts)),
      );
      const fetchedBefore = counts.fetched;
      const speed = await recover(server, DAYS);
      row(`recovery, ${open} dashboards open`, { dashboards: open, ...speed, pages_fetched: counts.fetched - fetchedBefore });
      closes.forEach((close) => close());
      await server.stop();
    }
    const server = await start();
    let perSecond = 0;
    const speed = await recover(server, DAYS, async (isOver) => (perSecond = await ask(server, isOver)));
    row(`recovery, ${CONCURRENT} connections that ask`, { ...speed, requests_per_second: perSecond });
    await sleep(1_000);
    const before = residentMb(server.process.pid);
    const closes = [];
    for (let count = 0; count < LISTENERS; count += 1) closes.push(await server.listen(() => {}));
    await sleep(2_000);
    row(`${LISTENERS} listeners`, { mb_above_none: residentMb(server.process.pid) - before });
    closes.forEach((close) => close());
    await server.stop();
  }
  console.log(JSON.stringify({ bench: "dashboards", settings, rows }));
} finally {
  Server.killAll();
  source.kill("SIGTERM");
}

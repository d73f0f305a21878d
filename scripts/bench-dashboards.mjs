// What open dashboards cost: how fast a recovery of about a thousand windows is loaded with none and with fifty of them open,
// what five hundred listeners take of memory, and how many requests a second are answered while the writer is busy. The POS is
// simulated by another process. Prints a table, and one line of JSON for programs.
//
//   node scripts/bench-dashboards.mjs KLK [NAME=VALUE...]
//
// A dashboard does what a browser's tab does (frontend/js/live.ts): it hears of changes, waits a moment for the rest of them,
// and fetches its page again. Settings are passed on as variables of the environment.
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { Agent, request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";

const [klk, ...settings] = process.argv.slice(2);
const PORT = Number(process.env.BENCH_PORT ?? 3918);
const SOURCE_PORT = PORT + 1;
const DASHBOARDS = Number(process.env.BENCH_DASHBOARDS ?? 50);
const LISTENERS = Number(process.env.BENCH_LISTENERS ?? 500);
const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 1);
const STORES = 5;
const DAYS = Number(process.env.BENCH_DAYS ?? 7);
const CONCURRENT = 16;
const TICK_MS = 10;
// As in live.ts.
const [SETTLE_MS, PAUSE_MS] = [300, 1_500];
const PAGES = ["/", "/actividad", "/pendientes", "/cobertura"];

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const store = (_, index) => {
  const number = String(index + 1).padStart(3, "0");
  return `[[tiendas]]\nid = "tienda_${number}"\ncodigo = "SUC${number}"\nnombre = "TIENDA ${number}"\nhorario = "07:00-21:00"\n` +
    `almacenes = [{ codigo = "T${number}", nombre = "PISO" }]\n`;
};
const dayAgo = (days) => new Date(Date.now() - days * 86_400_000).toISOString().slice(0, 10);

function statOf(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1].split(" ");
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
}

function residentMb(pid) {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))[1]) / 1000;
}

/** A server on an empty database, with somebody signed in. */
class Server {
  static async start() {
    const server = new Server();
    server.folder = mkdtempSync(join(tmpdir(), "klk-dashboards-"));
    writeFileSync(join(server.folder, "klk.toml"), Array.from({ length: STORES }, store).join("\n"));
    const environment = {
      ...process.env,
      KLK_DATABASE: join(server.folder, "bench.duckdb"),
      KLK_ADDRESS: `127.0.0.1:${PORT}`,
      KLK_BASE_URL: `http://127.0.0.1:${SOURCE_PORT}`,
      KLK_SCHEDULER: "off",
      KLK_AUTO_RETRY: "off",
      KLK_LOG: "error",
      KLK_EVENT_STREAMS_MAX: String(LISTENERS + DASHBOARDS),
      KLK_EVENT_STREAMS_OF_PEER_MAX: String(LISTENERS + DASHBOARDS),
      KLK_CONNECTIONS_MAX: "4096",
      KLK_CONNECTIONS_OF_PEER_MAX: "4096",
      ...Object.fromEntries(settings.map((setting) => setting.split("="))),
    };
    const [person, password] = ["bench", "una-clave-de-medir-42"];
    const options = { cwd: server.folder, env: environment };
    const added = spawnSync(klk, ["usuarios", "crear", person, "--rol", "administrador"], {
      ...options, input: `${password}\n`, stdio: ["pipe", "ignore", "inherit"],
    });
    if (added.status !== 0) throw new Error("nobody could be added who signs in");
    server.process = spawn(klk, ["serve"], { ...options, stdio: ["ignore", "inherit", "inherit"] });
    server.agent = new Agent({ keepAlive: true, maxSockets: 4096 });
    await answered(server);
    const form = new URLSearchParams({ usuario: person, clave: password }).toString();
    const answer = await server.ask("/entrar", { body: form, type: "application/x-www-form-urlencoded" });
    server.cookie = (answer.headers["set-cookie"] ?? []).map((text) => text.split(";")[0]).join("; ");
    if (!server.cookie) throw new Error(`nobody is signed in: ${answer.status}`);
    return server;
  }

  ask(path, { body, type = "application/json" } = {}) {
    return new Promise((resolve, reject) => {
      const headers = { accept: "*/*", ...(this.cookie && { cookie: this.cookie }), ...(body && { "content-type": type }) };
      const method = body ? "POST" : "GET";
      const asked = request({ host: "127.0.0.1", port: PORT, path, agent: this.agent, method, headers }, (response) => {
        const parts = [];
        response.on("data", (part) => parts.push(part));
        response.on("end", () => resolve({ status: response.statusCode, headers: response.headers, body: Buffer.concat(parts) }));
        response.on("error", reject);
      });
      asked.on("error", reject);
      asked.end(body);
    });
  }

  async json(path, value) {
    const { status, body } = await this.ask(`/api/etl/tracking/${path}`, value && { body: JSON.stringify(value) });
    if (status >= 300) throw new Error(`${path}: ${status} ${body}`);
    return JSON.parse(body);
  }

  /** Hears of changes until it is closed. */
  listen(hear) {
    return new Promise((resolve, reject) => {
      const headers = { accept: "text/event-stream", cookie: this.cookie };
      const asked = request({ host: "127.0.0.1", port: PORT, path: "/api/eventos", agent: false, headers }, (response) => {
        if (response.statusCode !== 200) return reject(new Error(`/api/eventos: ${response.statusCode}`));
        response.setEncoding("utf8");
        response.on("data", (text) => [...text.matchAll(/^event: ?(\w+)$/gm)].forEach(([, event]) => hear(event)));
        response.on("error", () => {});
        resolve(() => asked.destroy());
      });
      asked.on("error", (error) => reject(error));
      asked.end();
    });
  }

  async stop() {
    this.process.kill("SIGTERM");
    await new Promise((resolve) => this.process.on("exit", resolve));
    this.agent.destroy();
    rmSync(this.folder, { recursive: true });
  }
}

async function answered(server) {
  for (;;) {
    try {
      if ((await server.ask("/health/ready")).status === 200) return;
    } catch {
      if (server.process.exitCode !== null) throw new Error("klk serve ended");
    }
    await sleep(20);
  }
}

/** A tab that shows a page. */
async function dashboard(server, path, counts) {
  const first = await server.ask(path);
  if (first.status !== 200) throw new Error(`${path}: ${first.status}`);
  const topics = (/data-temas="([^"]*)"/.exec(first.body.toString()) ?? ["", ""])[1].split(" ");
  let [planned, fetchedAt, isClosed] = [undefined, performance.now(), false];
  const refresh = async () => {
    planned = undefined;
    const { status } = await server.ask(path);
    if (status !== 200) throw new Error(`${path}: ${status}`);
    fetchedAt = performance.now();
    counts.fetched += 1;
  };
  const hear = (topic) => {
    if (planned !== undefined || isClosed || !topics.includes(topic)) return;
    const wait = Math.max(SETTLE_MS, fetchedAt + PAUSE_MS - performance.now());
    planned = setTimeout(() => void refresh().catch((error) => isClosed || console.error(error.message)), wait);
  };
  const close = await server.listen(hear);
  return () => {
    isClosed = true;
    clearTimeout(planned);
    close();
  };
}

/** Loads some days of all stores, and says how fast; `meanwhile` is done until it has ended. */
async function recover(server, meanwhile = async () => {}) {
  const periodos = [{ fecha_desde: dayAgo(DAYS + 1), fecha_hasta: dayAgo(2) }];
  const { hash, ventanas } = await server.json("planes", { etl_tipo: "ventas", ubicaciones: [], periodos });
  const [before, started] = [statOf(server.process.pid), performance.now()];
  await server.json("planes/iniciar", { hash });
  let isOver = false;
  const beside = meanwhile(() => isOver);
  let plan;
  do {
    await sleep(200);
    [plan] = (await server.json("planes?limite=1")).planes;
  } while (["en_curso", "propuesto"].includes(plan.estado));
  const seconds = (performance.now() - started) / 1000;
  isOver = true;
  await beside;
  const cpu = statOf(server.process.pid) - before;
  const { estado: state, exitosas: succeeded, lineas: lines } = plan;
  return { windows: ventanas, state, succeeded, lines, seconds, windows_per_second: ventanas / seconds, cpu_ms_per_window: cpu / ventanas };
}

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
  const rehearsal = await Server.start();
  await recover(rehearsal);
  await rehearsal.stop();
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const open of [0, DASHBOARDS]) {
      const server = await Server.start();
      const counts = { fetched: 0 };
      const closes = await Promise.all(
        Array.from({ length: open }, (_, place) => dashboard(server, PAGES[place % PAGES.length], counts)),
      );
      const fetchedBefore = counts.fetched;
      const speed = await recover(server);
      row(`recovery, ${open} dashboards open`, { dashboards: open, ...speed, pages_fetched: counts.fetched - fetchedBefore });
      closes.forEach((close) => close());
      await server.stop();
    }
    const server = await Server.start();
    let perSecond = 0;
    const speed = await recover(server, async (isOver) => (perSecond = await ask(server, isOver)));
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
  source.kill("SIGTERM");
}

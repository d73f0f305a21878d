// `klk serve` as the benches use it: begun on a folder of its own, with somebody signed in.
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { Agent, request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";

const TICK_MS = 10;
const [PERSON, PASSWORD] = ["bench", "una-clave-de-medir-42"];

export const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
export const dayAgo = (days) => new Date(Date.now() - days * 86_400_000).toISOString().slice(0, 10);

const store = (_, index) => {
  const number = String(index + 1).padStart(3, "0");
  return `[[tiendas]]\nid = "tienda_${number}"\ncodigo = "SUC${number}"\nnombre = "TIENDA ${number}"\nhorario = "07:00-21:00"\n` +
    `almacenes = [{ codigo = "T${number}", nombre = "PISO" }]\n`;
};

const fieldsOf = (pid) => readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1].split(" ").map(Number);

/** The processor's time of a process until now, in milliseconds; with that of its children that have ended, where asked. */
export function cpuMs(pid, withEnded = false) {
  const fields = fieldsOf(pid);
  return (fields[11] + fields[12] + (withEnded ? fields[13] + fields[14] : 0)) * TICK_MS;
}

export function residentMb(pid) {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))[1]) / 1000;
}

/** `klk serve` on an empty database; its settings, as variables of the environment, win over those of the bench. */
export class Server {
  static running = new Set();

  /** Ends what a bench that failed has left. */
  static killAll() {
    for (const server of Server.running) {
      server.process?.kill("SIGKILL");
      server.forget();
    }
  }

  static async start({ klk, port, sourcePort, stores, settings = {}, role, addsPerson = true }) {
    const server = new Server();
    server.port = port;
    server.folder = mkdtempSync(join(tmpdir(), "klk-bench-"));
    writeFileSync(join(server.folder, "klk.toml"), Array.from({ length: stores }, store).join("\n"));
    const environment = {
      ...process.env,
      KLK_DATABASE: join(server.folder, "bench.duckdb"),
      KLK_ADDRESS: `127.0.0.1:${port}`,
      KLK_BASE_URL: `http://127.0.0.1:${sourcePort}`,
      KLK_SCHEDULER: "off",
      KLK_AUTO_RETRY: "off",
      KLK_LOG: "error",
      KLK_PETICIONES_POR_PERSONA_MAX: "0",
      ...settings,
    };
    const options = { cwd: server.folder, env: environment };
    if (addsPerson) {
      const added = spawnSync(klk, ["usuarios", "crear", PERSON, "--rol", "administrador"], {
        ...options, input: `${PASSWORD}\n`, stdio: ["pipe", "ignore", "inherit"],
      });
      if (added.status !== 0) throw new Error("nobody could be added who signs in");
    }
    Server.running.add(server);
    const parameters = ["serve", ...(role ? ["--rol", role] : [])];
    server.startedAt = performance.now();
    server.process = spawn(klk, parameters, { ...options, stdio: ["ignore", "inherit", "inherit"] });
    server.agent = new Agent({ keepAlive: true, maxSockets: 4096 });
    await server.isReady();
    server.readyAt = performance.now();
    return server;
  }

  /** Has whatever is asked from now on come from a person. */
  async signIn() {
    const form = new URLSearchParams({ usuario: PERSON, clave: PASSWORD }).toString();
    const answer = await this.ask("/entrar", { body: form, type: "application/x-www-form-urlencoded" });
    this.cookie = (answer.headers["set-cookie"] ?? []).map((text) => text.split(";")[0]).join("; ");
    if (!this.cookie) throw new Error(`nobody is signed in: ${answer.status}`);
    return this;
  }

  ask(path, { body, type = "application/json" } = {}) {
    return new Promise((resolve, reject) => {
      const headers = { accept: "*/*", ...(this.cookie && { cookie: this.cookie }), ...(body && { "content-type": type }) };
      const method = body ? "POST" : "GET";
      const asked = request({ host: "127.0.0.1", port: this.port, path, agent: this.agent, method, headers }, (response) => {
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
      const asked = request({ host: "127.0.0.1", port: this.port, path: "/api/eventos", agent: false, headers }, (response) => {
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
    await this.end();
    this.forget();
  }

  /** Its folder stays, with what it has loaded. */
  async end() {
    this.process.kill("SIGTERM");
    await new Promise((resolve) => this.process.on("exit", resolve));
    this.agent.destroy();
  }

  forget() {
    rmSync(this.folder, { recursive: true, force: true });
    Server.running.delete(this);
  }

  async isReady() {
    for (;;) {
      try {
        if ((await this.ask("/health/ready")).status === 200) return;
      } catch {
        if (this.process.exitCode !== null) throw new Error("klk serve ended");
      }
      await sleep(20);
    }
  }
}

/** Loads so many days of all stores, and says how fast; `meanwhile` is done until it has ended. */
export async function recover(server, days, meanwhile = async () => {}) {
  const periodos = [{ fecha_desde: dayAgo(days + 1), fecha_hasta: dayAgo(2) }];
  const { hash, ventanas } = await server.json("planes", { etl_tipo: "ventas", ubicaciones: [], periodos });
  const [before, started] = [cpuMs(server.process.pid), performance.now()];
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
  const cpu = cpuMs(server.process.pid) - before;
  const { estado: state, exitosas: succeeded, lineas: lines } = plan;
  return { windows: ventanas, state, succeeded, lines, seconds, windows_per_second: ventanas / seconds, cpu_ms_per_window: cpu / ventanas };
}

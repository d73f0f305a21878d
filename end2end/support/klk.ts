import { type ChildProcess, spawn } from 'node:child_process';
import { copyFileSync, existsSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BrowserContext } from '@playwright/test';

/** Beside those of whoever runs the tests. */
export type Variables = Record<string, string>;

/** How a command ended. */
export type Ended = { code: number | null; answer: string; errors: string };

/** A folder with a klk.toml in which the binary works; it goes away with everything that was written into it. */
export class Workplace {
  readonly folder = mkdtempSync(join(tmpdir(), 'klk-e2e-'));

  constructor(
    settings = '',
    readonly variables: Variables = {},
  ) {
    writeFileSync(join(this.folder, 'klk.toml'), settings);
  }

  start(commands: string[], stdio: 'pipe' | 'inherit' | 'ignore' = 'inherit', more: Variables = {}): ChildProcess {
    const binary = process.env.KLK_BIN;
    if (!binary) throw new Error('KLK_BIN must name the klk binary; ./dev e2e sets it');
    return spawn(binary, commands, {
      cwd: this.folder,
      env: { ...process.env, ...this.variables, ...more },
      stdio: [stdio === 'pipe' ? 'pipe' : 'ignore', stdio === 'pipe' ? 'pipe' : 'ignore', stdio],
    });
  }

  /** Runs a command to its end. */
  run(...commands: string[]): Promise<Ended> {
    return this.runWithInput('', ...commands);
  }

  /** The same, with something to read. */
  runWithInput(input: string, ...commands: string[]): Promise<Ended> {
    const child = this.start(commands, 'pipe');
    child.stdin!.end(input);
    const ended: Ended = { code: null, answer: '', errors: '' };
    child.stdout!.on('data', (piece: Buffer) => (ended.answer += piece.toString()));
    child.stderr!.on('data', (piece: Buffer) => (ended.errors += piece.toString()));
    return new Promise((resolve) => child.once('close', (code) => resolve({ ...ended, code })));
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** A server: the binary on a free port, over a database of its own. */
export class Klk {
  private constructor(
    readonly url: string,
    private readonly process: ChildProcess,
    private readonly workplace: Workplace,
    /** Of an administrator; for requests that are no page's. */
    readonly token?: string,
  ) {}

  /** A demo with its simulated stores. */
  static startDemo(variables: Variables = {}): Promise<Klk> {
    return Klk.serve(new Workplace('', variables), ['--demo', '--base', 'demo.duckdb']);
  }

  /** A demo whose week was loaded before, with its story: three gaps, and failed runs. `prepare` changes its file. */
  static async startLoadedDemo(prepare?: (file: string) => Promise<void>): Promise<Klk> {
    const workplace = new Workplace();
    const file = join(workplace.folder, 'demo.duckdb');
    copyFileSync(await loadedWeek(), file);
    await prepare?.(file);
    const klk = await Klk.serve(workplace, ['--demo', '--base', 'demo.duckdb']);
    type Progress = { lotes: { terminado_en: string | null }[] };
    await klk.until('loaded', async () => {
      const { lotes } = await klk.json<Progress>('/api/etl/tracking/progreso');
      return lotes.every((lote) => lote.terminado_en !== null);
    });
    return klk;
  }

  /** Two stores whose POS answers nobody, and nothing that fires by itself: every half hour is missing, and all is quiet.
   * `settings` are more of klk.toml. */
  static startQuiet(variables: Variables, settings = ''): Promise<Klk> {
    const since = new Date(Date.now() - 72 * 3600 * 1000).toISOString().slice(0, 10);
    const store = (id: string, name: string) =>
      `[[tiendas]]\nid = "${id}"\ncodigo = "${id}"\nnombre = "${name}"\nhorario = "09:00-18:00"\ndesde = "${since}"\n`;
    const quiet = { KLK_BASE_URL: 'http://127.0.0.1:9', KLK_SCHEDULER: 'off', KLK_RETRIES: '0', KLK_LOG: 'off' };
    const stores = store('tienda_01', 'PERIFERICO') + store('tienda_08', 'BOSQUE');
    return Klk.serve(new Workplace(stores + settings, { ...quiet, KLK_DATABASE: 'klk.duckdb', ...variables }));
  }

  /** A server in a workplace, which goes away with it. */
  static async serve(workplace: Workplace, options: string[] = []): Promise<Klk> {
    // Whoever is at the machine of the demo is let in.
    const token = options.includes('--demo') ? undefined : await addAdministrator(workplace);
    const address = `127.0.0.1:${await freePort()}`;
    // Each test signs in anew, more often than somebody does who has not forgotten their password.
    const attempts = {
      KLK_INTENTOS_POR_USUARIO_MAX: '1000',
      KLK_INTENTOS_POR_USUARIO_EN_TOTAL_MAX: '1000',
      KLK_INTENTOS_POR_DIRECCION_MAX: '1000',
    };
    const child = workplace.start(['serve', ...options], 'inherit', { KLK_ADDRESS: address, ...attempts });
    const klk = new Klk(`http://${address}`, child, workplace, token);
    await klk.until('ready', async () => (await fetch(`${klk.url}/health/ready`)).ok);
    return klk;
  }

  /** Signs the browser in, as an administrator unless somebody else is named. */
  async signIn(browser: BrowserContext, usuario = administrator.name, clave = administrator.password): Promise<void> {
    const answer = await browser.request.post(`${this.url}/entrar`, { form: { usuario, clave } });
    if (!answer.ok()) throw new Error(`nobody is signed in: ${answer.status()}`);
  }

  async json<T>(path: string): Promise<T> {
    const headers: Record<string, string> = this.token ? { authorization: `Bearer ${this.token}` } : {};
    const answer = await fetch(this.url + path, { headers });
    if (!answer.ok) throw new Error(`${path} answered ${answer.status}: ${await answer.text()}`);
    return (await answer.json()) as T;
  }

  async post<T>(path: string, data: unknown): Promise<T> {
    const headers = { 'content-type': 'application/json', ...(this.token && { authorization: `Bearer ${this.token}` }) };
    const answer = await fetch(this.url + path, { method: 'POST', headers, body: JSON.stringify(data) });
    if (!answer.ok) throw new Error(`${path} answered ${answer.status}: ${await answer.text()}`);
    return (await answer.json()) as T;
  }

  /** Waits until the condition holds; an error while the server starts counts as "not yet". */
  async until(what: string, holds: () => Promise<boolean>, seconds = 150): Promise<void> {
    for (let tries = 0; tries < seconds * 4; tries++) {
      if (this.process.exitCode !== null) throw new Error(`klk ended with ${this.process.exitCode}`);
      if (await holds().catch(() => false)) return;
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
    throw new Error(`not ${what} after ${seconds} s`);
  }

  /** Waits for the end of the first load. */
  async untilLoaded(): Promise<void> {
    type Progress = { lotes: { motivo: string; terminado_en: string | null }[] };
    await this.until('loaded', async () => {
      const { lotes } = await this.json<Progress>('/api/etl/tracking/progreso');
      const load = lotes.find((lote) => lote.motivo === 'carga_inicial');
      return load !== undefined && load.terminado_en !== null;
    });
  }

  /** Lets it answer nothing, though its connections stay. */
  freeze(): void {
    this.process.kill('SIGSTOP');
  }

  thaw(): void {
    this.process.kill('SIGCONT');
  }

  /** Ends it as a service manager does, and waits until everything is told. */
  async end(): Promise<void> {
    if (this.process.exitCode !== null) return;
    const ended = new Promise((resolve) => this.process.once('exit', resolve));
    this.process.kill('SIGTERM');
    await ended;
  }

  async stop(): Promise<void> {
    await this.end();
    this.workplace.remove();
  }
}

/** The database of a demo that loaded its week; made once for all tests. */
async function loadedWeek(): Promise<string> {
  const folder = process.env.E2E_WEEK;
  if (!folder) throw new Error('E2E_WEEK must name a folder; the global setup sets it');
  const week = join(folder, 'week.duckdb');
  if (!existsSync(week)) {
    const workplace = new Workplace();
    const made = await workplace.run('demo-data', '--base', 'demo.duckdb');
    if (made.code !== 0) throw new Error(made.errors);
    renameSync(join(workplace.folder, 'demo.duckdb'), `${week}.new`);
    renameSync(`${week}.new`, week);
    workplace.remove();
  }
  return week;
}

/** Who administers every server that is no demo. */
export const administrator = { name: 'jefa', password: 'caballo bateria grapa' };

/** Adds the administrator, and gives a token. */
async function addAdministrator(workplace: Workplace): Promise<string> {
  const { name, password } = administrator;
  const added = await workplace.runWithInput(`${password}\n`, 'usuarios', 'crear', name, '--rol', 'administrador');
  const made = await workplace.run('tokens', 'crear', 'pruebas', '--rol', 'administrador', '--json');
  if (added.code !== 0 || made.code !== 0) throw new Error(added.errors + made.errors);
  return (JSON.parse(made.answer) as { token: string }).token;
}

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => (address && typeof address === 'object' ? resolve(address.port) : reject(new Error('no port'))));
    });
  });
}

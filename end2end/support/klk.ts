import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A klk of its own: the binary on free ports, over a database that goes away. */
export class Klk {
  private constructor(
    readonly url: string,
    private readonly process: ChildProcess,
    private readonly folder: string,
  ) {}

  static startDemo(variables: Record<string, string> = {}): Promise<Klk> {
    return Klk.start(variables, (database) => ['--demo', '--base', database], '');
  }

  /** Two stores whose POS answers nobody, and nothing that fires by itself: every half hour is missing, and all is quiet. */
  static startQuiet(variables: Record<string, string>): Promise<Klk> {
    const since = new Date(Date.now() - 72 * 3600 * 1000).toISOString().slice(0, 10);
    const store = (id: string, name: string) =>
      `[[tiendas]]\nid = "${id}"\ncodigo = "${id}"\nnombre = "${name}"\nhorario = "09:00-18:00"\ndesde = "${since}"\n`;
    const quiet = { KLK_BASE_URL: 'http://127.0.0.1:9', KLK_SCHEDULER: 'off', KLK_RETRIES: '0', KLK_LOG: 'off' };
    return Klk.start({ ...quiet, ...variables }, () => [], store('tienda_01', 'PERIFERICO') + store('tienda_08', 'BOSQUE'));
  }

  private static async start(
    variables: Record<string, string>,
    options: (database: string) => string[],
    file: string,
  ): Promise<Klk> {
    const binary = process.env.KLK_BIN;
    if (!binary) throw new Error('KLK_BIN must name the klk binary; ./dev e2e sets it');
    const folder = mkdtempSync(join(tmpdir(), 'klk-e2e-'));
    const address = `127.0.0.1:${await freePort()}`;
    writeFileSync(join(folder, 'klk.toml'), file);
    const database = join(folder, 'klk.duckdb');
    const child = spawn(binary, ['serve', ...options(database)], {
      cwd: folder,
      env: { ...process.env, KLK_DATABASE: database, ...variables, KLK_ADDRESS: address },
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    const klk = new Klk(`http://${address}`, child, folder);
    await klk.until('ready', async () => (await fetch(`${klk.url}/health/ready`)).ok);
    return klk;
  }

  async json<T>(path: string): Promise<T> {
    const answer = await fetch(this.url + path);
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

  async stop(): Promise<void> {
    const ended = new Promise((resolve) => this.process.once('exit', resolve));
    this.process.kill('SIGTERM');
    await ended;
    rmSync(this.folder, { recursive: true, force: true });
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => (address && typeof address === 'object' ? resolve(address.port) : reject(new Error('no port'))));
    });
  });
}

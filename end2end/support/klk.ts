import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A demo of its own: the binary with its simulated stores, on free ports, over a database that goes away. */
export class Klk {
  private constructor(
    readonly url: string,
    private readonly process: ChildProcess,
    private readonly folder: string,
  ) {}

  static async startDemo(): Promise<Klk> {
    const binary = process.env.KLK_BIN;
    if (!binary) throw new Error('KLK_BIN must name the klk binary; ./dev e2e sets it');
    const folder = mkdtempSync(join(tmpdir(), 'klk-e2e-'));
    const address = `127.0.0.1:${await freePort()}`;
    const child = spawn(binary, ['serve', '--demo', '--base', join(folder, 'demo.duckdb')], {
      cwd: folder,
      env: { ...process.env, KLK_ADDRESS: address },
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
  async untilLoaded(seconds = 150): Promise<void> {
    type Progress = { lotes: { motivo: string; terminado_en: string | null }[] };
    await this.until('loaded', async () => {
      const { lotes } = await this.json<Progress>('/api/etl/tracking/progreso');
      const load = lotes.find((lote) => lote.motivo === 'carga_inicial');
      return load !== undefined && load.terminado_en !== null;
    }, seconds);
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

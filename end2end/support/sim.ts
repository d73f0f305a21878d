import type { ChildProcess } from 'node:child_process';
import { freePort, Workplace } from './klk';

/** What goes wrong with the answers to some questions, as crates/klk-sim reads it. */
export type Fault = { branch: string; endpoint: 'ventas' | 'articulos'; times?: number; kind: unknown };

/** `klk sim`: a POS in a process of its own, with faults on demand. */
export class Sim {
  private readonly workplace = new Workplace();
  private process?: ChildProcess;

  private constructor(readonly url: string) {}

  static async start(stores: number): Promise<Sim> {
    const port = await freePort();
    const sim = new Sim(`http://127.0.0.1:${port}`);
    const options = ['--puerto', String(port), '--tiendas', String(stores), '--volumen', '0.05'];
    sim.process = sim.workplace.start(['sim', ...options], 'ignore');
    for (let tries = 0; tries < 100; tries++) {
      if (await fetch(`${sim.url}/_sim/health`).then((answer) => answer.ok, () => false)) return sim;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    throw new Error('the simulated POS did not start');
  }

  async fail(...faults: Fault[]): Promise<void> {
    for (const fault of faults) {
      const answer = await fetch(`${this.url}/_sim/faults`, { method: 'POST', body: JSON.stringify(fault) });
      if (!answer.ok) throw new Error(`a fault was not taken: ${await answer.text()}`);
    }
  }

  /** Has what a store sells between two moments of its clock reach the POS never: their numbers lack. */
  async withhold(branch: string, from: string, to: string): Promise<void> {
    const late = { branch, sales_from: from, sales_to: to, available_from: '2999-01-01T00:00:00Z' };
    const answer = await fetch(`${this.url}/_sim/late`, { method: 'POST', body: JSON.stringify(late) });
    if (!answer.ok) throw new Error(`late sales were not taken: ${await answer.text()}`);
  }

  async heal(): Promise<void> {
    await fetch(`${this.url}/_sim/faults`, { method: 'DELETE' });
  }

  stop(): void {
    this.process?.kill('SIGTERM');
    this.workplace.remove();
  }
}

import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const PROGRAM = join(__dirname, '../../relay/check_envelopes.py');

/** What Sentry Relay's normaliser has against envelopes, a line each; the last line counts. */
export async function relayRemarks(envelopes: Buffer[]): Promise<string[]> {
  const python = process.env.RELAY_PYTHON;
  if (!python) throw new Error('RELAY_PYTHON must name a Python with sentry-relay; ./dev e2e sets it');
  const folder = mkdtempSync(join(tmpdir(), 'klk-relay-'));
  try {
    const files = envelopes.map((envelope, index) => {
      const file = join(folder, `${index}.envelope`);
      writeFileSync(file, envelope);
      return file;
    });
    const run = promisify(execFile)(python, [PROGRAM, ...files], { maxBuffer: 64 * 1024 * 1024 });
    const { stdout, stderr } = await run.catch((error: { stdout: string; stderr: string }) => error);
    return (stdout + stderr).trimEnd().split('\n');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A folder for the demo's week, which the first test that needs it makes for all. */
export default function prepare(): () => void {
  const folder = mkdtempSync(join(tmpdir(), 'klk-e2e-week-'));
  process.env.E2E_WEEK = folder;
  return () => rmSync(folder, { recursive: true, force: true });
}

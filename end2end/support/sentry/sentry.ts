import { type ChildProcess, spawn } from 'node:child_process';
import { createServer, request, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { freePort } from '../klk';
import { itemsOf, type ItemType, type Json } from './envelope';

/** 32 characters, as Sentry's are: klk takes shorter ones for ordinary words and does not mask them. */
const PUBLIC_KEY = 'e2e0c0de5e7700000000000000005e27';

/** A request as it came, byte for byte. */
export type Recorded = { path: string; headers: IncomingHttpHeaders; body: Buffer; status: number };

/**
 * `sentry local`, Sentry's own command line, with a recorder in front of it: Sentry's reader says whether it understands
 * what we send, and the recorder has the true bytes, of which Sentry's reader prints a summary only.
 */
export class Sentry {
  readonly requests: Recorded[] = [];
  /** What Sentry's reader made of it, a line an item. */
  readonly read: Json[] = [];

  private constructor(
    readonly port: number,
    private readonly recorder: Server,
    private readonly reader: ChildProcess,
  ) {}

  static async start(): Promise<Sentry> {
    const readerPort = await freePort();
    const program = join(__dirname, '../../../node_modules/sentry/dist/bin.cjs');
    const reader = spawn(
      process.execPath,
      [program, 'local', 'serve', '--port', String(readerPort), '--host', '127.0.0.1', '--format', 'json'],
      { env: { ...process.env, SENTRY_CLI_NO_TELEMETRY: '1' }, stdio: ['ignore', 'pipe', 'pipe'] },
    );
    const recorder = createServer();
    await new Promise<void>((resolve) => recorder.listen(0, '127.0.0.1', resolve));
    const sentry = new Sentry((recorder.address() as AddressInfo).port, recorder, reader);
    recorder.on('request', (incoming, outgoing) => {
      const pieces: Buffer[] = [];
      incoming.on('data', (piece: Buffer) => pieces.push(piece));
      incoming.on('end', () => {
        const body = Buffer.concat(pieces);
        const { url: path = '', method, headers } = incoming;
        const forwarded = request({ port: readerPort, path, method, headers }, (answer) => {
          sentry.requests.push({ path, headers, body, status: answer.statusCode ?? 0 });
          outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
          answer.pipe(outgoing);
        });
        forwarded.on('error', () => outgoing.writeHead(502).end());
        forwarded.end(body);
      });
    });
    createInterface({ input: reader.stdout! }).on('line', (text) => sentry.read.push(JSON.parse(text)));
    await said(reader, `127.0.0.1:${readerPort}`);
    return sentry;
  }

  get dsn(): string {
    return `http://${PUBLIC_KEY}@127.0.0.1:${this.port}/1`;
  }

  /** Everything of a type that was told so far, in the order in which it came. */
  items(type: ItemType): Json[] {
    const all = this.requests.flatMap(({ body }) => itemsOf(body));
    return all.filter((item) => item.type === type).map((item) => item.payload);
  }

  /** Waits until something was told. */
  async until(what: string, holds: () => boolean, seconds = 90): Promise<void> {
    for (let tries = 0; tries < seconds * 10; tries++) {
      if (holds()) return;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    throw new Error(`Sentry was not told within ${seconds} s: ${what}`);
  }

  /** Every byte that came: addresses, headers and bodies. */
  everything(): string {
    return this.requests
      .map(({ path, headers, body }) => `${path}\n${JSON.stringify(headers)}\n${body.toString()}`)
      .join('\n');
  }

  async stop(): Promise<void> {
    const ended = new Promise((resolve) => this.reader.once('exit', resolve));
    this.reader.kill('SIGTERM');
    this.recorder.closeAllConnections();
    this.recorder.close();
    await ended;
  }
}

/** Resolves when the program says a text on its standard error, which it does once it listens. */
function said(program: ChildProcess, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    let seen = '';
    program.stderr!.on('data', (piece: Buffer) => {
      seen += piece.toString();
      if (seen.includes(text)) resolve();
    });
    program.once('exit', (code) => reject(new Error(`sentry local ended with ${code}: ${seen}`)));
  });
}

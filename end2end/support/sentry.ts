import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A Sentry that keeps what it is sent, and can say no or be gone. */
export class FakeSentry {
  readonly envelopes: string[] = [];
  /** What it answers. */
  status = 200;

  private constructor(
    private server: Server,
    private readonly port: number,
  ) {}

  static async start(): Promise<FakeSentry> {
    const server = createServer();
    const port = await listen(server, 0);
    const sentry = new FakeSentry(server, port);
    sentry.serve(server);
    return sentry;
  }

  /** What klk is started with to send here. */
  get environment(): Record<string, string> {
    return {
      SENTRY_DSN: `http://cafecafecafecafecafecafecafecafe@127.0.0.1:${this.port}/7`,
      SENTRY_WEB_URL: 'https://sentry.example',
      SENTRY_ORGANIZATION: 'cadena',
      SENTRY_PROJECT: '7',
    };
  }

  /** Takes no connections any more. */
  async leave(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  /** Takes them again, at the same address. */
  async comeBack(): Promise<void> {
    this.server = createServer();
    await listen(this.server, this.port);
    this.serve(this.server);
  }

  private serve(server: Server): void {
    server.on('request', (request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        if (this.status === 200) this.envelopes.push(Buffer.concat(chunks).toString());
        response.writeHead(this.status, { 'content-type': 'application/json' }).end('{}');
      });
    });
  }
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });
}

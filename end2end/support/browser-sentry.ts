import { expect, type Page, type Request } from '@playwright/test';

type Span = { op?: string; description?: string; span_id: string; trace_id: string };

/** What is of interest in an event or a transaction. */
export type Item = {
  type?: string;
  event_id: string;
  level?: string;
  transaction?: string;
  release?: string;
  environment?: string;
  tags?: Record<string, string>;
  contexts: Record<string, Record<string, unknown>> & { trace: { trace_id: string; parent_span_id?: string; op?: string } };
  spans?: Span[];
  request?: Record<string, unknown>;
  user?: unknown;
  fingerprint?: string[];
  exception?: { values: { type: string; value: string; mechanism: { type: string; handled: boolean } }[] };
};

/** Stands where the browser sends to, and keeps what comes. */
export class Sentry {
  readonly items: Item[] = [];
  readonly addresses: string[] = [];
  /** Everything as it came. */
  text = '';

  static async standIn(page: Page): Promise<Sentry> {
    const sentry = new Sentry();
    await page.route('**/api/monitoreo/tunel*', async (route) => {
      sentry.keep(route.request());
      await route.fulfill({ status: 200, contentType: 'application/json', body: '{}' });
    });
    return sentry;
  }

  events(): Item[] {
    return this.items.filter(({ type }) => type === undefined);
  }

  transactions(): Item[] {
    return this.items.filter(({ type }) => type === 'transaction');
  }

  /** The one event there is, once it has come; a second is looked for as long as things can still come. */
  async onlyEvent(page: Page): Promise<Item> {
    await expect.poll(() => this.events().length).toBe(1);
    await this.untilFlushed(page);
    expect(this.events().map(({ exception }) => exception?.values[0]?.value)).toHaveLength(1);
    return this.events()[0];
  }

  /** What the page has in hand is sent when it is hidden. */
  async untilFlushed(page: Page): Promise<void> {
    await page.evaluate(() => dispatchEvent(new Event('pagehide')));
    await page.evaluate(() => dispatchEvent(new Event('pageshow')));
    await page.evaluate(() => new Promise((done) => setTimeout(done, 300)));
  }

  async transaction(name: string): Promise<Item> {
    const find = () => this.transactions().find(({ transaction }) => transaction === name);
    await expect.poll(() => find()?.transaction ?? this.transactions().map(({ transaction }) => transaction)).toBe(name);
    return find() as Item;
  }

  private keep(request: Request): void {
    const body = request.postData() ?? '';
    this.addresses.push(request.url());
    this.text += body;
    const [, ...lines] = body.split('\n');
    for (let index = 0; index + 1 < lines.length; index += 2) {
      const { type } = JSON.parse(lines[index]) as { type: string };
      if (type === 'event' || type === 'transaction') this.items.push(JSON.parse(lines[index + 1]) as Item);
    }
  }
}

import { type Browser, expect, type Page, test } from '@playwright/test';
import { Klk } from '../support/klk';

// What a first visit costs over the wire, as a browser counts it: documents, files and answers, with their headers.

/** Budgets in kB of a first visit without and with Sentry's SDK; the WebAssembly comes where there are islands. */
const pages: { path: string; plainKb: number; sentryKb: number; hasIslands: boolean }[] = [
  { path: '/', plainKb: 35, sentryKb: 85, hasIslands: false },
  { path: '/pendientes', plainKb: 105, sentryKb: 156, hasIslands: true },
];

type Sent = { url: string; bytes: number; encoding: string | undefined; kept: string | undefined };

/** Everything that comes until nothing comes any more. */
async function visit(browser: Browser, klk: Klk, address: string, sdk: boolean): Promise<Sent[]> {
  const context = await browser.newContext();
  await klk.signIn(context);
  const page = await context.newPage();
  const sent = await listen(page);
  await page.goto(address);
  await expect(page.locator('h1').first()).toBeVisible();
  const has = (part: string) => () => sent().some(({ url }) => url.includes(part));
  if (sdk) await expect.poll(has('/pkg/sentry-')).toBe(true);
  await expect.poll(async () => {
    const before = sent().length;
    await page.waitForTimeout(1500);
    return sent().length === before;
  }).toBe(true);
  await context.close();
  return sent();
}

async function listen(page: Page): Promise<() => Sent[]> {
  const session = await page.context().newCDPSession(page);
  await session.send('Network.enable');
  const [answers, done] = [new Map<string, Omit<Sent, 'bytes'>>(), [] as Sent[]];
  session.on('Network.responseReceived', ({ requestId, response: { url, headers } }) => {
    const header = (name: string) => Object.entries(headers).find(([key]) => key.toLowerCase() === name)?.[1];
    answers.set(requestId, { url, encoding: header('content-encoding'), kept: header('cache-control') });
  });
  session.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
    const answer = answers.get(requestId);
    if (answer && !answer.url.includes('/api/monitoreo/tunel')) done.push({ ...answer, bytes: encodedDataLength });
  });
  return () => done;
}

function told(sent: Sent[]): string {
  return sent.map(({ url, bytes, encoding }) => `${new URL(url).pathname} ${bytes} ${encoding ?? 'as it is'}`).join('\n');
}

for (const { name, variables } of [
  { name: 'without Sentry', variables: { SENTRY_DSN: '' } },
  { name: 'with Sentry', variables: { SENTRY_DSN: 'http://pub@127.0.0.1:9/1' } },
]) {
  test.describe(name, () => {
    let klk: Klk;
    test.beforeAll(async () => {
      klk = await Klk.startQuiet(variables);
    });
    test.afterAll(async () => {
      await klk?.stop();
    });

    for (const { path, plainKb, sentryKb, hasIslands } of pages) {
      test(`a first visit to ${path} keeps to its budget`, async ({ browser }) => {
        const hasSdk = variables.SENTRY_DSN !== '';
        const sent = await visit(browser, klk, klk.url + path, hasSdk);
        const files = sent.filter(({ url }) => url.includes('/pkg/'));
        expect(files.length).toBeGreaterThan(0);
        for (const { url, encoding, kept } of files) {
          expect({ url, encoding, kept }).toEqual({ url, encoding: 'br', kept: 'public, max-age=31536000, immutable' });
        }
        expect(files.some(({ url }) => url.includes('/sentry-'))).toBe(hasSdk);
        expect(files.some(({ url }) => url.endsWith('.wasm'))).toBe(hasIslands);
        const kb = sent.reduce((sum, { bytes }) => sum + bytes, 0) / 1000;
        console.log(`${path} ${name}: ${kb.toFixed(1)} kB\n${told(sent)}`);
        expect(kb, told(sent)).toBeLessThanOrEqual(hasSdk ? sentryKb : plainKb);
      });
    }
  });
}

import { createServer, type Server } from 'node:http';
import { expect, test } from '@playwright/test';
import { freePort, Klk } from '../support/klk';
import { complaints, expectAccessible, expectNoSidewaysScroll, untilLive } from '../support/page';

// Who is notified, by which channels, and what became of each message: with a channel that works and one that nobody answers.
test.describe.configure({ mode: 'serial' });

let klk: Klk;
let receiver: Server;
const bodies: Record<string, string>[] = [];

test.beforeAll(async () => {
  receiver = createServer((request, response) => {
    let body = '';
    request.on('data', (piece: Buffer) => (body += piece.toString()));
    request.on('end', () => {
      bodies.push(JSON.parse(body) as Record<string, string>);
      response.writeHead(204).end();
    });
  });
  const [works, broken] = [await freePort(), await freePort()];
  await new Promise<void>((resolve) => receiver.listen(works, '127.0.0.1', resolve));
  const channel = (name: string, port: number) =>
    `[[canales]]\nnombre = "${name}"\ntipo = "webhook"\ndireccion = "http://127.0.0.1:${port}/muy-secreto"\nredes_privadas = true\n` +
    'secreto = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"\n';
  klk = await Klk.startQuiet({ SENTRY_DSN: '' }, channel('guardia', works) + channel('central', broken));
});

test.afterAll(async () => {
  await klk?.stop();
  receiver?.close();
});

test.describe('without scripts', () => {
  test.use({ javaScriptEnabled: false });

  test('a channel is tried by its button, and the log says what became of it', async ({ page, context }) => {
    await klk.signIn(context);
    await page.goto(`${klk.url}/sistema/avisos`);
    await expect(page.getByRole('heading', { level: 1, name: 'Avisos' })).toBeVisible();
    await expect(page.getByText('Todavía no se ha enviado nada')).toBeVisible();
    await page.getByRole('button', { name: 'Enviar un mensaje de prueba por guardia' }).click();
    await expect(page).toHaveURL(`${klk.url}/sistema/avisos`);
    await klk.until('delivered', async () => bodies.length > 0);
    expect(bodies[0]!.titulo).toBe('Mensaje de prueba de KLK Tracking');
    await expect(async () => {
      await page.reload();
      await expect(page.getByRole('region', { name: 'Registro de envíos' })).toContainText('Entregado', { timeout: 1000 });
    }).toPass();
    expect(await page.content()).not.toContain('muy-secreto');
  });
});

test('a channel that fails is said where people look', async ({ page, context }) => {
  const errors = complaints(page);
  await klk.signIn(context);
  await page.goto(`${klk.url}/sistema/avisos`);
  await untilLive(page);
  await page.getByRole('button', { name: 'Enviar un mensaje de prueba por central' }).click();
  const channels = page.getByRole('region', { name: 'Canales' });
  await expect(channels.getByRole('row', { name: /central/ })).toContainText('Falla');
  await expect(channels.getByRole('row', { name: /central/ })).toContainText('no se puede conectar');
  await expect(channels.getByRole('row', { name: /guardia/ })).toContainText('Funciona');
  await expect(page.getByRole('region', { name: 'Registro de envíos' })).toContainText('Se reintenta');
  await expect(page.getByRole('region', { name: 'Reglas' })).toContainText('07:30');
  await page.goto(klk.url);
  const notice = page.locator('#avisos-fallan');
  await expect(notice).toContainText('El canal de avisos central falla desde');
  await notice.getByRole('link', { name: 'Ver los avisos' }).click();
  await expect(page).toHaveURL(`${klk.url}/sistema/avisos`);
  expect(errors).toEqual([]);
});

test('it can be used by everybody, in both themes and languages and on a phone', async ({ page, context }) => {
  await klk.signIn(context);
  for (const scheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme: scheme });
    await page.goto(`${klk.url}/sistema/avisos`);
    await expectAccessible(page);
  }
  for (const width of [1280, 390, 320]) {
    await page.setViewportSize({ width, height: 844 });
    await expectNoSidewaysScroll(page);
  }
  await context.addCookies([{ name: 'klk_idioma', value: 'en', url: klk.url }]);
  await page.goto(`${klk.url}/sistema/avisos`);
  await expect(page.getByRole('heading', { level: 1, name: 'Notices' })).toBeVisible();
  await expect(page.getByRole('region', { name: 'Delivery log' })).toContainText('Delivered');
});

test('the link of a notice chooses what is missing beforehand, and starts nothing', async ({ page, context }) => {
  await klk.signIn(context);
  await page.goto(`${klk.url}/pendientes?elegir=antes_de_vigilar`);
  await untilLive(page);
  const boxes = page.locator('input[data-elige]');
  await expect(boxes.first()).toBeChecked();
  const count = await boxes.count();
  await expect(page.getByRole('button', { name: `Recuperar selección (${count})` })).toBeEnabled();
  const runs = await klk.json<{ ejecuciones: unknown[] }>('/api/etl/tracking/ejecuciones');
  expect(runs.ejecuciones).toEqual([]);
});

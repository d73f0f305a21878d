import { expect, test } from '@playwright/test';
import { Klk } from '../support/klk';
import { complaints, expectAccessible, expectNoSidewaysScroll, untilHydrated, untilLive } from '../support/page';
import { FakeSentry } from '../support/sentry';

// What reaches Sentry is seen on a page of ours: arriving, waiting while Sentry is gone, and lost where it says no.
test.describe.configure({ mode: 'serial' });

let sentry: FakeSentry;
let klk: Klk;

test.beforeAll(async () => {
  sentry = await FakeSentry.start();
  klk = await Klk.startDemo(sentry.environment);
  await klk.untilLoaded();
});

test.afterAll(async () => {
  await klk?.stop();
  await sentry?.leave();
});

test('one sees that everything arrives, and what each monitor was told', async ({ page }) => {
  const errors = complaints(page);
  await page.goto(klk.url);
  await page.getByRole('link', { name: 'Sistema' }).click();
  await untilLive(page);
  await expect(page.getByRole('heading', { level: 1, name: 'Monitoreo' })).toBeVisible();
  await expect(page.getByText('Todo llega a Sentry')).toBeVisible();
  const connection = page.getByRole('region', { name: 'Conexión con Sentry' });
  await expect(connection).toContainText('127.0.0.1');
  await expect(connection).toContainText('klk-tracking@');
  await expect(page.getByRole('region', { name: 'Enviado en 24 horas' })).toContainText('Transacciones');
  await expect(page.getByText('No se descartó nada')).toBeVisible();
  const monitors = page.getByRole('region', { name: 'Monitores de las tareas programadas' });
  for (const slug of ['ventas-klk-incremental', 'inventario-klk-completo', 'reconciliacion-klk']) {
    await expect(monitors.getByRole('row', { name: new RegExp(slug) })).toBeVisible();
  }
  const store = page.getByRole('link', { name: /PERIFERICO/ });
  await expect(store).toHaveAttribute('href', /organizations\/cadena\/issues\/\?query=tienda%3A/);
  // The page has to carry the DSN for the browser's SDK; nothing shows it.
  expect(await page.locator('body').innerText()).not.toContain('cafecafe');
  await expectAccessible(page);
  expect(errors).toEqual([]);
});

test('a click has the server fail, and the event is in Sentry under the code that is shown', async ({ page }) => {
  await page.goto(`${klk.url}/sistema/monitoreo`);
  await untilLive(page);
  await page.getByRole('button', { name: 'Error en el servidor' }).click();
  const trial = page.getByRole('region', { name: 'Probar los avisos' });
  await expect(trial).toContainText('El servidor falló, como se le pidió');
  const code = await trial.locator('code').innerText();
  expect(code).toMatch(/^[0-9A-Z]{8}$/);
  await expect(trial.getByRole('link', { name: /Ver en Sentry/ })).toHaveAttribute('href', new RegExp(`correlacion%3A${code}`));
  // It is told once, by whom it happened to.
  const told = (envelope: string) => envelope.includes(`"correlacion":"${code}"`);
  await klk.until('told', async () => sentry.envelopes.some(told));
  expect(sentry.envelopes.filter(told)).toHaveLength(1);
  expect(sentry.envelopes.find(told)).toContain('"component":"api"');
  await expectAccessible(page);
});

test('while Sentry is gone, what happens is seen waiting, and goes once it is back', async ({ page }) => {
  await page.goto(`${klk.url}/sistema/monitoreo`);
  await untilLive(page);
  await sentry.leave();
  await page.getByRole('button', { name: 'Error en el servidor' }).click();
  await expect(page.getByText('Sentry no se puede alcanzar')).toBeVisible();
  const waiting = page.getByRole('region', { name: 'Por enviar' });
  await expect(waiting).toContainText('Errores y mensajes');
  await expect(waiting).toContainText('Lo más viejo');
  await expect(page.getByRole('region', { name: 'Conexión con Sentry' })).toContainText('No se pudo conectar con Sentry');
  await expectAccessible(page);
  await sentry.comeBack();
  await expect(waiting).not.toContainText('Errores y mensajes', { timeout: 60_000 });
});

test('what Sentry refuses is lost, and the page says so and why', async ({ page }) => {
  await page.goto(`${klk.url}/sistema/monitoreo`);
  await untilLive(page);
  sentry.status = 413;
  await page.getByRole('button', { name: 'Error en el servidor' }).click();
  const dropped = page.getByRole('region', { name: 'Descartado en 24 horas' });
  await expect(dropped).toContainText('Sentry no lo acepta');
  await expect(page.getByText('Algo se descartó')).toBeVisible();
  sentry.status = 200;
  await expectAccessible(page);
});

test.describe('without JavaScript', () => {
  test.use({ javaScriptEnabled: false });

  test('the page is whole', async ({ page }) => {
    await page.goto(`${klk.url}/sistema/monitoreo`);
    await expect(page.getByRole('row', { name: /ventas-klk-incremental/ })).toBeVisible();
    await expect(page.getByText('Algo se descartó')).toBeVisible();
  });
});

test.describe('on a phone, in the dark', () => {
  test.use({ viewport: { width: 390, height: 844 }, colorScheme: 'dark' });

  test('nothing scrolls sideways and everything is accessible', async ({ page }) => {
    await page.goto(`${klk.url}/sistema/monitoreo`);
    await untilHydrated(page);
    await expectNoSidewaysScroll(page);
    await expectAccessible(page);
  });
});

test('without a DSN the page says what to do', async ({ page }) => {
  const off = await Klk.startDemo();
  try {
    const errors = complaints(page);
    await page.goto(`${off.url}/monitoreo`);
    await untilLive(page);
    await expect(page.getByText('SENTRY_DSN no está configurado')).toBeVisible();
    await expect(page.getByText('export SENTRY_DSN=')).toBeVisible();
    await expect(page.getByRole('row', { name: /ventas-klk-incremental/ })).toContainText('Sin avisos todavía');
    await expectAccessible(page);
    expect(errors).toEqual([]);
  } finally {
    await off.stop();
  }
});

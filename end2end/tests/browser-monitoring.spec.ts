import { expect, type Page, test } from '@playwright/test';
import { Klk } from '../support/klk';
import { complaints, expectAccessible, untilLive } from '../support/page';
import { Sentry } from '../support/browser-sentry';

// What a browser tells Sentry when something goes wrong in it, and what it keeps to itself. Nobody listens at the DSN: the
// test stands where the browser sends to.

let klk: Klk;

test.beforeAll(async () => {
  klk = await Klk.startQuiet({ SENTRY_DSN: 'http://pub@127.0.0.1:9/1', SENTRY_ENVIRONMENT: 'development' });
});

test.beforeEach(({ page }) => klk.signIn(page.context()));

test.afterAll(async () => {
  await klk?.stop();
});

const gapsPath = '/api/etl/tracking/gaps';
const runsPath = '/api/etl/tracking/ejecuciones';

/** Opens a page that hears of changes. */
async function open(page: Page, path: string): Promise<Sentry> {
  const sentry = await Sentry.standIn(page);
  await page.goto(klk.url + path);
  await untilLive(page);
  return sentry;
}

/** Has a server function fail with a code of its own each time: PRUEBA01, PRUEBA02, ... */
async function failAt(page: Page, path: string): Promise<void> {
  let times = 0;
  await page.route(`**${path}*`, async (route) => {
    const correlacion = `PRUEBA0${++times}`;
    await route.fulfill({ status: 500, json: { detail: 'Error interno del servidor', codigo: 'interno', correlacion } });
  });
}

const alertIn = (page: Page, title: string) => page.getByRole('alert').filter({ hasText: title });

test('a page load is named by its route and continues the trace of the server', async ({ page }) => {
  const errors = complaints(page);
  const sentry = await open(page, '/ejecuciones');
  const trace = await page.locator('meta[name="sentry-trace"]').getAttribute('content');
  const load = await sentry.transaction('/ejecuciones');
  expect(load.contexts.trace.op).toBe('pageload');
  expect(trace).toContain(load.contexts.trace.trace_id);
  expect(trace).toContain(load.contexts.trace.parent_span_id as string);
  expect(load.tags).toMatchObject({ component: 'frontend' });
  expect(load.release).toMatch(/^klk-tracking@\d/);
  expect(load.environment).toBe('development');
  expect(errors).toEqual([]);
});

test('a navigation is a transaction, and its calls are part of the trace', async ({ page }) => {
  const sentry = await open(page, '/ejecuciones');
  await sentry.transaction('/ejecuciones');
  const call = page.waitForRequest((request) => request.url().includes(gapsPath));
  await page.getByRole('navigation').getByRole('link', { name: 'Pendientes' }).click();
  const headers = (await call).headers();
  const navigation = await sentry.transaction('/gaps');
  expect(navigation.contexts.trace.op).toBe('navigation');
  expect(headers['sentry-trace']).toContain(navigation.contexts.trace.trace_id);
  expect(headers.baggage).toContain(`sentry-trace_id=${navigation.contexts.trace.trace_id}`);
  const calls = navigation.spans?.filter(({ op }) => op === 'http.client').map(({ description }) => description);
  expect(calls).toContain(`GET ${gapsPath}`);
});

test('addresses that no route matches have one name', async ({ page }) => {
  const sentry = await Sentry.standIn(page);
  await page.goto(`${klk.url}/ana@example.com?clave=secreta`);
  await sentry.transaction('ruta_desconocida');
  expect(sentry.text).not.toContain('example.com');
  expect(sentry.text).not.toContain('secreta');
});

test('a failed call is one event, however often it is tried again', async ({ page }) => {
  const sentry = await open(page, '/gaps');
  await failAt(page, gapsPath);
  await page.locator('select[name="ubicacion_id"]').selectOption({ label: 'BOSQUE' });
  const alert = alertIn(page, 'No fue posible cargar los pendientes');
  await expect(alert).toContainText('PRUEBA01');
  await expectAccessible(page);
  await alert.getByRole('button', { name: 'Reintentar' }).click();
  await expect(alert).toContainText('PRUEBA02');

  const event = await sentry.onlyEvent(page);
  expect(event.transaction).toBe('/gaps');
  expect(event.level).toBe('error');
  expect(event.tags).toMatchObject({
    component: 'frontend',
    correlacion: 'PRUEBA01',
    server_function: gapsPath,
    ubicacion_id: 'tienda_08',
  });
  expect(event.contexts.server_function).toEqual({
    function: gapsPath,
    filters: { ubicacion_id: 'tienda_08' },
    status: 500,
    code: 'interno',
    correlacion: 'PRUEBA01',
  });

  await page.unroute(`**${gapsPath}*`);
  await alert.getByRole('button', { name: 'Reintentar' }).click();
  await expect(alert).toHaveCount(0);
  await expect(page.getByRole('table')).toBeVisible();
});

test('a call that never reached the server has a code of the browser', async ({ page }) => {
  const sentry = await open(page, '/ejecuciones');
  await page.route(`**${runsPath}*`, (route) => route.abort('internetdisconnected'));
  await page.getByLabel('Estado').selectOption({ label: 'Fallido' });
  const alert = alertIn(page, 'No fue posible cargar las ejecuciones');
  await expect(alert).toContainText('El servidor no responde');
  const event = await sentry.onlyEvent(page);
  expect(event.contexts.server_function).toMatchObject({ function: runsPath, status: 0, filters: { estado: 'fallido' } });
  expect(event.tags?.correlacion).toBe(event.event_id.slice(0, 8).toUpperCase());
  await expect(alert.locator('code')).toHaveText(event.tags?.correlacion as string);
});

test('an answer that is none of ours is told', async ({ page }) => {
  const sentry = await open(page, '/ejecuciones');
  await page.route(`**${runsPath}*`, (route) => route.fulfill({ status: 502, body: '<h1>Bad gateway</h1>' }));
  await page.getByLabel('Estado').selectOption({ label: 'Fallido' });
  const alert = alertIn(page, 'No fue posible cargar las ejecuciones');
  await expect(alert).toBeVisible();
  const event = await sentry.onlyEvent(page);
  expect(event.contexts.server_function).toMatchObject({ function: runsPath, status: 502, code: 'ilegible' });
  await expect(alert.locator('code')).toHaveText(event.tags?.correlacion as string);
});

test('a mistyped address is no event, neither from the server nor when it is tried again', async ({ page }) => {
  const sentry = await open(page, '/ejecuciones?estado=nada');
  const alert = alertIn(page, 'No fue posible cargar las ejecuciones');
  await expect(alert).toContainText('estado');
  // A code would find nothing.
  await expect(alert.locator('code')).toHaveCount(0);
  const again = page.waitForResponse((answer) => answer.url().includes('/api/etl/tracking/ejecuciones?'));
  await alert.getByRole('button', { name: 'Reintentar' }).click();
  expect((await again).status()).toBe(422);
  await sentry.untilFlushed(page);
  expect(sentry.events()).toEqual([]);
});

test('query strings, cookies, e-mail addresses and people stay in the browser', async ({ page, context }) => {
  await context.addCookies([{ name: 'sesion', value: 'galleta-secreta', url: klk.url }]);
  const sentry = await open(page, '/gaps?correo=ana.perez@example.com&clave=muy-secreta#trozo-secreto');
  await page.evaluate(() => {
    console.warn('avisar a ana.perez@example.com en /gaps?clave=muy-secreta');
    void Promise.reject(new Error('no se pudo avisar a ana.perez@example.com (GET /x?clave=muy-secreta)'));
  });
  const event = await sentry.onlyEvent(page);
  await sentry.transaction('/gaps');
  expect(event.exception?.values[0].value).toBe('no se pudo avisar a [correo] (GET /x)');
  expect(event.user).toBeUndefined();
  expect(event.request).toEqual({ url: `${klk.url}/gaps` });
  for (const secret of ['galleta-secreta', 'muy-secreta', 'trozo-secreto', 'example.com', 'correo=', 'max_horas=']) {
    expect(sentry.text).not.toContain(secret);
  }
});

test('a click that recovers is one trace from the click to the server', async ({ page }) => {
  const sentry = await open(page, '/gaps');
  await sentry.transaction('/gaps');
  await page.getByRole('button', { name: /Recuperar PERIFERICO/ }).first().click();
  const call = page.waitForRequest((request) => request.url().endsWith('/planes/iniciar'));
  await page.getByRole('dialog').getByRole('button', { name: 'Recuperar', exact: true }).click();
  const header = (await call).headers()['sentry-trace'];
  const action = await sentry.transaction('recuperar_gap');
  expect(action.contexts.trace.op).toBe('ui.action');
  const span = action.spans?.find(({ op }) => op === 'http.client');
  expect(span?.description).toBe('POST /api/etl/tracking/planes/iniciar');
  expect(header).toBe(`${action.contexts.trace.trace_id}-${span?.span_id}-1`);
});

test('a recovery that fails is told with its store, and the dialog shows the code', async ({ page }) => {
  const sentry = await open(page, '/gaps');
  await failAt(page, '/api/etl/tracking/planes/iniciar');
  await page.getByRole('button', { name: /Recuperar BOSQUE/ }).first().click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('button', { name: 'Recuperar', exact: true }).click();
  await expect(dialog.getByRole('alert')).toContainText('PRUEBA01');
  await expectAccessible(page);
  const event = await sentry.onlyEvent(page);
  expect(event.tags).toMatchObject({ correlacion: 'PRUEBA01', etl_tipo: 'ventas', ubicacion_id: 'tienda_08' });
  const action = await sentry.transaction('recuperar_gap');
  expect(event.contexts.trace.trace_id).toBe(action.contexts.trace.trace_id);
});

test('a component that fails is told once and shows its code', async ({ page }) => {
  const sentry = await open(page, '/monitoreo');
  const failing = page.getByRole('button', { name: 'Error en un componente' });
  await failing.click();
  const alert = alertIn(page, 'No fue posible cargar la prueba');
  await expect(alert).toBeVisible();
  const event = await sentry.onlyEvent(page);
  expect(event.exception?.values[0].type).toBe('ComponentError');
  expect(event.contexts.part).toEqual({ name: 'la prueba' });
  await expect(alert.locator('code')).toHaveText(event.tags?.correlacion as string);
  await expectAccessible(page);
  await alert.getByRole('button', { name: 'Reintentar' }).click();
  await expect(page.getByText('Este componente funciona.')).toBeVisible();
});

test('a rejection that nobody handles is told', async ({ page }) => {
  const sentry = await open(page, '/monitoreo');
  await page.getByRole('button', { name: 'Promesa rechazada' }).click();
  const event = await sentry.onlyEvent(page);
  expect(event.exception?.values[0].mechanism.handled).toBe(false);
  expect(event.tags).toMatchObject({ component: 'frontend' });
});

async function panic(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Pánico' }).click();
  await page.getByRole('button', { name: 'Provocar el pánico' }).click();
}

test('a panic is one event, and the page says that it is dead', async ({ page }) => {
  const sentry = await open(page, '/monitoreo');
  const errors = complaints(page);
  await panic(page);
  const overlay = page.getByRole('alertdialog', { name: 'La página dejó de funcionar' });
  await expect(overlay).toBeVisible();
  await expect(overlay.getByRole('button', { name: 'Recargar la página' })).toBeFocused();
  await expectAccessible(page);

  const event = await sentry.onlyEvent(page);
  expect(event.level).toBe('fatal');
  const [{ type, value, mechanism }] = event.exception?.values ?? [];
  expect({ type, mechanism: mechanism.type, handled: mechanism.handled }).toEqual({
    type: 'RustPanic',
    mechanism: 'wasm_panic',
    handled: false,
  });
  expect(value).toContain('the app panicked');
  expect(event.contexts.panic.location).toMatch(/^app\/src\/components\/sentry_trial\.rs:\d+:\d+$/);
  await expect(overlay.locator('code')).toHaveText(event.tags?.correlacion as string);
  // The hook's own output stays, and the trap that follows it.
  expect(errors.join('\n')).toContain('panicked at app/src/components/sentry_trial.rs');

  for (let times = 0; times < 3; times++) await page.keyboard.press('Escape');
  await expect(overlay).toBeVisible();
  // Neither the stream of events nor a timer asks the server for anything any more.
  await page.waitForTimeout(2500);
  const asked: string[] = [];
  page.on('request', (request) => asked.push(request.url()));
  await page.waitForTimeout(2500);
  expect(asked.filter((address) => !address.includes('/monitoreo/tunel'))).toEqual([]);

  await overlay.getByRole('button', { name: 'Recargar la página' }).click();
  await untilLive(page);
  await expect(overlay).toHaveCount(0);
});

test.describe('without a DSN', () => {
  test('nothing is loaded or told, and a panic is still said', async ({ page }) => {
    const silent = await Klk.startQuiet({ SENTRY_DSN: '' });
    try {
      await silent.signIn(page.context());
      const sentry = await Sentry.standIn(page);
      const addresses: string[] = [];
      page.on('request', (request) => addresses.push(request.url()));
      await page.goto(`${silent.url}/monitoreo`);
      await untilLive(page);
      await expect(page.locator('#monitoreo, meta[name="sentry-trace"], meta[name="baggage"]')).toHaveCount(0);
      await page.getByRole('button', { name: 'Error en un componente' }).click();
      await expect(alertIn(page, 'No fue posible cargar la prueba')).not.toContainText('Referencia');
      await page.getByRole('button', { name: 'Promesa rechazada' }).click();
      await panic(page);
      const overlay = page.getByRole('alertdialog');
      await expect(overlay).toBeVisible();
      await expect(overlay).not.toContainText('Referencia');
      expect(addresses.filter((address) => address.includes('sentry'))).toEqual([]);
      expect(sentry.addresses).toEqual([]);
    } finally {
      await silent.stop();
    }
  });
});

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

/** Opens a page that hears of changes. */
async function open(page: Page, path: string): Promise<Sentry> {
  const sentry = await Sentry.standIn(page);
  await page.goto(klk.url + path);
  await untilLive(page);
  return sentry;
}

test('a page load is named by its route and continues the trace of the server', async ({ page }) => {
  const errors = complaints(page);
  const sentry = await open(page, '/actividad');
  const trace = await page.locator('meta[name="sentry-trace"]').getAttribute('content');
  const load = await sentry.transaction('/actividad');
  expect(load.contexts.trace.op).toBe('pageload');
  expect(trace).toContain(load.contexts.trace.trace_id);
  expect(trace).toContain(load.contexts.trace.parent_span_id as string);
  expect(load.tags).toMatchObject({ component: 'frontend' });
  expect(load.release).toMatch(/^klk-tracking@\d/);
  expect(load.environment).toBe('development');
  expect(errors).toEqual([]);
});

test('a navigation is a transaction, and what is fetched for it is part of the trace', async ({ page }) => {
  const sentry = await open(page, '/actividad');
  await sentry.transaction('/actividad');
  const call = page.waitForRequest((request) => new URL(request.url()).pathname === '/pendientes');
  // By keyboard: a pointer that rests on the link would have fetched it before.
  await page.getByRole('navigation').getByRole('link', { name: 'Pendientes' }).press('Enter');
  const headers = (await call).headers();
  const navigation = await sentry.transaction('/pendientes');
  expect(navigation.contexts.trace.op).toBe('navigation');
  expect(headers['sentry-trace']).toContain(navigation.contexts.trace.trace_id);
  expect(headers.baggage).toContain(`sentry-trace_id=${navigation.contexts.trace.trace_id}`);
  const calls = navigation.spans?.filter(({ op }) => op === 'http.client').map(({ description }) => description);
  expect(calls).toContain('GET /pendientes');
});

test('addresses that no route matches have one name', async ({ page }) => {
  const sentry = await Sentry.standIn(page);
  await page.goto(`${klk.url}/ana@example.com?clave=secreta`);
  await sentry.transaction('ruta_desconocida');
  expect(sentry.text).not.toContain('example.com');
  expect(sentry.text).not.toContain('secreta');
});

test('a page that the server could not be asked for is one event, however often it is tried again', async ({ page }) => {
  const sentry = await open(page, '/actividad?ubicacion_id=tienda_08');
  await page.route('**/actividad?*', (route) => route.abort('internetdisconnected'));
  await page.getByLabel('Estado').selectOption({ label: 'Fallido' });
  const alert = page.getByRole('alert').filter({ hasText: 'No fue posible cargar la página' });
  await expect(alert).toContainText('El servidor no responde');
  const code = await page.locator('#sin-respuesta code').innerText();
  await expectAccessible(page);
  await alert.getByRole('link', { name: 'Reintentar' }).click();
  await expect(page.locator('#sin-respuesta code')).toHaveText(code);

  const event = await sentry.onlyEvent(page);
  expect(event.level).toBe('error');
  expect(event.tags).toMatchObject({ component: 'frontend', correlacion: code, server_function: '/actividad', ubicacion_id: 'tienda_08' });
  expect(event.contexts.server_function).toMatchObject({
    function: '/actividad',
    status: 0,
    code: 'sin_respuesta',
    filters: { estado: 'fallido', ubicacion_id: 'tienda_08' },
  });
  expect(code).toBe(event.event_id.slice(0, 8).toUpperCase());

  // What was there stays there meanwhile, and the page goes on once the server is back.
  await expect(page.getByLabel('Estado')).toBeVisible();
  await page.unroute('**/actividad?*');
  await alert.getByRole('link', { name: 'Reintentar' }).click();
  await expect(alert).toHaveCount(0);
  await expect(page).toHaveURL(/estado=fallido/);
});

test('an answer that is no page of ours is shown as it is', async ({ page }) => {
  await open(page, '/actividad');
  await page.route('**/actividad?*', (route) => route.fulfill({ status: 502, contentType: 'text/html', body: '<h1>Bad gateway</h1>' }));
  await page.getByLabel('Estado').selectOption({ label: 'Fallido' });
  await expect(page.getByRole('heading', { name: 'Bad gateway' })).toBeVisible();
});

test('a mistyped address is no event, neither from the server nor when it is tried again', async ({ page }) => {
  const sentry = await open(page, '/actividad?estado=nada');
  const alert = page.getByRole('alert').filter({ hasText: 'No fue posible cargar las ejecuciones' });
  await expect(alert).toContainText('estado');
  // A code would find nothing.
  await expect(alert.locator('code')).toHaveCount(0);
  const again = page.waitForResponse((answer) => answer.url().includes('/actividad?estado=nada'));
  await alert.getByRole('link', { name: 'Reintentar' }).click();
  expect((await again).status()).toBe(200);
  await sentry.untilFlushed(page);
  expect(sentry.events()).toEqual([]);
  await alert.getByRole('link', { name: 'Quitar filtros' }).click();
  await expect(alert).toHaveCount(0);
});

test('query strings, cookies, e-mail addresses and people stay in the browser', async ({ page, context }) => {
  await context.addCookies([{ name: 'sesion', value: 'galleta-secreta', url: klk.url }]);
  const sentry = await open(page, '/pendientes?correo=ana.perez@example.com&clave=muy-secreta#trozo-secreto');
  await page.evaluate(() => {
    console.warn('avisar a ana.perez@example.com en /pendientes?clave=muy-secreta');
    void Promise.reject(new Error('no se pudo avisar a ana.perez@example.com (GET /x?clave=muy-secreta)'));
  });
  const event = await sentry.onlyEvent(page);
  await sentry.transaction('/pendientes');
  expect(event.exception?.values[0].value).toBe('no se pudo avisar a [correo] (GET /x)');
  expect(event.user).toBeUndefined();
  expect(event.request).toEqual({ url: `${klk.url}/pendientes` });
  for (const secret of ['galleta-secreta', 'muy-secreta', 'trozo-secreto', 'example.com', 'correo=', 'max_horas=']) {
    expect(sentry.text).not.toContain(secret);
  }
});

test('a click that recovers is one trace from the click to the server', async ({ page }) => {
  const sentry = await open(page, '/pendientes');
  await sentry.transaction('/pendientes');
  await page.getByRole('button', { name: /Recuperar PERIFERICO/ }).first().click();
  const call = page.waitForRequest((request) => request.url().endsWith('/pendientes/recuperar/iniciar'));
  await page.getByRole('dialog').getByRole('button', { name: 'Recuperar', exact: true }).click();
  const header = (await call).headers()['sentry-trace'];
  const action = await sentry.transaction('recuperar_gap');
  expect(action.contexts.trace.op).toBe('ui.action');
  const span = action.spans?.find(({ op }) => op === 'http.client');
  expect(span?.description).toBe('POST /pendientes/recuperar/iniciar');
  expect(header).toBe(`${action.contexts.trace.trace_id}-${span?.span_id}-1`);
});

test('a recovery that the server could not be asked for is told with its store, and the page shows the code', async ({ page }) => {
  const sentry = await open(page, '/pendientes');
  await sentry.transaction('/pendientes');
  await page.getByRole('button', { name: /Recuperar BOSQUE/ }).first().click();
  const dialog = page.getByRole('dialog');
  await page.route('**/pendientes/recuperar/iniciar', (route) => route.abort('internetdisconnected'));
  await dialog.getByRole('button', { name: 'Recuperar', exact: true }).click();
  await expect(dialog.getByRole('alert')).toContainText('El servidor no responde');
  await expectAccessible(page);
  const event = await sentry.onlyEvent(page);
  await expect(dialog.locator('.failure-reference code')).toHaveText(event.tags?.correlacion as string);
  expect(event.tags).toMatchObject({ etl_tipo: 'ventas', ubicacion_id: 'tienda_08' });
  const action = await sentry.transaction('recuperar_gap');
  expect(event.contexts.trace.trace_id).toBe(action.contexts.trace.trace_id);
});

test('what fails in the page is told once, and the page goes on', async ({ page }) => {
  const sentry = await open(page, '/sistema/monitoreo');
  await page.getByRole('button', { name: 'Error en la página' }).click();
  const event = await sentry.onlyEvent(page);
  expect(event.exception?.values[0].value).toContain('somebody tried out what happens then');
  expect(event.exception?.values[0].mechanism.handled).toBe(false);
  expect(event.exception?.values[0].type).toBe('RustPanic');
  expect(event.contexts.panic.location).toContain('islands/trial.rs');
  expect(event.tags).toMatchObject({ component: 'frontend', island: 'BrowserTrial' });
  await expect(page.getByText('La página falló al atender el clic; el resto sigue funcionando.')).toBeVisible();
  await page.getByRole('navigation').getByRole('link', { name: 'Actividad' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Ejecuciones' })).toBeVisible();
});

test('a rejection that nobody handles is told', async ({ page }) => {
  const sentry = await open(page, '/sistema/monitoreo');
  await page.getByRole('button', { name: 'Promesa rechazada' }).click();
  const event = await sentry.onlyEvent(page);
  expect(event.exception?.values[0].mechanism.handled).toBe(false);
  expect(event.tags).toMatchObject({ component: 'frontend' });
});

test('what fails before the SDK is there is told once it is', async ({ page }) => {
  const sentry = await Sentry.standIn(page);
  let release = () => {};
  const held = new Promise<void>((resolve) => (release = resolve));
  await page.route('**/pkg/sentry-*.js', async (route) => {
    await held;
    await route.continue();
  });
  await page.goto(`${klk.url}/sistema/monitoreo`);
  await untilLive(page);
  await page.getByRole('button', { name: 'Error en la página' }).click();
  await page.getByRole('button', { name: 'Promesa rechazada' }).click();
  expect(sentry.items).toEqual([]);
  release();
  await expect.poll(() => sentry.events().length).toBe(2);
  for (const event of sentry.events()) expect(event.exception?.values[0].mechanism.handled).toBe(false);
});

test.describe('without a DSN', () => {
  test('nothing is loaded or told', async ({ page }) => {
    const silent = await Klk.startQuiet({ SENTRY_DSN: '' });
    try {
      await silent.signIn(page.context());
      const sentry = await Sentry.standIn(page);
      const addresses: string[] = [];
      page.on('request', (request) => addresses.push(request.url()));
      await page.goto(`${silent.url}/monitoreo`);
      await untilLive(page);
      await expect(page.locator('#monitoreo, meta[name="sentry-trace"], meta[name="baggage"]')).toHaveCount(0);
      await page.getByRole('button', { name: 'Error en la página' }).click();
      await page.getByRole('button', { name: 'Promesa rechazada' }).click();
      await page.waitForTimeout(500);
      expect(addresses.filter((address) => address.includes('sentry'))).toEqual([]);
      expect(sentry.addresses).toEqual([]);
    } finally {
      await silent.stop();
    }
  });
});

import { expect, test } from '@playwright/test';
import { Klk } from '../support/klk';
import { complaints, expectAccessible, expectNoSidewaysScroll, untilHydrated, untilLive } from '../support/page';

// Everything known of one run, from the lists that name it.
test.describe.configure({ mode: 'serial' });

let klk: Klk;

test.beforeAll(async () => {
  klk = await Klk.startLoadedDemo();
});

test.afterAll(async () => {
  await klk?.stop();
});

type Run = { id: string; ubicacion_nombre: string; error_mensaje: string | null; traza_id: string | null };

async function firstRun(state: string): Promise<Run> {
  const page = await klk.json<{ ejecuciones: Run[] }>(`/api/etl/tracking/ejecuciones?estado=${state}&limite=1`);
  return page.ejecuciones[0]!;
}

test('a row of the list leads to the run, by keyboard too', async ({ page }) => {
  const errors = complaints(page);
  await page.goto(`${klk.url}/actividad?estado=exitoso`);
  await untilLive(page);
  const link = page.getByRole('link', { name: /ver la ejecución de/ }).first();
  const store = await link.innerText();
  await link.focus();
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/\/actividad\/[0-9a-f-]{36}$/);
  await expect(page.getByRole('heading', { level: 1 })).toContainText(store);
  await expect(page.getByRole('region', { name: 'Tiempos por fase' })).toContainText('Extracción');
  await expect(page.getByRole('region', { name: 'Tiempos por fase' })).toContainText('Carga');
  await expect(page.getByRole('region', { name: 'Datos' })).toContainText('Registros cargados');
  await expect(page).toHaveTitle(new RegExp(store));
  await expectAccessible(page);
  await page.getByRole('navigation', { name: 'Ejecuciones' }).getByRole('link').click();
  await expect(page).toHaveURL(/\/actividad$/);
  expect(errors).toEqual([]);
});

test('the cause of a gap leads to the run that failed, which tells why', async ({ page }) => {
  const errors = complaints(page);
  await page.goto(`${klk.url}/pendientes?etl_tipo=ventas`);
  await untilLive(page);
  const gap = page.getByRole('row', { name: /ARTIGAS/ }).first();
  await gap.locator('summary').click();
  await gap.getByRole('link', { name: /ver la última ejecución de ARTIGAS/ }).click();
  await expect(page.getByRole('heading', { level: 1 })).toContainText('ARTIGAS');
  const failed = await firstRun('fallido');
  await expect(page.getByRole('region', { name: 'Por qué falló' })).toContainText(failed.error_mensaje!);
  await expectAccessible(page);
  expect(errors).toEqual([]);
});

test('a run leads to the attempts beside it, and is run again after its preview', async ({ page }) => {
  const errors = complaints(page);
  const failed = await firstRun('fallido');
  await page.goto(`${klk.url}/actividad/${failed.id}`);
  await untilLive(page);
  const again = page.getByRole('button', { name: 'Ejecutar de nuevo' });
  await again.click();
  const dialog = page.getByRole('dialog');
  await expect(dialog).toContainText(/media[s]? hora[s]?, .*al POS/);
  await expect(dialog.getByText(/^[0-9a-f]{12}$/)).toBeVisible();
  await expectAccessible(page);
  await page.keyboard.press('Escape');
  await expect(dialog).toBeHidden();
  for (const width of [390, 320]) {
    await page.setViewportSize({ width, height: 844 });
    await expectNoSidewaysScroll(page);
  }
  const beside = page.getByRole('navigation', { name: 'Intentos de este período' }).getByRole('link');
  if ((await beside.count()) > 0) {
    await beside.first().click();
    await expect(page).not.toHaveURL(new RegExp(failed.id));
    await expect(page.getByRole('navigation', { name: 'Intentos de este período' })).toBeVisible();
  }
  expect(errors).toEqual([]);
});

test('what is open stays open, and keeps the focus, while the list changes', async ({ page, request }) => {
  await page.goto(`${klk.url}/pendientes?etl_tipo=ventas`);
  await untilLive(page);
  const gap = page.getByRole('row', { name: /ARTIGAS/ }).first();
  await gap.locator('summary').click();
  const link = gap.getByRole('link', { name: /ver la última ejecución de ARTIGAS/ });
  await link.focus();
  type Gap = Record<'ubicacion_nombre' | 'etl_tipo' | 'ubicacion_id' | 'fecha_desde' | 'fecha_hasta' | 'hora_desde' | 'hora_hasta', string>;
  const { gaps } = await klk.json<{ gaps: Gap[] }>('/api/etl/tracking/gaps?etl_tipo=ventas');
  const { ubicacion_nombre, ...data } = gaps.find((other) => other.ubicacion_nombre === 'PARAISO')!;
  const { etl_tipo, ubicacion_id, fecha_desde, fecha_hasta, hora_desde, hora_hasta } = data;
  const period = { etl_tipo, ubicacion_id, fecha_desde, fecha_hasta, hora_desde, hora_hasta };
  expect((await request.post(`${klk.url}/api/etl/tracking/recuperar-gap`, { data: period })).status()).toBe(200);
  await expect(page.getByRole('row', { name: new RegExp(ubicacion_nombre) })).toHaveCount(0);
  await expect(gap.locator('details')).toHaveAttribute('open', '');
  await expect(link).toBeFocused();
});

test('a new attempt at the window is seen as it happens', async ({ page, request }) => {
  const failed = await firstRun('parcial');
  await page.goto(`${klk.url}/actividad/${failed.id}`);
  await untilLive(page);
  const others = page.getByRole('region', { name: 'Otros intentos de este período' });
  const before = await others.getByRole('row').count();
  const { ejecucion } = await klk.json<{ ejecucion: Record<string, string> }>(`/api/etl/tracking/ejecucion?id=${failed.id}`);
  const { etl_tipo, ubicacion_id, fecha_desde, fecha_hasta, hora_desde, hora_hasta } = ejecucion;
  const data = { etl_tipo, ubicacion_id, fecha_desde, fecha_hasta, hora_desde, hora_hasta };
  const answer = await request.post(`${klk.url}/api/etl/tracking/recuperar-gap`, { data });
  expect(answer.status()).toBe(200);
  await expect(others.getByRole('row').filter({ hasText: 'Recuperación' })).toContainText('Exitoso');
  expect(await others.getByRole('row').count()).toBeGreaterThan(before);
  await others.getByRole('link', { name: /ver la ejecución de/ }).first().click();
  await expect(page.getByRole('heading', { level: 1 })).toContainText('Exitoso');
});

test('a run that does not exist says so, with its status', async ({ page }) => {
  const answer = await page.goto(`${klk.url}/actividad/01936f7e-0000-7000-8000-000000000000`);
  expect(answer?.status()).toBe(404);
  await expect(page.getByRole('heading', { name: 'Esta ejecución no existe' })).toBeVisible();
  await untilLive(page);
  await expectAccessible(page);
  await page.getByRole('link', { name: 'Ver todas las ejecuciones' }).click();
  await expect(page).toHaveURL(/\/actividad$/);
});

test.describe('without JavaScript', () => {
  test.use({ javaScriptEnabled: false });

  test('the run is whole', async ({ page }) => {
    const failed = await firstRun('fallido');
    await page.goto(`${klk.url}/actividad/${failed.id}`);
    await expect(page.getByRole('heading', { level: 1 })).toContainText(failed.ubicacion_nombre);
    await expect(page.getByRole('region', { name: 'Por qué falló' })).toContainText(failed.error_mensaje!);
  });
});

test.describe('on a phone, in the dark', () => {
  test.use({ viewport: { width: 390, height: 844 }, colorScheme: 'dark' });

  test('nothing scrolls sideways and everything is accessible', async ({ page }) => {
    const failed = await firstRun('fallido');
    await page.goto(`${klk.url}/actividad/${failed.id}`);
    await untilHydrated(page);
    await expectNoSidewaysScroll(page);
    await expectAccessible(page);
  });
});

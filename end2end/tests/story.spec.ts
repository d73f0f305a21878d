import { expect, test } from '@playwright/test';
import { Klk } from '../support/klk';
import { complaints, expectAccessible, expectNoSidewaysScroll, untilHydrated, untilLive } from '../support/page';

// The story of the demo: a store was down for some hours, one half hour never ran, one answer was short. Somebody opens
// the page, sees it, and gets everything back.
test.describe.configure({ mode: 'serial' });

let klk: Klk;

test.beforeAll(async () => {
  klk = await Klk.startDemo();
});

test.afterAll(async () => {
  await klk?.stop();
});

type Gap = { ubicacion_nombre: string; fecha_desde: string; hora_desde: string; hora_hasta: string; causa: string; ventanas: number };

async function gaps(): Promise<Gap[]> {
  const list = await klk.json<{ gaps: Gap[] }>('/api/etl/tracking/gaps?etl_tipo=ventas');
  return list.gaps;
}

test('the first load shows how far it is, and ends', async ({ page }) => {
  const errors = complaints(page);
  await page.goto(`${klk.url}/actividad`);
  await untilLive(page);
  await expect(page.getByText('Carga inicial')).toBeVisible();
  await klk.untilLoaded();
  await expect(page.getByText('Terminado con fallas', { exact: true })).toBeVisible();
  expect(errors).toEqual([]);
});

test('the three gaps are there, each with its cause', async ({ page }) => {
  const found = await gaps();
  const told = found.map((gap) => [gap.ubicacion_nombre, gap.hora_desde, gap.hora_hasta, gap.causa, gap.ventanas]);
  expect(told).toHaveLength(3);
  expect(told).toContainEqual(['PARAISO', '16:00', '16:30', 'nunca_ejecutado', 1]);
  expect(told).toContainEqual(['ARTIGAS', '10:00', '13:00', 'fallido', 6]);
  expect(told).toContainEqual(['PERIFERICO', '12:00', '12:30', 'parcial', 1]);

  const errors = complaints(page);
  await page.goto(`${klk.url}/pendientes`);
  await untilLive(page);
  const row = (store: string) => page.getByRole('row', { name: new RegExp(store) });
  await expect(row('PARAISO')).toContainText('Nunca se ejecutó');
  await expect(row('ARTIGAS')).toContainText('El POS respondió con error');
  await expect(row('PERIFERICO')).toContainText('Respuesta incompleta');
  await expectAccessible(page);
  expect(errors).toEqual([]);
});

test('the overview says what is missing, what it is worth and where, and leads there', async ({ page }) => {
  const errors = complaints(page);
  await page.goto(klk.url);
  const verdict = page.getByRole('heading', { level: 1 });
  await expect(verdict).toHaveText(/^Faltan \d+ medias horas en \d tiendas\.$/);
  await expect(page.getByText(/^Valen unos USD\s[\d.]+ en ventas\.$/)).toBeVisible();
  await expect(page.getByRole('table').getByRole('link', { name: 'Ver lo que falta de ARTIGAS' })).toBeVisible();
  await expectAccessible(page);
  for (const width of [320, 390]) {
    await page.setViewportSize({ width, height: 740 });
    await expectNoSidewaysScroll(page);
    await expectAccessible(page);
  }
  await page.getByRole('link', { name: 'Ver qué falta' }).click();
  await expect(page.getByRole('button', { name: /Recuperar ARTIGAS/ })).toBeVisible();
  expect(errors).toEqual([]);
});

test('a recovery asks first, and leaving it does nothing', async ({ page }) => {
  await page.goto(`${klk.url}/pendientes`);
  await untilLive(page);
  await page.getByRole('button', { name: /Recuperar PARAISO/ }).click();
  const dialog = page.getByRole('dialog');
  await expect(dialog).toContainText('PARAISO');
  await expect(dialog).toContainText('16:00 – 16:30');
  await expectAccessible(page);
  await page.keyboard.press('Escape');
  await expect(dialog).toBeHidden();
  expect(await gaps()).toHaveLength(3);
});

test('a click recovers each gap, the page follows, and nothing is left', async ({ page }) => {
  const errors = complaints(page);
  await page.goto(`${klk.url}/pendientes`);
  await untilLive(page);
  for (const store of ['PARAISO', 'ARTIGAS', 'PERIFERICO']) {
    await page.getByRole('button', { name: new RegExp(`Recuperar ${store}`) }).click();
    const dialog = page.getByRole('dialog');
    await expect(dialog).toContainText(store);
    await dialog.getByRole('button', { name: 'Recuperar', exact: true }).click();
    await expect(dialog).toBeHidden();
    await expect(page.getByText(/\d medias? horas? (en cola|cargadas?)/).first()).toBeVisible();
    await expect(page.getByRole('row', { name: new RegExp(store) })).toHaveCount(0);
  }
  await expect(page.getByText('No falta nada', { exact: true }).first()).toBeVisible();
  expect(await gaps()).toEqual([]);
  expect(errors).toEqual([]);

  await page.goto(`${klk.url}/actividad?modo=recuperacion`);
  await expect(page.getByRole('row').filter({ hasText: 'Recuperación' })).toHaveCount(8);
});

test('the overview follows by itself until all is well', async ({ page }) => {
  await page.goto(klk.url);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(/^Ventas al día: no falta ninguna media hora de los últimos 7 días en 5 tiendas\.$/);
  await page.emulateMedia({ colorScheme: 'dark' });
  await expectAccessible(page);
});

test('what was recovered is what the stores sold', async () => {
  type Page = { ejecuciones: { estado: string; registros_extraidos: number; registros_cargados: number }[] };
  const { ejecuciones } = await klk.json<Page>('/api/etl/tracking/ejecuciones?modo=recuperacion&limite=100');
  expect(ejecuciones).toHaveLength(8);
  for (const run of ejecuciones) {
    expect(run.estado).toBe('exitoso');
    // A line at exactly the end of a half hour comes with both and is loaded with the later.
    expect(run.registros_cargados).toBeGreaterThan(0);
    expect(run.registros_cargados).toBeLessThanOrEqual(run.registros_extraidos);
  }
});

test('asking again for what is covered queues nothing', async ({ request }) => {
  const yesterday = new Date(Date.now() - 28 * 3600 * 1000).toISOString().slice(0, 10);
  const answer = await request.post(`${klk.url}/api/etl/tracking/recuperar-gap`, {
    data: { etl_tipo: 'ventas', ubicacion_id: 'tienda_17', fecha_desde: yesterday, fecha_hasta: yesterday },
  });
  expect(answer.status()).toBe(200);
  expect(await answer.json()).toMatchObject({ lote_id: null, ejecuciones: [], mensaje: 'No falta nada en ese período.' });
});

test('filters are in the address, and older runs can be reached', async ({ page }) => {
  await page.goto(`${klk.url}/actividad`);
  await untilLive(page);
  await page.getByLabel('Tienda').selectOption({ label: 'BOSQUE' });
  await expect(page).toHaveURL(/ubicacion_id=tienda_08/);
  await expect(page.getByRole('row').filter({ hasText: 'ARTIGAS' })).toHaveCount(0);
  const first = await page.getByRole('row').nth(1).innerText();
  await page.getByRole('link', { name: 'Más antiguas' }).click();
  await expect(page).toHaveURL(/cursor=/);
  await expect(page.getByRole('row').nth(1)).not.toHaveText(first);
  await page.getByRole('link', { name: 'Volver a las más recientes' }).click();
  await expect(page).not.toHaveURL(/cursor=/);
});

test.describe('without JavaScript', () => {
  test.use({ javaScriptEnabled: false });

  test('tables render and filters work as forms', async ({ page }) => {
    await page.goto(`${klk.url}/actividad`);
    await expect(page.getByRole('row')).not.toHaveCount(0);
    await page.getByLabel('Modo').selectOption({ label: 'Recuperación' });
    await page.getByRole('button', { name: 'Aplicar filtros' }).click();
    await expect(page).toHaveURL(/modo=recuperacion/);
    await expect(page.getByRole('row').filter({ hasText: 'Recuperación' })).toHaveCount(8);
    await page.goto(`${klk.url}/pendientes`);
    await expect(page.getByText('No falta nada', { exact: true }).first()).toBeVisible();
  });
});

test.describe('on a phone', () => {
  test.use({ viewport: { width: 390, height: 844 } });

  test('nothing scrolls sideways and everything is accessible', async ({ page }) => {
    for (const path of ['/actividad', '/pendientes']) {
      await page.goto(klk.url + path);
      await untilHydrated(page);
      await expectNoSidewaysScroll(page);
      await expectAccessible(page);
    }
  });
});

test.describe('in the dark, in English', () => {
  test.use({ colorScheme: 'dark', locale: 'en-US' });

  test('a page can be switched to English and back, and is accessible in the dark', async ({ page }) => {
    await page.goto(`${klk.url}/actividad`);
    await untilLive(page);
    await expectAccessible(page);
    await page.getByRole('button', { name: 'EN' }).click();
    await expect(page.getByRole('heading', { level: 1, name: 'Runs' })).toBeVisible();
    await page.getByRole('button', { name: 'ES' }).click();
    await expect(page.getByRole('heading', { level: 1, name: 'Ejecuciones' })).toBeVisible();
  });
});

test('an address that does not exist says so and leads back', async ({ page }) => {
  const answer = await page.goto(`${klk.url}/no-existe`);
  expect(answer?.status()).toBe(404);
  await page.getByRole('link', { name: 'Ejecuciones' }).first().click();
  await expect(page).toHaveURL(/\/actividad/);
});

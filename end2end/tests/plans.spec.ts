import { expect, type Page, test } from '@playwright/test';
import { Klk } from '../support/klk';
import { complaints, expectAccessible, expectNoSidewaysScroll, untilLive } from '../support/page';

// Recoveries as plans: what is shown is what runs, and who started one can hold it and take it back.
test.describe.configure({ mode: 'serial' });

let klk: Klk;

test.beforeAll(async () => {
  test.setTimeout(240_000);
  klk = await Klk.startLoadedDemo();
});

test.afterAll(async () => {
  await klk?.stop();
});

type Gap = { ubicacion_id: string; ubicacion_nombre: string; fecha_desde: string };
/** The one whose day is extracted again once it is whole. */
let artigas: Gap;
type Plan = { hash: string; estado: string; ventanas: number };

async function gaps(): Promise<Gap[]> {
  return (await klk.json<{ gaps: Gap[] }>('/api/etl/tracking/gaps?etl_tipo=ventas')).gaps;
}

const post = <T>(path: string, data: unknown) => klk.post<T>(`/api/etl/tracking/${path}`, data);

async function openGaps(page: Page): Promise<void> {
  await page.goto(`${klk.url}/pendientes`);
  await untilLive(page);
}

test('the dialog of a gap shows exactly what would run, and what it would cost', async ({ page }) => {
  const errors = complaints(page);
  await openGaps(page);
  await page.getByRole('button', { name: /Recuperar ARTIGAS/ }).click();
  const dialog = page.getByRole('dialog');
  await expect(dialog).toContainText('10:00 – 13:00');
  await expect(dialog).toContainText('6 medias horas, 6 llamadas al POS');
  // A demo of a week has no other day of that weekday, so every day foretells it.
  await expect(dialog).toContainText(/Líneas esperadas\s*Unas [\d.]+/);
  await expect(dialog).toContainText(/Unos \d+ (s|min)/);
  await expect(dialog).toContainText(/ARTIGAS: 6 llamadas/);
  await expect(dialog.getByText(/^[0-9a-f]{12}$/)).toBeVisible();
  await expectAccessible(page);

  const hash = await dialog.getByText(/^[0-9a-f]{12}$/).innerText();
  await dialog.getByLabel('Solo fuera de horario, con la tienda cerrada').check();
  await expect(dialog).toContainText('Cada tienda empieza cuando cierra.');
  await expect(dialog.getByText(/^[0-9a-f]{12}$/)).not.toHaveText(hash);
  await page.keyboard.press('Escape');
  await expect(dialog).toBeHidden();
  expect(await gaps()).toHaveLength(3);
  expect(errors).toEqual([]);
});

test('a plan that changes before it is confirmed is not run, and the new one is shown', async ({ page }) => {
  await openGaps(page);
  await page.getByRole('button', { name: /Recuperar ARTIGAS/ }).click();
  const dialog = page.getByRole('dialog');
  await expect(dialog).toContainText('6 medias horas, 6 llamadas al POS');
  const { ubicacion_id, fecha_desde } = (await gaps()).find((gap) => gap.ubicacion_nombre === 'ARTIGAS') as Gap;
  await post('recuperar-gap', {
    etl_tipo: 'ventas', ubicacion_id, fecha_desde, fecha_hasta: fecha_desde, hora_desde: '10:00', hora_hasta: '11:00',
  });
  await dialog.getByRole('button', { name: 'Recuperar', exact: true }).click();
  await expect(dialog).toContainText('Desde la vista previa cambió lo que falta: eran 6 ventanas y ahora son 4.');
  await expect(dialog).toContainText('4 medias horas, 4 llamadas al POS');
  await page.keyboard.press('Escape');
});

test('gaps that are selected are recovered together', async ({ page }) => {
  const errors = complaints(page);
  await openGaps(page);
  await expect(page.getByRole('button', { name: 'Recuperar selección (0)' })).toBeDisabled();
  for (const store of ['PARAISO', 'PERIFERICO']) {
    await page.getByRole('checkbox', { name: new RegExp(`Seleccionar ${store}`) }).check();
  }
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Recuperar selección (2)' }).click();
  const dialog = page.getByRole('dialog');
  await expect(dialog).toContainText('2 medias horas, 2 llamadas al POS');
  await dialog.getByRole('button', { name: 'Recuperar', exact: true }).click();
  await expect(dialog).toBeHidden();
  await expect(page.getByText(/^2 medias horas (en cola|cargadas)/)).toBeVisible();
  await expect(page.getByRole('row', { name: /PARAISO|PERIFERICO/ })).toHaveCount(0);
  await expect(page.getByRole('button', { name: 'Recuperar selección (0)' })).toBeVisible();
  expect(errors).toEqual([]);
});

test('days of a store are recovered, and what is loaded only by who asks for it', async ({ page }) => {
  const errors = complaints(page);
  artigas = (await gaps()).find((gap) => gap.ubicacion_nombre === 'ARTIGAS') as Gap;
  const { fecha_desde } = artigas;
  await openGaps(page);
  await page.getByRole('button', { name: 'Recuperar un período' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('combobox', { name: 'Tienda' }).selectOption('ARTIGAS');
  await dialog.getByLabel('Desde el día').fill(fecha_desde);
  await dialog.getByLabel('Hasta el día').fill(fecha_desde);
  // Two of its six half hours are in progress since the test before, or there.
  await expect(dialog).toContainText(/ARTIGAS: 4 llamadas/);
  await expectAccessible(page);
  await dialog.getByLabel('Extraer de nuevo también lo que ya está cargado').check();
  await expect(dialog).toContainText('Lo que ya está cargado se vuelve a pedir y se reemplaza; nada queda dos veces.');
  await expect(dialog).toContainText(/ARTIGAS: 2\d llamadas/);
  await dialog.getByLabel('Hasta el día').fill('2020-01-01');
  await expect(dialog).toContainText('No se pudo recuperar');
  await expect(dialog.getByRole('button', { name: 'Recuperar', exact: true })).toBeDisabled();
  await dialog.getByLabel('Hasta el día').fill(fecha_desde);
  await expect(dialog).toContainText(/ARTIGAS: 2\d llamadas/);
  await page.keyboard.press('Escape');
  // It is not kept for the next question.
  await page.getByRole('button', { name: /Recuperar ARTIGAS/ }).click();
  await expect(dialog.getByLabel('Extraer de nuevo también lo que ya está cargado')).not.toBeChecked();
  await expect(dialog).toContainText('4 medias horas, 4 llamadas al POS');
  await page.keyboard.press('Escape');
  // The refusal of a period that ends before it begins is the browser's to complain of, and nobody else's.
  expect(errors.filter((error) => !/status of 4\d\d/.test(error))).toEqual([]);
});

test('what a list leaves out is not recovered with it', async ({ page }) => {
  await page.goto(`${klk.url}/pendientes?ubicacion_id=${artigas.ubicacion_id}&max_horas=48`);
  await untilLive(page);
  await page.getByRole('button', { name: 'Recuperar todo lo de la lista' }).click();
  const dialog = page.getByRole('dialog');
  await expect(dialog).toContainText('Últimos 2 días: ARTIGAS');
  await expect(dialog).toContainText(/medias? horas?, \d+ llamadas? al POS|No hay nada/);
  await page.keyboard.press('Escape');
});

test('everything of the last days is one plan, and nothing is left', async ({ page }) => {
  await openGaps(page);
  await page.getByRole('button', { name: 'Recuperar todo lo de la lista' }).click();
  const dialog = page.getByRole('dialog');
  await expect(dialog).toContainText('Últimos 7 días: Todas las tiendas');
  await expect(dialog).toContainText(/medias? horas?, \d+ llamadas? al POS/);
  await dialog.getByRole('button', { name: 'Recuperar', exact: true }).click();
  await expect(dialog).toBeHidden();
  await expect(page.getByText('No falta nada', { exact: true }).first()).toBeVisible();
  expect(await gaps()).toEqual([]);
});

test('a day is extracted again from its page, nothing is there twice, and the list of plans tells of it', async ({ page }) => {
  const errors = complaints(page);
  const { ubicacion_id, fecha_desde } = artigas;
  type Day = { lineas: number; facturas: number; total_usd: string };
  const day = () =>
    klk.json<Day>(`/api/etl/tracking/cobertura?ubicacion_id=${ubicacion_id}&fecha=${fecha_desde}`);
  await page.goto(`${klk.url}/tiendas/${ubicacion_id}/${fecha_desde}`);
  await untilLive(page);
  const before = await day();
  await page.getByRole('button', { name: 'Recuperar este día' }).click();
  const dialog = page.getByRole('dialog');
  await expect(dialog).toContainText('No falta nada de lo pedido.');
  await dialog.getByLabel('Extraer de nuevo también lo que ya está cargado').check();
  await expect(dialog).toContainText(/2\d medias horas, 2\d llamadas al POS/);
  await dialog.getByRole('button', { name: 'Recuperar', exact: true }).click();
  await expect(page.getByText(/2\d medias horas (en cola|cargadas)/)).toBeVisible();

  await page.goto(`${klk.url}/actividad/recuperaciones`);
  await untilLive(page);
  const row = page.getByRole('row', { name: /Repite lo cargado/ });
  await expect(row).toContainText('Terminado');
  await expect(row).toContainText(/(2\d) de \1 medias horas/);
  await expect(row).not.toContainText('con fallas');
  await expectAccessible(page);
  const after = await day();
  expect([after.lineas, after.facturas, after.total_usd]).toEqual([before.lineas, before.facturas, before.total_usd]);
  expect(errors).toEqual([]);
});

test('a plan in progress is paused, resumed, and cancelled after a question', async ({ page }) => {
  const errors = complaints(page);
  const preview = await post<Plan>('planes', { etl_tipo: 'ventas', ultimos_dias: 5, repetir_cargado: true });
  expect(preview.ventanas).toBeGreaterThan(300);
  await post<Plan>('planes/iniciar', { hash: preview.hash });
  const state = async () => (await klk.json<Plan>(`/api/etl/tracking/plan?hash=${preview.hash}`)).estado;

  await openGaps(page);
  const short = preview.hash.slice(0, 12);
  await page.getByRole('button', { name: `Pausar el plan ${short}` }).click();
  await expect(page.getByText('Pausado', { exact: true })).toBeVisible();
  expect(await state()).toBe('pausado');
  await expectAccessible(page);
  await page.getByRole('link', { name: 'Ver recuperaciones' }).click();
  await expect(page.getByRole('row', { name: new RegExp(short) })).toContainText('Pausado');
  await expect(page.getByRole('row', { name: new RegExp(short) }).getByRole('button', { name: /Reanudar/ })).toBeVisible();
  await page.goBack();
  // The page of plans has that button twice, and stands until the one before it is there.
  await expect(page.getByRole('heading', { level: 1, name: 'Pendientes' })).toBeVisible();
  await page.getByRole('button', { name: `Reanudar el plan ${short}` }).click();
  await expect(page.getByText('Pausado', { exact: true })).toBeHidden();

  await page.getByRole('button', { name: `Cancelar el plan ${short}` }).click();
  const dialog = page.getByRole('dialog');
  await expect(dialog).toContainText('¿Cancelar el plan?');
  await expectAccessible(page);
  await dialog.getByRole('button', { name: 'Dejarlo seguir' }).click();
  await expect(dialog).toBeHidden();
  expect(await state()).toBe('en_curso');
  await page.getByRole('button', { name: `Cancelar el plan ${short}` }).click();
  await dialog.getByRole('button', { name: 'Cancelar el plan', exact: true }).click();
  await expect(page.getByText('Cancelado', { exact: true })).toBeVisible();
  await expect(page.getByRole('button', { name: `Reanudar el plan ${short}` })).toBeHidden();
  expect(await state()).toBe('cancelado');
  // What was loaded before is still there: nothing became a gap.
  expect(await gaps()).toEqual([]);
  expect(errors).toEqual([]);
});

test.describe('on a phone', () => {
  test.use({ viewport: { width: 390, height: 844 } });

  test('the bar and the panel fit', async ({ page }) => {
    await page.goto(`${klk.url}/pendientes`);
    // Seen once the page reacts.
    await expect(page.getByRole('button', { name: 'Recuperar todo lo de la lista' })).toBeVisible();
    await expectNoSidewaysScroll(page);
    await expectAccessible(page);
    await page.goto(`${klk.url}/actividad/recuperaciones`);
    await expect(page.getByRole('row').first()).toBeVisible();
    await expectNoSidewaysScroll(page);
    await expectAccessible(page);
  });
});

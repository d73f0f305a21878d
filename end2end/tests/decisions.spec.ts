import { expect, type Page, test } from '@playwright/test';
import { Klk } from '../support/klk';
import { complaints, expectAccessible, expectNoSidewaysScroll, untilLive } from '../support/page';

// What people decide: a gap that stays, with a reason; a day that is compared; a store that closes on Mondays.
test.describe.configure({ mode: 'serial' });

let klk: Klk;

test.beforeAll(async () => {
  // The first load, which nothing here waits for but this.
  test.setTimeout(180_000);
  klk = await Klk.startLoadedDemo();
});

test.afterAll(async () => {
  await klk?.stop();
});

const justified = (page: Page) => page.getByRole('region', { name: 'Justificados' });

test('a gap that stays is justified, and is listed as such', async ({ page }) => {
  const errors = complaints(page);
  await page.goto(`${klk.url}/pendientes?etl_tipo=ventas`);
  await untilLive(page);
  await page.getByRole('button', { name: /Justificar PARAISO/ }).click();
  const dialog = page.getByRole('dialog');
  await expect(dialog).toContainText('16:00 – 16:30');
  await expectAccessible(page);
  await dialog.getByRole('combobox', { name: /^Motivo/ }).selectOption('falla_electrica');
  await dialog.getByRole('textbox', { name: /^Nota/ }).fill('Todo el sector');
  await dialog.getByRole('button', { name: 'Justificar', exact: true }).click();
  await expect(dialog).toBeHidden();
  await expect(page.getByRole('button', { name: /Recuperar PARAISO/ })).toHaveCount(0);
  await page.getByRole('link', { name: 'Justificados' }).click();
  await expect(justified(page)).toContainText('Falla eléctrica');
  await expect(justified(page)).toContainText('demo');
  await expectAccessible(page);
  await expectNoSidewaysScroll(page);
  expect(errors).toEqual([]);
});

test('it is taken back after a question, and that is undone', async ({ page }) => {
  await page.goto(`${klk.url}/pendientes/justificados`);
  await untilLive(page);
  await page.getByRole('button', { name: /Retirar la justificación de PARAISO/ }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Retirar', exact: true }).click();
  await expect(page.getByText('No hay nada justificado')).toBeVisible();
  const other = await page.context().newPage();
  await other.goto(`${klk.url}/pendientes?etl_tipo=ventas`);
  await expect(other.getByRole('button', { name: /Recuperar PARAISO/ })).toBeVisible();
  await page.getByRole('button', { name: 'Deshacer' }).click();
  await expect(justified(page)).toContainText('PARAISO');
  await expect(other.getByRole('button', { name: /Recuperar PARAISO/ })).toHaveCount(0);
  await other.close();
});

test('the history tells who decided what, and two moments are compared', async ({ page }) => {
  const errors = complaints(page);
  await page.goto(`${klk.url}/actividad/decisiones`);
  await untilLive(page);
  const table = page.getByRole('table');
  await expect(table).toContainText('Retirar justificación');
  await expect(table.getByRole('row', { name: /demo/ }).first()).toContainText('Página');
  await expectAccessible(page);
  await page.getByLabel('Desde', { exact: true }).fill('2025-01-01T10:00');
  await page.getByLabel('Hasta', { exact: true }).fill('2025-01-02T10:00');
  await page.getByRole('button', { name: 'Comparar', exact: true }).click();
  await expect(page.getByRole('heading', { name: /Aparecieron/ })).toBeVisible();
  expect(errors).toEqual([]);
});

test('the gaps of a moment are shown as such, and nothing can be done about them', async ({ page }) => {
  const errors = complaints(page);
  const { generado_en_local: now } = await klk.json<{ generado_en_local: string }>('/api/etl/tracking/gaps');
  await page.goto(`${klk.url}/pendientes?etl_tipo=ventas&en=${now.slice(0, 10)}T00:00`);
  await untilLive(page);
  await expect(page.getByText(/Así se veía el/)).toBeVisible();
  await expect(page.getByRole('button', { name: /Recuperar|Justificar/ })).toHaveCount(0);
  await page.getByRole('link', { name: 'Volver a ahora' }).click();
  await expect(page.getByText(/Así se veía el/)).toHaveCount(0);
  expect(errors).toEqual([]);
});

test('a closed day is compared with the source on demand', async ({ page }) => {
  const errors = complaints(page);
  await page.goto(`${klk.url}/pendientes/cambios?ubicacion_id=tienda_08`);
  await untilLive(page);
  const row = page.getByRole('row', { name: /BOSQUE/ }).first();
  await expect(row).toContainText('Sin comparar');
  await row.getByRole('button', { name: /Conciliar BOSQUE/ }).click();
  await expect(row).toContainText('Igual');
  await expectAccessible(page);
  expect(errors).toEqual([]);
});

test('how old the stock of each warehouse is can be seen', async ({ page }) => {
  const errors = complaints(page);
  await page.goto(`${klk.url}/pendientes/inventario`);
  await untilLive(page);
  await expect(page.getByRole('row', { name: /PARAISO/ }).first()).toContainText(/Al día|Sin fotos|Atrasada/);
  await expectAccessible(page);
  expect(errors).toEqual([]);
});

test('a change of a calendar shows what it does before it is saved', async ({ page }) => {
  const errors = complaints(page);
  await page.goto(`${klk.url}/calendarios`);
  await untilLive(page);
  const form = page.locator('form').filter({ has: page.getByLabel('Lunes: abre') });
  await form.getByLabel('Lunes: abre').fill('');
  await form.getByLabel('Lunes: cierra').fill('');
  await form.getByRole('button', { name: 'Ver qué cambia' }).click();
  await expect(form.getByText(/medias horas dejan de esperarse/)).toBeVisible();
  await expectAccessible(page);
  await form.getByRole('button', { name: 'Guardar' }).click();
  await expect(page.getByText(/Calendario de .* guardado/)).toBeVisible();
  await expect(page.getByText(/: demo,/)).toBeVisible();
  expect(errors).toEqual([]);
});

test('the hours of one day are copied to all, and looked at before they are saved', async ({ page }) => {
  await page.goto(`${klk.url}/calendarios?ubicacion_id=tienda_08`);
  await untilLive(page);
  const form = page.locator('form').filter({ has: page.getByLabel('Lunes: abre') });
  await form.getByLabel('Martes: abre').fill('09:30');
  await form.getByLabel('Martes: cierra').fill('19:00');
  await form.getByRole('button', { name: 'Copiar Martes a todos los días' }).click();
  await expect(form.getByLabel('Domingo: abre')).toHaveValue('09:30');
  await expect(form.getByText(/medias horas dejan de esperarse/)).toBeVisible();
  await expectAccessible(page);
  for (const width of [390, 320]) {
    await page.setViewportSize({ width, height: 844 });
    await expectNoSidewaysScroll(page);
  }
  await form.getByRole('button', { name: 'Guardar' }).click();
  await expect(page.getByText(/Calendario de .* guardado/)).toBeVisible();
  await expect(form.getByLabel('Lunes: cierra')).toHaveValue('19:00');
});

test('the store of a calendar is in the address, and stays after it is saved', async ({ page }) => {
  await page.goto(`${klk.url}/calendarios`);
  await untilLive(page);
  const store = page.getByRole('combobox', { name: 'Tienda' });
  await store.selectOption('tienda_17');
  await expect(page).toHaveURL(/ubicacion_id=tienda_17/);
  const form = page.locator('form').filter({ has: page.getByLabel('Lunes: abre') });
  for (const closes of ['12:00', '13:00']) {
    await form.getByLabel('Lunes: abre').fill('08:00');
    await form.getByLabel('Lunes: cierra').fill(closes);
    await form.getByRole('button', { name: 'Ver qué cambia' }).click();
    await form.getByRole('button', { name: 'Guardar' }).click();
    await expect(page.getByText(/Calendario de .* guardado/).last()).toBeVisible();
    await expect(store).toHaveValue('tienda_17');
    await expect(form.getByLabel('Lunes: cierra')).toHaveValue(closes);
  }
  const list = await klk.json<{ calendarios: { ubicacion_id: string; calendario: { lunes: string } }[] }>(
    '/api/etl/tracking/calendarios',
  );
  const mondays = list.calendarios.filter((one) => one.calendario.lunes === '08:00-13:00').map((one) => one.ubicacion_id);
  expect(mondays).toEqual(['tienda_17']);
  await page.reload();
  await expect(store).toHaveValue('tienda_17');
});

test('a store gets another zone from a day on, and one that is none is refused where it is written', async ({ page }) => {
  const errors = complaints(page);
  await page.goto(`${klk.url}/calendarios`);
  await untilLive(page);
  const form = page.locator('form').filter({ has: page.getByLabel('Zona horaria') });
  await page.getByRole('combobox', { name: 'Tienda' }).selectOption('tienda_20');
  await expect(form.getByLabel('Zona horaria')).toHaveValue('America/Caracas');
  // A day that is over everywhere: the clock that counts now is the new one, at whatever time this runs.
  const before = new Date(Date.now() - 48 * 3600 * 1000).toISOString().slice(0, 10);
  await form.getByLabel('El cambio vale desde').fill(before);
  await form.getByLabel('Zona horaria').fill('Marte');
  await form.getByRole('button', { name: 'Ver qué cambia' }).click();
  await expect(form.getByText(/'Marte' no es una zona horaria/)).toBeVisible();
  await form.getByLabel('Zona horaria').fill('America/Bogota');
  await form.getByRole('button', { name: 'Ver qué cambia' }).click();
  await expect(form.getByText(/medias horas dejan de esperarse/)).toBeVisible();
  await form.getByRole('button', { name: 'Guardar' }).click();
  await expect(page.getByText(/Calendario de .* guardado/)).toBeVisible();
  await page.reload();
  await untilLive(page);
  await page.getByRole('combobox', { name: 'Tienda' }).selectOption('tienda_20');
  await expect(page.getByText(/^America\/Bogota/)).toBeVisible();
  // The browser itself names the answer that refused.
  expect(errors.filter((error) => !error.includes('422'))).toEqual([]);
});

test('a holiday of all stores is looked at, saved and found in each of them', async ({ page }) => {
  const errors = complaints(page);
  await page.goto(`${klk.url}/calendarios`);
  await untilLive(page);
  const form = page.locator('form').filter({ has: page.getByRole('heading', { name: 'Un día en todas las tiendas' }) });
  await form.getByLabel('Día', { exact: true }).fill('2030-12-25');
  await form.getByLabel('Por qué').fill('Navidad');
  await form.getByRole('button', { name: 'Ver qué cambia' }).click();
  await expect(form.getByText(/medias horas dejan de esperarse/)).toBeVisible();
  await expectAccessible(page);
  await form.getByRole('button', { name: 'Guardar' }).click();
  await expect(page.getByText(/Guardado para el 2030-12-25 en 5 tiendas/)).toBeVisible();
  await expect(page.getByText(/Solo el .*: demo,/)).toBeVisible();
  await page.getByRole('combobox', { name: 'Tienda' }).selectOption('tienda_18');
  await expect(page.getByLabel('Día especial 1: fecha')).toHaveValue('2030-12-25');
  await expect(page.getByLabel('Día especial 1: por qué')).toHaveValue('Navidad');
  await expect(page.getByLabel('Día especial 1: abre')).toHaveValue('');
  expect(errors).toEqual([]);
});

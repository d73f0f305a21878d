import { expect, type Page, test } from '@playwright/test';
import { Klk, Workplace } from '../support/klk';
import { complaints, expectAccessible, untilLive } from '../support/page';
import { Sim } from '../support/sim';

// Numbers of invoices that the POS will never have: seen, justified, listed, taken back.
test.describe.configure({ mode: 'serial' });

const zone = 'America/Caracas';
const yesterday = new Date(Date.now() - 28 * 3600 * 1000).toISOString().slice(0, 10);

const justified = (page: Page) => page.getByRole('region', { name: 'Justificados' });

let pos: Sim;
let klk: Klk;

test.beforeAll(async () => {
  test.setTimeout(180_000);
  pos = await Sim.start(1);
  await pos.withhold('SUC001', `${yesterday}T10:00`, `${yesterday}T12:00`);
  const store = `[[tiendas]]\nid = "tienda_01"\ncodigo = "SUC001"\nnombre = "PERIFERICO"\nzona = "${zone}"\ndesde = "${yesterday}"\n`;
  const workplace = new Workplace(store, { KLK_BASE_URL: pos.url, KLK_SCHEDULER: 'off', KLK_DATABASE: 'klk.duckdb' });
  const loaded = await workplace.run('etl', 'ventas', '--desde', yesterday);
  expect(loaded.code, loaded.errors).toBe(0);
  klk = await Klk.serve(workplace);
});

test.beforeEach(({ page }) => klk.signIn(page.context()));

test.afterAll(async () => {
  await klk?.stop();
  pos?.stop();
});

test('numbers that lack are a gap that says which, and are justified with a reason', async ({ page }) => {
  const errors = complaints(page);
  await page.goto(`${klk.url}/pendientes?etl_tipo=ventas&max_horas=72&ordenar=antiguedad`);
  await untilLive(page);
  const gaps = page.getByRole('row', { name: /Secuencia.*Justificar/ });
  const lacking = await gaps.count();
  expect(lacking).toBeGreaterThan(0);
  const first = gaps.first();
  await expect(first).toContainText('PERIFERICO');
  await first.getByText('Faltan facturas').click();
  await expect(first).toContainText('Números que faltan, por caja');
  await first.getByRole('button', { name: /Justificar PERIFERICO/ }).click();
  const dialog = page.getByRole('dialog');
  await expectAccessible(page);
  await dialog.getByRole('combobox', { name: /^Motivo/ }).selectOption({ index: 1 });
  await dialog.getByRole('textbox', { name: /^Nota/ }).fill('La caja se dañó');
  await dialog.getByRole('button', { name: 'Justificar', exact: true }).click();
  await expect(dialog).toBeHidden();
  await expect(gaps).toHaveCount(lacking - 1);
  await page.getByRole('link', { name: 'Justificados' }).click();
  await expect(justified(page)).toContainText('La caja se dañó');
  await expectAccessible(page);
  await page.goto(`${klk.url}/actividad/decisiones`);
  await untilLive(page);
  await expect(page.getByRole('row', { name: /jefa/ }).first()).toContainText(/Justificar/);
  expect(errors).toEqual([]);
});

test('they lack again once that is taken back', async ({ page }) => {
  await page.goto(`${klk.url}/pendientes?etl_tipo=ventas&max_horas=72&ordenar=antiguedad`);
  await untilLive(page);
  const gaps = page.getByRole('row', { name: /Secuencia.*Justificar/ });
  const lacking = await gaps.count();
  await page.getByRole('link', { name: 'Justificados' }).click();
  await page.getByRole('button', { name: /Retirar la justificación de PERIFERICO/ }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Retirar', exact: true }).click();
  await expect(justified(page)).toHaveCount(0);
  await page.goto(`${klk.url}/pendientes?etl_tipo=ventas&max_horas=72&ordenar=antiguedad`);
  await expect(gaps).toHaveCount(lacking + 1);
});

import { expect, test } from '@playwright/test';
import { Klk } from '../support/klk';
import { complaints, expectAccessible, expectNoSidewaysScroll, untilHydrated, untilLive } from '../support/page';

// What is missing has a price and a proven cause, and a store's day shows where each half hour stands and why.
test.describe.configure({ mode: 'serial' });

let klk: Klk;

test.beforeAll(async () => {
  klk = await Klk.startLoadedDemo();
});

test.afterAll(async () => {
  await klk?.stop();
});

type Gap = {
  ubicacion_id: string;
  ubicacion_nombre: string;
  fecha_desde: string;
  valor: { usd: string; usd_desde: string; usd_hasta: string } | null;
};

async function gaps(order: string): Promise<Gap[]> {
  const list = await klk.json<{ gaps: Gap[] }>(`/api/etl/tracking/gaps?etl_tipo=ventas&ordenar=${order}`);
  return list.gaps;
}

test('every gap has a price, and the list can start with the dearest', async ({ page }) => {
  const byValue = await gaps('valor');
  const worth = byValue.map((gap) => Number(gap.valor?.usd));
  expect(worth).toEqual([...worth].sort((left, right) => right - left));
  expect(Math.min(...worth)).toBeGreaterThan(0);

  const errors = complaints(page);
  await page.goto(`${klk.url}/pendientes?etl_tipo=ventas`);
  await untilLive(page);
  await expect(page.getByText('Valor estimado')).toBeVisible();
  // The worst stands first without being asked for.
  await expect(page.getByRole('columnheader', { name: 'Valor' })).toHaveAttribute('aria-sort', 'descending');
  await page.getByRole('link', { name: 'Detectado', exact: true }).click();
  await expect(page).toHaveURL(/etl_tipo=ventas&ordenar=antiguedad/);
  await expect(page.getByRole('columnheader', { name: 'Detectado' })).toHaveAttribute('aria-sort', 'descending');
  await page.getByRole('link', { name: 'Valor', exact: true }).click();
  await expect(page).toHaveURL(/etl_tipo=ventas$/);
  await expect(page.getByRole('row').nth(1)).toContainText(byValue[0].ubicacion_nombre);
  await expect(page.getByRole('row').nth(1)).toContainText('USD');
  await expectAccessible(page);
  await page.getByRole('link', { name: 'Detectado', exact: true }).click();
  await expect(page).toHaveURL(/ordenar=antiguedad/);
  await page.getByLabel('Período').selectOption({ label: 'Últimas 48 horas' });
  await expect(page).toHaveURL(/ordenar=antiguedad/);
  expect(errors).toEqual([]);
});

test('a cause is proven on demand, and leads to the store and day', async ({ page }) => {
  const errors = complaints(page);
  await page.goto(`${klk.url}/pendientes?etl_tipo=ventas`);
  await untilLive(page);
  const row = (store: string) => page.getByRole('row', { name: new RegExp(store) });
  await row('ARTIGAS').getByText('El POS respondió con error').click();
  await expect(row('ARTIGAS').getByText(/Respondió HTTP 503/).last()).toBeVisible();
  await row('PERIFERICO').getByText('Respuesta incompleta').click();
  await expect(row('PERIFERICO').getByText(/Llegaron .* líneas anunciadas/).last()).toBeVisible();
  await expectAccessible(page);
  await row('PARAISO').getByText('Nunca se ejecutó').click();
  await row('PARAISO').getByRole('link', { name: /Ver el día/ }).click();
  await expect(page).toHaveURL(/\/tiendas\/tienda_18\/\d{4}-\d{2}-\d{2}\?hora=16%3A00/);
  await expect(page.getByRole('heading', { name: /Certificado de 16:00 – 16:30/ })).toBeVisible();
  await expect(page.getByText('Ninguna ejecución la cargó')).toBeVisible();
  expect(errors).toEqual([]);
});

test('a day is a table of half hours that the keyboard walks and that tells what proves each', async ({ page }) => {
  const errors = complaints(page);
  const artigas = (await gaps('valor')).find((gap) => gap.ubicacion_nombre === 'ARTIGAS');
  await page.goto(`${klk.url}/tiendas/${artigas?.ubicacion_id}/${artigas?.fecha_desde}`);
  await untilLive(page);
  const table = page.getByRole('table', { name: /Medias horas del día/ });
  await expect(table.getByRole('link')).toHaveCount(48);
  await expect(table.getByRole('link', { name: '10:00 – 10:30: Faltante' })).toBeVisible();
  await expect(table.getByRole('link', { name: '03:00 – 03:30: Cerrada' })).toBeVisible();
  await expect(page.getByText('Día sin probar')).toBeVisible();
  await expectAccessible(page);

  await table.getByRole('link', { name: '14:00 – 14:30: Completa' }).focus();
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/hora=14%3A00/);
  await expect(table.getByRole('link', { name: /^14:00/ })).toHaveAttribute('aria-current', 'true');
  const proofs = page.locator('.proofs');
  await expect(proofs.getByText('Cumple', { exact: true })).toHaveCount(3);
  await expect(proofs).toContainText(/recibidas de .* anunciadas/);
  await expectAccessible(page);
  await page.getByRole('link', { name: 'Día anterior' }).click();
  await expect(page.getByText('Día probado')).toBeVisible();
  expect(errors).toEqual([]);
});

test('a store that does not exist is told, not shown as a day', async ({ page }) => {
  await page.goto(`${klk.url}/tiendas/tienda_99/2025-11-17`);
  await expect(page.getByText(/No hay ninguna tienda/)).toBeVisible();
});

test.describe('without JavaScript', () => {
  test.use({ javaScriptEnabled: false });

  test('sorting and proofs are links that work by themselves', async ({ page }) => {
    await page.goto(`${klk.url}/pendientes?etl_tipo=ventas`);
    await page.getByRole('link', { name: 'Detectado', exact: true }).click();
    await expect(page).toHaveURL(/ordenar=antiguedad/);
    await page.getByRole('button', { name: 'Aplicar filtros' }).click();
    await expect(page).toHaveURL(/ordenar=antiguedad/);
    const [dearest] = await gaps('valor');
    await page.goto(`${klk.url}/tiendas/${dearest.ubicacion_id}/${dearest.fecha_desde}`);
    await page.getByRole('link', { name: /^09:30/ }).click();
    await expect(page.getByRole('heading', { name: /Certificado de 09:30/ })).toBeVisible();
  });
});

test.describe('on a phone', () => {
  test.use({ viewport: { width: 390, height: 844 } });

  test('a day fits and is accessible', async ({ page }) => {
    const [dearest] = await gaps('valor');
    for (const path of ['/pendientes?ordenar=valor', `/tiendas/${dearest.ubicacion_id}/${dearest.fecha_desde}?hora=12%3A00`]) {
      await page.goto(klk.url + path);
      await untilHydrated(page);
      await expectNoSidewaysScroll(page);
      await expectAccessible(page);
    }
  });
});

test.describe('in the dark, in English', () => {
  test.use({ colorScheme: 'dark', locale: 'en-US' });

  test('a day is accessible and speaks English', async ({ page }) => {
    const [dearest] = await gaps('valor');
    await page.goto(`${klk.url}/tiendas/${dearest.ubicacion_id}/${dearest.fecha_desde}?hora=12%3A00`);
    await untilLive(page);
    await page.getByRole('button', { name: 'EN' }).click();
    await expect(page.getByRole('heading', { level: 1, name: "A store's day" })).toBeVisible();
    await expectAccessible(page);
  });
});

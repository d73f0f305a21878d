import { expect, test } from '@playwright/test';
import { Klk } from '../support/klk';
import { complaints, expectAccessible, expectNoSidewaysScroll, untilLive } from '../support/page';

// What was sold against the week before, how late it arrived, and how reliable the extractions are.

let klk: Klk;

test.beforeAll(async () => {
  klk = await Klk.startLoadedDemo();
});

test.afterAll(async () => {
  await klk?.stop();
});

test('sales are bars with their figures in a table, and punctuality says what is measured', async ({ page }) => {
  const errors = complaints(page);
  await page.goto(`${klk.url}/sistema/metricas`);
  await untilLive(page);
  const sales = page.getByRole('region', { name: 'Ventas en USD' });
  await expect(sales).toContainText(/USD\s[\d.]+ en siete días/);
  await expect(sales).toContainText('La hora de más ventas es la de las');
  const figures = sales.locator('figure').first();
  await figures.getByText('Ver las cifras').click();
  await expect(figures.getByRole('row')).toHaveCount(8);
  await expect(figures.getByRole('row').last()).toContainText(/USD\s[\d.]+/);
  await expect(figures.getByRole('columnheader', { name: 'Facturas' })).toBeVisible();
  await expect(figures.getByRole('columnheader', { name: 'Líneas' })).toBeVisible();
  await expect(page.getByRole('region', { name: 'Puntualidad' }).first()).toBeVisible();
  expect(errors).toEqual([]);
});

test('it can be used in both themes and languages and on a phone', async ({ page, context }) => {
  for (const scheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme: scheme });
    await page.goto(`${klk.url}/sistema/metricas`);
    await expectAccessible(page);
  }
  for (const width of [1280, 390, 320]) {
    await page.setViewportSize({ width, height: 844 });
    await expectNoSidewaysScroll(page);
  }
  await context.addCookies([{ name: 'klk_idioma', value: 'en', url: klk.url }]);
  await page.goto(`${klk.url}/sistema/metricas`);
  await expect(page.getByRole('region', { name: 'Punctuality' }).first()).toBeVisible();
  await expect(page.locator('figure').first()).toContainText('in seven days');
});

test.describe('without scripts', () => {
  test.use({ javaScriptEnabled: false });

  test('the figures are there', async ({ page }) => {
    await page.goto(`${klk.url}/sistema/metricas`);
    await page.getByText('Ver las cifras').first().click();
    await expect(page.locator('figure').first().getByRole('row').last()).toContainText('USD');
  });
});

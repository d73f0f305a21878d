import { expect, type Page, test } from '@playwright/test';
import { Klk } from '../support/klk';
import { complaints, expectAccessible, expectNoSidewaysScroll, untilHydrated, untilLive } from '../support/page';

// Views that people keep: a page with its filters, under a name; each has only theirs.
test.describe.configure({ mode: 'serial' });

let klk: Klk;

test.beforeAll(async () => {
  klk = await Klk.startQuiet({ SENTRY_DSN: '', KLK_VISTAS_MAX: '3' });
});

test.afterAll(async () => {
  await klk?.stop();
});

test.beforeEach(({ page }) => klk.signIn(page.context()));

const views = (page: Page) => page.getByRole('region', { name: 'Vistas guardadas' });

async function keep(page: Page, address: string, name: string): Promise<void> {
  await page.goto(klk.url + address);
  await untilHydrated(page);
  await page.getByText('Guardar esta vista').click();
  await page.getByLabel('Nombre').fill(name);
  await page.keyboard.press('Enter');
}

test('a view is kept under a name, found from its page and the palette, deleted, and that is undone', async ({ page }) => {
  const errors = complaints(page);
  await page.goto(`${klk.url}/actividad`);
  await untilLive(page);
  await expect(views(page)).toHaveCount(0);
  await keep(page, '/actividad?estado=fallido&cursor=&etl_tipo=ventas', 'Ventas fallidas');
  await expect(views(page).getByRole('link', { name: 'Ventas fallidas' })).toHaveAttribute('aria-current', 'true');
  await expect(page.getByText('Guardar esta vista')).toHaveCount(0);
  await expectAccessible(page);

  await page.goto(`${klk.url}/pendientes`);
  await untilLive(page);
  await expect(views(page)).toHaveCount(0);
  await page.goto(`${klk.url}/actividad`);
  await untilLive(page);
  await views(page).getByRole('link', { name: 'Ventas fallidas' }).click();
  await expect(page.getByLabel('Estado')).toHaveValue('fallido');
  await expect(page.getByLabel('Tipo')).toHaveValue('ventas');

  await page.keyboard.press('Control+k');
  await page.keyboard.type('ventas fall');
  await page.getByRole('dialog').getByRole('link', { name: 'Ventas fallidas' }).click();
  await expect(page).toHaveURL(/\/actividad\?.*estado=fallido/);

  await page.getByRole('button', { name: 'Borrar la vista Ventas fallidas' }).click();
  await expect(page.getByText('Se borró la vista «Ventas fallidas».')).toBeVisible();
  await expect(views(page).getByRole('link')).toHaveCount(0);
  await page.getByRole('button', { name: 'Deshacer' }).click();
  await expect(views(page).getByRole('link', { name: 'Ventas fallidas' })).toBeVisible();
  expect(errors).toEqual([]);
});

test('the same name is the same view, and who has as many as they may is told so', async ({ page }) => {
  await keep(page, '/actividad?estado=parcial', 'Ventas fallidas');
  await expect(views(page).getByRole('link')).toHaveCount(1);
  await keep(page, '/pendientes?max_horas=24', 'Ayer');
  await expect(views(page).getByRole('link', { name: 'Ayer' })).toBeVisible();
  await keep(page, '/cobertura?zoom=mes', 'El mes');
  await expect(views(page).getByRole('link', { name: 'El mes' })).toBeVisible();
  await keep(page, '/actividad?estado=exitoso', 'Una más');
  await expect(page.getByRole('alert')).toContainText('ya hay 3 vistas guardadas');
  await expect(page.getByLabel('Nombre')).toHaveValue('Una más');
  await page.getByLabel('Nombre').fill('Ayer');
  await page.getByRole('button', { name: 'Guardar', exact: true }).click();
  await expect(page).toHaveURL(/\/actividad\?estado=exitoso$/);
  await expect(views(page).getByRole('link', { name: 'Ayer' })).toBeVisible();
});

test.describe('on a phone, in the dark, in English, without scripts', () => {
  test.use({ viewport: { width: 320, height: 700 }, colorScheme: 'dark', javaScriptEnabled: false });

  test('views are kept, followed and deleted', async ({ page, context }) => {
    await context.addCookies([{ name: 'klk_idioma', value: 'en', url: klk.url }]);
    await page.goto(`${klk.url}/cobertura`);
    await page.getByRole('region', { name: 'Saved views' }).getByRole('link', { name: 'El mes' }).click();
    await expect(page).toHaveURL(/zoom=mes$/);
    await expectNoSidewaysScroll(page);
    await page.getByRole('button', { name: 'Delete the view El mes' }).click();
    await expect(page.getByText('The view "El mes" was deleted.')).toBeVisible();
    await page.getByRole('button', { name: 'Undo' }).click();
    await expect(page.getByRole('link', { name: 'El mes' })).toBeVisible();
    await page.goto(`${klk.url}/cobertura?tipo=inventario`);
    await page.getByText('Save this view').click();
    await page.getByLabel('Name').fill('El mes');
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await expect(page).toHaveURL(/tipo=inventario$/);
    await expect(page.getByRole('link', { name: 'El mes' })).toBeVisible();
  });
});

test('rows are compact where somebody wants them so, without a flash, until they want them otherwise', async ({ page }) => {
  await page.goto(`${klk.url}/tiendas`);
  await untilLive(page);
  const height = async () => (await page.getByRole('row').nth(1).boundingBox())!.height;
  const before = await height();
  await page.getByRole('button', { name: 'Filas compactas' }).click();
  await expect(page.locator('html[data-densidad=compacta]')).toBeAttached();
  await expect(page.getByRole('button', { name: 'Filas compactas' })).toHaveAttribute('aria-pressed', 'true');
  expect(await height()).toBeLessThan(before);
  await expectAccessible(page);
  const document = await page.request.get(`${klk.url}/tiendas`);
  expect(await document.text()).toContain('data-densidad="compacta"');
  await page.reload();
  expect(await height()).toBeLessThan(before);
  await page.getByRole('button', { name: 'Filas cómodas' }).click();
  await expect(page.locator('html[data-densidad]')).toHaveCount(0);
  expect(await height()).toBe(before);
});

test('the density of rows is not asked of a phone or a finger, where it would change nothing', async ({ browser }) => {
  for (const options of [{ viewport: { width: 320, height: 800 } }, { viewport: { width: 390, height: 800 } }, { hasTouch: true, isMobile: true, viewport: { width: 1280, height: 900 } }]) {
    const context = await browser.newContext(options);
    await klk.signIn(context);
    const page = await context.newPage();
    await page.goto(`${klk.url}/tiendas`);
    await expect(page.getByRole('button', { name: 'Tema claro' }).or(page.locator('#tema-claro')).first()).toBeVisible();
    await expect(page.locator('.density')).toBeHidden();
    await context.close();
  }
});

test('what is open is in the address, and open again after a reload and under a copied link', async ({ page, context }) => {
  await page.goto(`${klk.url}/actividad?estado=cancelado`);
  await untilHydrated(page);
  const details = page.locator('#guardar-vista');
  await details.locator('summary').click();
  await expect(page).toHaveURL(/estado=cancelado#guardar-vista$/);
  await page.reload();
  await expect(details).toHaveAttribute('open');
  const copied = await context.newPage();
  await copied.goto(page.url());
  await expect(copied.locator('#guardar-vista')).toHaveAttribute('open');
  await details.locator('summary').click();
  await expect(page).toHaveURL(/estado=cancelado$/);
});

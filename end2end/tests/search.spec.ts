import { expect, type Page, test } from '@playwright/test';
import { Klk } from '../support/klk';
import { complaints, expectAccessible, expectNoSidewaysScroll, untilHydrated, untilLive } from '../support/page';

// The palette under Ctrl K, the shortcuts under `?`, and the keys that lead somewhere; the same pages without scripts.

let klk: Klk;

test.beforeAll(async () => {
  klk = await Klk.startLoadedDemo();
});

test.afterAll(async () => {
  await klk?.stop();
});

const palette = (page: Page) => page.getByRole('dialog', { name: 'Buscar' });

function scripts(page: Page): string[] {
  const found: string[] = [];
  page.on('request', (request) => {
    if (/\/pkg\/(palette|grid)-/.test(request.url())) found.push(request.url());
  });
  return found;
}

test('the palette finds pages, stores, their days and runs, by keyboard alone, and its script comes with the first key', async ({ page }) => {
  const [errors, loaded] = [complaints(page), scripts(page)];
  await page.goto(klk.url);
  await untilLive(page);
  expect(loaded).toEqual([]);
  await page.keyboard.press('Control+k');
  await expect(palette(page).getByRole('textbox')).toBeFocused();
  expect(loaded).toHaveLength(1);
  await expectAccessible(page);
  await page.keyboard.type('decisiones');
  await expect(palette(page).getByRole('link', { name: /Decisiones/ })).toHaveCount(1);
  await expect(palette(page).getByRole('link', { name: /Métricas/ })).toHaveCount(0);
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/\/actividad\/decisiones$/);
  await expect(palette(page)).toHaveCount(0);

  // Enter at once, before anything could be answered, goes to what was typed and not to what stood there.
  await page.keyboard.press('Control+k');
  await expect(palette(page).getByRole('textbox')).toBeFocused();
  await page.keyboard.type('artigas');
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/\/tiendas\/tienda_\d+$/);
  await expect(page.getByRole('heading', { level: 1 })).toContainText('ARTIGAS');

  await page.keyboard.press('Control+k');
  await expect(palette(page).getByRole('textbox')).toBeFocused();
  const day = new Date(Date.now() - 52 * 3600 * 1000).toISOString().slice(0, 10);
  await page.keyboard.type(`bosque ${day}`);
  await expect(palette(page).getByRole('link')).toContainText(['BOSQUE']);
  await page.keyboard.press('ArrowDown');
  await expect(palette(page).getByRole('link', { name: /BOSQUE/ })).toBeFocused();
  await page.keyboard.press('ArrowUp');
  await expect(palette(page).getByRole('textbox')).toBeFocused();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(new RegExp(`/tiendas/tienda_08/${day}$`));

  type Page = { ejecuciones: { id: string }[] };
  const { ejecuciones } = await klk.json<Page>('/api/etl/tracking/ejecuciones?estado=fallido&limite=1');
  await page.keyboard.press('Control+k');
  await expect(palette(page).getByRole('textbox')).toBeFocused();
  await page.keyboard.insertText(ejecuciones[0]!.id);
  await expect(palette(page).getByRole('link', { name: /Fallido/ })).toBeVisible();
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(`${klk.url}/actividad/${ejecuciones[0]!.id}`);

  await page.keyboard.press('Control+k');
  await expect(palette(page).getByRole('textbox')).toBeFocused();
  await page.keyboard.insertText('no hay tal cosa');
  await expect(palette(page).getByText('No se encontró nada')).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(palette(page)).toHaveCount(0);
  await expect(page).toHaveURL(`${klk.url}/actividad/${ejecuciones[0]!.id}`);
  expect(errors).toEqual([]);
});

test('the question mark shows the shortcuts, g and a letter lead somewhere, and single keys can be turned off', async ({ page }) => {
  const errors = complaints(page);
  await page.goto(klk.url);
  await untilLive(page);
  await page.keyboard.press('?');
  const shortcuts = page.getByRole('dialog', { name: 'Atajos de teclado' });
  await expect(shortcuts.getByText('Ir al próximo problema')).toBeVisible();
  await expectAccessible(page);
  await page.keyboard.press('Escape');
  await expect(shortcuts).toHaveCount(0);
  for (const [key, path] of [['c', '/cobertura'], ['a', '/actividad'], ['t', '/tiendas'], ['p', '/pendientes']] as const) {
    await page.keyboard.press('g');
    await page.keyboard.press(key);
    await expect(page).toHaveURL(klk.url + path);
  }
  // What is typed into a field is no shortcut.
  await page.goto(`${klk.url}/actividad/decisiones`);
  await untilLive(page);
  await page.locator('#filtro-ubicacion_id').focus();
  await page.keyboard.press('?');
  await page.waitForTimeout(300);
  await expect(page.getByRole('dialog')).toHaveCount(0);

  await page.getByRole('heading', { level: 1 }).click();
  await page.keyboard.press('?');
  await shortcuts.getByRole('button', { name: 'Apagar las teclas solas' }).click();
  await expect(page.locator('html[data-atajos=no]')).toBeAttached();
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await page.keyboard.press('?');
  await page.waitForTimeout(300);
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await page.keyboard.press('Control+k');
  await expect(palette(page)).toBeVisible();
  await page.keyboard.press('Control+k');
  await expect(palette(page)).toHaveCount(0);
  expect(errors).toEqual([]);
});

test('in English the pages are found by their English names, and the keys are the same', async ({ page, context }) => {
  await context.addCookies([{ name: 'klk_idioma', value: 'en', url: klk.url }]);
  await page.goto(klk.url);
  await untilHydrated(page);
  await page.keyboard.press('Control+k');
  const dialog = page.getByRole('dialog', { name: 'Search' });
  await dialog.getByRole('textbox').fill('metrics');
  await expect(dialog.getByRole('link', { name: /^Metrics/ })).toHaveCount(1);
  await page.keyboard.press('Escape');
  await expect(dialog).toHaveCount(0);
  await page.keyboard.press('g');
  await page.keyboard.press('p');
  await expect(page).toHaveURL(`${klk.url}/pendientes`);
});

test.describe('on a phone, in the dark', () => {
  test.use({ viewport: { width: 320, height: 700 }, colorScheme: 'dark', hasTouch: true });

  test('the palette opens with its button, and nothing scrolls sideways', async ({ page }) => {
    await page.goto(klk.url);
    await untilHydrated(page);
    await page.getByRole('link', { name: 'Buscar' }).tap();
    await palette(page).getByRole('textbox').fill('artigas');
    await expect(palette(page).getByRole('link', { name: /ARTIGAS/ })).toBeVisible();
    await expectNoSidewaysScroll(page);
    await expectAccessible(page);
    await palette(page).getByRole('link', { name: /ARTIGAS/ }).tap();
    await expect(page.getByRole('heading', { level: 1 })).toContainText('ARTIGAS');
    await page.goto(`${klk.url}/atajos`);
    await expectNoSidewaysScroll(page);
    await expectAccessible(page);
  });
});

test.describe('without scripts', () => {
  test.use({ javaScriptEnabled: false });

  test('the search and the shortcuts are pages', async ({ page }) => {
    await page.goto(klk.url);
    await page.getByRole('link', { name: 'Buscar' }).first().click();
    await page.getByRole('textbox').fill('bosque');
    await page.getByRole('button', { name: 'Buscar' }).click();
    await expect(page).toHaveURL(/\/buscar\?q=bosque$/);
    await page.getByRole('link', { name: /BOSQUE/ }).click();
    await expect(page).toHaveURL(/\/tiendas\/tienda_08$/);
    await page.goto(`${klk.url}/atajos`);
    await page.getByRole('link', { name: 'Cobertura' }).last().click();
    await expect(page).toHaveURL(/\/cobertura$/);
  });
});

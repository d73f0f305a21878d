import { expect, test } from '@playwright/test';
import { Klk } from '../support/klk';
import { complaints, expectAccessible, expectNoSidewaysScroll, untilLive } from '../support/page';

// The first steps of the demo: shown until somebody closes them, with and without scripts.

let klk: Klk;

test.beforeAll(async () => {
  klk = await Klk.startLoadedDemo();
});

test.afterAll(async () => {
  await klk?.stop();
});

test('the first steps are shown in both languages until they are closed', async ({ page, context }) => {
  const errors = complaints(page);
  await page.goto(klk.url);
  await untilLive(page);
  const tour = page.locator('#recorrido');
  await expect(tour.getByRole('listitem')).toHaveCount(3);
  await expectAccessible(page);
  await page.setViewportSize({ width: 320, height: 700 });
  await expectNoSidewaysScroll(page);
  await page.emulateMedia({ colorScheme: 'dark' });
  await expectAccessible(page);
  await context.addCookies([{ name: 'klk_idioma', value: 'en', url: klk.url }]);
  await page.goto(klk.url);
  await tour.getByRole('button', { name: 'Got it' }).click();
  await expect(tour).toBeHidden();
  await page.reload();
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
  await expect(tour).toBeHidden();
  expect(errors).toEqual([]);
});

test.describe('without scripts', () => {
  test.use({ javaScriptEnabled: false });

  test('the first steps are closed by their button', async ({ page }) => {
    await page.goto(klk.url);
    await page.getByRole('button', { name: 'Entendido' }).click();
    // The way back of an ordinary form ends with a question mark.
    await expect(page).toHaveURL(/\/\??$/);
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
    await expect(page.locator('#recorrido')).toBeHidden();
  });
});

import { expect, type Page, test } from '@playwright/test';
import { Sentry } from '../support/browser-sentry';
import { Klk } from '../support/klk';
import { complaints, untilLive } from '../support/page';

// Islands start over what the server drew, each by itself; nothing of a page needs them.

let klk: Klk;

test.beforeAll(async () => {
  klk = await Klk.startQuiet({ SENTRY_DSN: 'http://pub@127.0.0.1:9/1', SENTRY_ENVIRONMENT: 'development' });
});

test.beforeEach(({ page }) => klk.signIn(page.context()));

test.afterAll(async () => {
  await klk?.stop();
});

const counted = (page: Page, count: number) => page.getByRole('button', { name: `Recuperar selección (${count})` });

function wasm(page: Page): string[] {
  const found: string[] = [];
  page.on('request', (request) => {
    if (request.url().endsWith('.wasm')) found.push(request.url());
  });
  return found;
}

/** Puts another island before that of the list of gaps: the same, but changed. */
async function withAnother(page: Page, change: (island: string) => string): Promise<void> {
  await page.route('**/pendientes', async (route) => {
    const response = await route.fetch();
    const body = (await response.text()).replace(/<leptos-island .*?<\/leptos-island>/s, (island) => {
      return change(island.replace('recuperar-seleccion', 'recuperar-otra')) + island;
    });
    await route.fulfill({ response, body });
  });
}

test('a page without islands loads no WebAssembly; the first with one does, once, and its island starts', async ({ page }) => {
  const [errors, loaded] = [complaints(page), wasm(page)];
  await page.goto(`${klk.url}/actividad`);
  await untilLive(page);
  const links = page.getByRole('navigation', { name: 'Principal' });
  expect(loaded).toEqual([]);
  for (let round = 0; round < 2; round++) {
    await links.getByRole('link', { name: 'Pendientes' }).click();
    await expect(counted(page, 0)).toBeDisabled();
    await page.getByRole('checkbox', { name: /Seleccionar/ }).first().check();
    await expect(counted(page, 1)).toBeEnabled();
    await links.getByRole('link', { name: 'Actividad' }).click();
    await expect(page.locator('leptos-island')).toHaveCount(0);
  }
  expect(loaded).toHaveLength(1);
  expect(errors).toEqual([]);
});

test('with Shift a whole stretch is chosen or let go, in either direction', async ({ page }) => {
  await page.goto(`${klk.url}/pendientes`);
  await expect(counted(page, 0)).toBeDisabled();
  const boxes = page.getByRole('checkbox', { name: /Seleccionar/ });
  await boxes.nth(2).click();
  await boxes.nth(0).click({ modifiers: ['Shift'] });
  await expect(counted(page, 3)).toBeEnabled();
  await boxes.nth(0).click();
  await boxes.nth(2).click({ modifiers: ['Shift'] });
  await expect(counted(page, 0)).toBeDisabled();
});

test('a page that comes leaves an unchanged island alone, and what it counts is counted anew', async ({ page }) => {
  await page.goto(`${klk.url}/pendientes`);
  await expect(counted(page, 0)).toBeDisabled();
  await page.getByRole('checkbox', { name: /Seleccionar/ }).first().check();
  const button = page.locator('#recuperar-seleccion');
  await button.evaluate((element) => Object.assign(element, { same: true }));
  await page.locator('a.sort-link').first().click();
  await expect(page).toHaveURL(/ordenar=/);
  const chosen = await page.locator('input[data-elige]:checked').count();
  await expect(counted(page, chosen)).toBeVisible();
  expect(await button.evaluate((element) => 'same' in element)).toBe(true);
});

for (const { what, change, type, value } of [
  {
    what: 'that panics',
    change: (island: string) => island.replace(/data-props="[^"]*"/, 'data-props="{}"'),
    type: 'RustPanic',
    value: 'could not deserialize props',
  },
  {
    what: 'that the WebAssembly has not',
    change: (island: string) => island.replace(/data-component="RecoverSelection_\d+"/, 'data-component="RecoverSelection_0"'),
    type: 'Error',
    value: 'the WebAssembly has no such island',
  },
]) {
  test(`an island ${what} when it starts leaves the page whole, is told once, and the others run`, async ({ page }) => {
    const sentry = await Sentry.standIn(page);
    await withAnother(page, change);
    await page.goto(`${klk.url}/pendientes`);
    await untilLive(page);
    await expect(page.locator('leptos-island[data-fallida]')).toHaveCount(1);
    await expect(page.locator('leptos-island[data-fallida] button')).toHaveText('Recuperar selección');
    await expect(counted(page, 0)).toBeDisabled();
    await page.getByRole('checkbox', { name: /Seleccionar/ }).first().check();
    await expect(counted(page, 1)).toBeEnabled();
    await page.locator('#recuperar-otra').click();
    await expect(page.getByRole('dialog')).toContainText('Recuperar selección');

    const event = await sentry.onlyEvent(page);
    expect(event.exception?.values[0]).toMatchObject({ type, value: expect.stringContaining(value), mechanism: { handled: false } });
    expect(event.tags).toMatchObject({ component: 'frontend', island: 'RecoverSelection' });
  });
}

test('where the WebAssembly does not come, the page is whole and that is told once', async ({ page }) => {
  const sentry = await Sentry.standIn(page);
  await page.route('**/pkg/klk-*.wasm', (route) => route.abort());
  await page.goto(`${klk.url}/pendientes`);
  await untilLive(page);
  await expect(page.locator('leptos-island[data-fallida]')).toHaveCount(1);
  await page.getByRole('checkbox', { name: /Seleccionar/ }).first().check();
  await page.getByRole('button', { name: 'Recuperar selección', exact: true }).click();
  await expect(page.getByRole('dialog')).toContainText('Recuperar selección');
  const event = await sentry.onlyEvent(page);
  expect(event.tags).toMatchObject({ component: 'frontend', island: 'RecoverSelection' });
});

import { expect, type Page, test } from '@playwright/test';
import { Klk } from '../support/klk';
import { expectNoSidewaysScroll, untilHydrated, untilLive } from '../support/page';

// What a finger has to hit is large enough, and nothing lies over it.

let klk: Klk;

test.beforeAll(async () => {
  test.setTimeout(240_000);
  klk = await Klk.startLoadedDemo();
});

test.afterAll(async () => {
  await klk?.stop();
});

test.use({ hasTouch: true, isMobile: true });

const pages = [
  '/', '/cobertura', '/cobertura?zoom=dia', '/cobertura?zoom=mes', '/pendientes', '/pendientes/cambios', '/pendientes/inventario',
  '/actividad', '/actividad/recuperaciones', '/actividad/decisiones', '/tiendas', '/tiendas/tienda_08', '/calendarios',
  '/sistema/monitoreo', '/sistema/metricas', '/sistema/avisos', '/usuarios', '/atajos',
];

/** What is seen, is pressed and measures less than 44 pixels either way, with its label; a link in a sentence may be smaller. */
const tooSmall = (page: Page, within = 'body') =>
  page.locator(within).locator('a, button, input:not([type="hidden"]), select, summary, textarea').evaluateAll((controls) => {
    const isShown = (control: Element) => control.checkVisibility({ visibilityProperty: true }) && !control.closest('thead.visually-hidden, .table thead');
    const isInSentence = (control: Element) => control.matches('p:not(.export-links) > a');
    const boxes = controls.filter((control) => isShown(control) && !isInSentence(control)).map((control) => {
      const [own, label] = [control, control.closest('label') ?? control].map((one) => one.getBoundingClientRect());
      return { control, width: Math.max(own.width, label.width), height: Math.max(own.height, label.height) };
    });
    const small = boxes.filter(({ width, height }) => width < 43.5 || height < 43.5);
    return small.map(({ control, width, height }) => `${width} × ${height}: ${control.outerHTML}`);
  });

for (const width of [390, 320]) {
  test(`what a finger presses is at least 44 pixels wide and high, at ${width} px`, async ({ page }) => {
    await page.setViewportSize({ width, height: 800 });
    for (const address of pages) {
      await page.goto(klk.url + address);
      await untilHydrated(page);
      expect(await tooSmall(page), address).toEqual([]);
      await expectNoSidewaysScroll(page);
    }
    await page.goto(`${klk.url}/pendientes`);
    await untilHydrated(page);
    await page.locator('#recuperar-todo').tap();
    await expect(page.getByRole('dialog')).toBeVisible();
    expect(await tooSmall(page, 'dialog[open]')).toEqual([]);
  });
}

test('the name of a store lies above the boxes of the days that are scrolled under it', async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 800 });
  await page.goto(`${klk.url}/cobertura?zoom=mes`);
  await untilHydrated(page);
  const name = page.locator('.grid-store').filter({ hasText: 'ARTIGAS' }).getByRole('link');
  const box = page.getByRole('row', { name: /^ARTIGAS/ }).getByRole('checkbox');
  // So narrow that also the latest days lie under the names.
  await box.evaluate((element) => (element.closest<HTMLElement>('.grid-scroll')!.style.width = '150px'));
  await box.evaluate((element) => element.scrollIntoView({ block: 'center', inline: 'nearest' }));
  await box.evaluate((element) => (element.closest('.grid-scroll')!.scrollLeft = 0));
  const [store, hidden] = [(await name.boundingBox())!, (await box.boundingBox())!];
  expect(Math.abs(hidden.x - store.x)).toBeLessThan(44);
  const hit = await box.evaluate((element) => {
    const { x, y, width, height } = element.getBoundingClientRect();
    return document.elementFromPoint(x + width / 2, y + height / 2) === element;
  });
  expect(hit).toBe(false);
});

test('on the narrowest phone the names of the pages are whole, a count hides no icon, and a dot says that the page is live', async ({ page }) => {
  await page.setViewportSize({ width: 320, height: 700 });
  await page.goto(`${klk.url}/pendientes`);
  await untilLive(page);
  const nav = page.getByRole('navigation', { name: 'Principal' });
  const cut = await nav.locator('.nav-link > span:not(.count)').evaluateAll((names) =>
    names.filter((name) => name.scrollWidth > name.clientWidth).map((name) => name.textContent),
  );
  expect(cut).toEqual([]);
  const count = nav.locator('.count').first();
  await count.evaluate((element) => (element.textContent = '888'));
  const [badge, icon] = [(await count.boundingBox())!, (await nav.locator('a:has(.count) .icon').first().boundingBox())!];
  expect(badge.x).toBeGreaterThanOrEqual(icon.x + icon.width - 2);
  const live = (await page.locator('#en-vivo').boundingBox())!;
  expect(live.width).toBeLessThan(20);
});

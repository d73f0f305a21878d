import { expect, test } from '@playwright/test';
import { Klk } from '../support/klk';
import { untilHydrated, untilLive } from '../support/page';

// A page stands still while its scripts come: nobody presses what has just moved.

let klk: Klk;

test.beforeAll(async () => {
  test.setTimeout(400_000);
  klk = await Klk.startLoadedDemo();
});

test.afterAll(async () => {
  await klk?.stop();
});

/** What moved by itself, as browsers count it (cumulative layout shift), and what it was. */
type Shift = { value: number; what: string[] };

for (const [device, width, height] of [['phone', 390, 844], ['laptop', 1350, 940]] as const) {
  test(`nothing moves while a page is loaded, on a ${device}`, async ({ page }) => {
    await page.setViewportSize({ width, height });
    await page.addInitScript(() => {
      const shifts: Shift[] = [];
      Object.assign(window, { shifts });
      new PerformanceObserver((list) => {
        for (const entry of list.getEntries() as (PerformanceEntry & { value: number; sources: { node: Node | null }[] })[]) {
          const what = entry.sources.map(({ node }) => (node instanceof Element ? `${node.tagName}.${node.className}#${node.id}` : String(node)));
          shifts.push({ value: entry.value, what });
        }
      }).observe({ type: 'layout-shift', buffered: true });
    });
    const paths = ['/', '/cobertura', '/pendientes', '/pendientes/cambios', '/actividad', '/actividad/decisiones', '/tiendas', '/sistema/metricas', '/buscar?q=a'];
    for (const path of paths) {
      await page.goto(klk.url + path);
      if (device === 'laptop') await untilLive(page);
      else await untilHydrated(page);
      // The state of the POS comes after the page.
      await expect(page.locator('#pos .pill').first()).toContainText('Disponible');
      const shifts = await page.evaluate(() => (window as unknown as { shifts: Shift[] }).shifts);
      const moved = shifts.reduce((sum, { value }) => sum + value, 0);
      expect(moved, `${path}: ${JSON.stringify(shifts)}`).toBeLessThan(0.01);
    }
  });
}

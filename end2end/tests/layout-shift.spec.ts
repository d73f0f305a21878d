import { expect, type Page, test } from '@playwright/test';
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

/** Counts them from the first of a page on. */
async function countShifts(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const shifts: Shift[] = [];
    Object.assign(window, { shifts });
    new PerformanceObserver((list) => {
      type Source = { node: Node | null; previousRect: DOMRectReadOnly; currentRect: DOMRectReadOnly };
      for (const entry of list.getEntries() as (PerformanceEntry & { value: number; sources: Source[] })[]) {
        const place = ({ x, y, width, height }: DOMRectReadOnly) => [x, y, width, height].map(Math.round).join(' ');
        const what = entry.sources.map(({ node, previousRect, currentRect }) => {
          const name = node instanceof Element ? `${node.tagName}.${node.className}#${node.id} ${node.getAttribute('data-label') ?? ''}` : String(node);
          return `${name}: ${place(previousRect)} -> ${place(currentRect)}`;
        });
        shifts.push({ value: entry.value, what });
      }
    }).observe({ type: 'layout-shift', buffered: true });
  });
}

const shiftsOf = (page: Page) => page.evaluate(() => (window as unknown as { shifts: Shift[] }).shifts);

for (const [device, width, height] of [['phone', 390, 844], ['laptop', 1350, 940]] as const) {
  test(`nothing moves while a page is loaded, on a ${device}`, async ({ page }) => {
    await page.setViewportSize({ width, height });
    await countShifts(page);
    const paths = ['/', '/cobertura', '/pendientes', '/pendientes/cambios', '/actividad', '/actividad/decisiones', '/tiendas', '/sistema/metricas', '/buscar?q=a'];
    for (const path of paths) {
      await page.goto(klk.url + path);
      if (device === 'laptop') await untilLive(page);
      else await untilHydrated(page);
      // The state of the POS comes after the page.
      await expect(page.locator('#pos .pill').first()).toContainText('Disponible');
      const shifts = await shiftsOf(page);
      const moved = shifts.reduce((sum, { value }) => sum + value, 0);
      expect(moved, `${path}: ${JSON.stringify(shifts)}`).toBeLessThan(0.01);
    }
  });
}

test('runs that come while somebody reads further down do not move what is read', async ({ page }) => {
  await page.setViewportSize({ width: 1350, height: 600 });
  await page.goto(`${klk.url}/actividad`);
  await untilLive(page);
  const rows = page.locator('tbody tr[id^="ejecucion-"]');
  const first = await rows.first().getAttribute('id');
  const read = rows.nth(12);
  await read.scrollIntoViewIfNeeded();
  const id = await read.getAttribute('id');
  expect(await page.evaluate(() => scrollY)).toBeGreaterThan(0);
  const place = async () => Math.round((await page.locator(`#${id}`).boundingBox())!.y);
  const before = await place();

  // Fewer than the list has below the row, so that it stays there.
  const { ejecuciones } = await klk.json<{ ejecuciones: { ubicacion_id: string; fecha_desde: string }[] }>('/api/etl/tracking/ejecuciones?etl_tipo=ventas&limite=1');
  const { ubicacion_id, fecha_desde } = ejecuciones[0]!;
  const periodos = [{ ubicacion_id, fecha_desde, hora_desde: '09:00', hora_hasta: '11:00' }];
  const preview = await klk.post<{ hash: string; ventanas: number }>('/api/etl/tracking/planes', { etl_tipo: 'ventas', periodos, repetir_cargado: true });
  expect(preview.ventanas).toBeGreaterThan(0);
  await klk.post('/api/etl/tracking/planes/iniciar', { hash: preview.hash });
  await expect(rows.first()).not.toHaveAttribute('id', first!);
  for (let row = 0; row < preview.ventanas; row += 1) await expect(rows.nth(row)).toContainText('Exitoso');
  expect(await place()).toBe(before);
});

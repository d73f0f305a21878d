import { type BrowserContext, expect, type Locator, type Page, test } from '@playwright/test';
import { Klk } from '../support/klk';
import { contrast, Darkroom, difference, inked, type Picture } from '../support/pixels';
import { untilHydrated } from '../support/page';

// What is painted says the same without hues and in the reader's own colours. There are no stored pictures: what is
// painted is compared with what is known of it, in both themes, so that no machine's fonts and no day matter.

let klk: Klk;

test.beforeAll(async () => {
  test.setTimeout(240_000);
  klk = await Klk.startLoadedDemo();
});

test.afterAll(async () => {
  await klk?.stop();
});

// Marks are small: each pixel of the page is nine of the picture.
test.use({ viewport: { width: 1280, height: 900 }, deviceScaleFactor: 3 });

type Gap = { ubicacion_nombre: string; hora_desde: string; hora_hasta: string };
type Scheme = 'light' | 'dark';
const schemes: Scheme[] = ['light', 'dark'];

async function gapOf(store: string): Promise<Gap> {
  const { gaps } = await klk.json<{ gaps: Gap[] }>('/api/etl/tracking/gaps?etl_tipo=ventas');
  return gaps.find(({ ubicacion_nombre }) => ubicacion_nombre === store)!;
}

async function open(page: Page, path: string): Promise<void> {
  await page.goto(klk.url + path);
  await untilHydrated(page);
  await page.mouse.move(2, 2);
}

const cellOf = (page: Page, store: string) =>
  page.getByRole('row', { name: new RegExp(`^${store}`) }).locator('td.grid-mixed');

/** The marks of the legend by their states, each with the same room around it. */
async function marks(page: Page, darkroom: Darkroom): Promise<Map<string, Picture>> {
  const found = new Map<string, Picture>();
  for (const entry of await page.locator('.grid-legend li').all()) {
    const mark = entry.locator('.grid-key');
    const name = await mark.getAttribute('class');
    const [box, line] = [(await mark.boundingBox())!, (await entry.boundingBox())!];
    const clip = { x: Math.floor(box.x) - 1, y: Math.floor(line.y), width: 14, height: 24 };
    found.set(name!.replace('grid-key ', ''), await darkroom.develop(page, clip));
  }
  return found;
}

/** The contrast of a mark's ink, which is what differs most from the ground around it, to that ground. */
function strengthOf({ grey }: Picture): number {
  const ground = grey[0]!;
  const differs = (value: number) => Math.abs(value - ground);
  return contrast(grey.reduce((most, value) => (differs(value) > differs(most) ? value : most), ground), ground);
}

for (const forced of ['none', 'active'] as const) {
  const where = forced === 'active' ? ', in the reader’s own colours' : '';
  test(`states are distinguished by their shapes, without hues${where}`, async ({ page, context }) => {
    const darkroom = await Darkroom.open(context);
    for (const scheme of schemes) {
      await page.emulateMedia({ colorScheme: scheme, forcedColors: forced });
      await open(page, '/cobertura');
      const all = await marks(page, darkroom);
      expect([...all.keys()]).toEqual(['st-ok', 'st-none', 'st-miss', 'st-part', 'st-work', 'st-lost', 'st-waived']);
      for (const [name, picture] of all) {
        expect(strengthOf(picture), `${name} against its ground, ${scheme}`).toBeGreaterThanOrEqual(3);
        for (const [other, another] of all) {
          const apart = difference(picture, another);
          if (name < other) expect(apart, `${name} and ${other}, ${scheme}`).toBeGreaterThan(0.02);
        }
      }
      // What is worse stands out more.
      const strength = ['st-ok', 'st-part', 'st-miss', 'st-lost'].map((name) => strengthOf(all.get(name)!));
      expect(strength, scheme).toEqual(strength.toSorted((one, other) => one - other));
    }
    await darkroom.close();
  });
}

test('a day is painted as its half hours are: high where they are missing, low where not', async ({ page, context }) => {
  const darkroom = await Darkroom.open(context);
  const { hora_desde, hora_hasta } = await gapOf('ARTIGAS');
  const place = (time: string) => Number(time.slice(0, 2)) * 2 + Number(time.slice(3)) / 30;
  const painted: number[][] = [];
  for (const forcedColors of ['none', 'active'] as const) {
    for (const colorScheme of schemes) {
      await page.emulateMedia({ colorScheme, forcedColors });
      await open(page, '/cobertura');
      const svg = cellOf(page, 'ARTIGAS').locator('svg');
      const picture = await darkroom.develop(page, (await svg.boundingBox())!);
      // At midnight the store is closed.
      const columns = inked(picture, picture.grey[0]!);
      const at = (halfHour: number) => columns[Math.round(((halfHour + 0.5) / 48) * columns.length)]!;
      for (let halfHour = 0; halfHour < 48; halfHour++) {
        const isMissing = halfHour >= place(hora_desde) && halfHour < place(hora_hasta);
        const said = `half hour ${halfHour}, ${colorScheme}, forced colours ${forcedColors}`;
        if (isMissing) expect(at(halfHour), said).toBeGreaterThan(0.9);
        else expect(at(halfHour), said).toBeLessThan(0.35);
      }
      painted.push(columns);
    }
  }
  // The same shape in every theme, but for the softened edges.
  for (const columns of painted.slice(1)) {
    const apart = columns.reduce((sum, share, x) => sum + Math.abs(share - painted[0]![x]!), 0) / columns.length;
    expect(apart).toBeLessThan(0.03);
  }
  await darkroom.close();
});

test('bars are as high as their figures say', async ({ browser }) => {
  const context = await browser.newContext();
  const page = await context.newPage();
  const darkroom = await Darkroom.open(context);
  await open(page, '/sistema/metricas');
  const chart = page.locator('figure.chart').first();
  await chart.scrollIntoViewIfNeeded();
  const svg = chart.locator('svg');
  // Only the bars: letters are another matter, and the line of the week before crosses them.
  await svg.evaluate((drawn) => {
    for (const one of drawn.querySelectorAll<SVGElement>('text, path:not(.bar-value)')) one.style.visibility = 'hidden';
  });
  await chart.locator('summary').click();
  const figures = await chart.locator('tbody td:nth-child(2)').allInnerTexts();
  const values = figures.map((text) => Number(text.replace(/\D/g, '')));
  const picture = await darkroom.develop(page, (await svg.boundingBox())!);
  const columns = inked(picture, picture.grey[0]!);
  const highs = values.map((_, index) => columns[Math.round(((index + 0.5) / values.length) * columns.length)]!);
  const [most, highest] = [Math.max(...values), Math.max(...highs)];
  expect(highest).toBeGreaterThan(0.5);
  for (const [index, value] of values.entries()) {
    expect(Math.abs(highs[index]! / highest - value / most), figures[index]).toBeLessThan(0.03);
  }
  await context.close();
});

test.describe('in the reader’s own colours', () => {
  test.use({ deviceScaleFactor: 1 });

  /** Whether each button is distinct from the page around it. */
  async function buttonsWithoutBorder(page: Page): Promise<string[]> {
    return page.locator('.button:visible').evaluateAll((buttons) => {
      const hasBorder = (button: Element) => {
        const { borderTopStyle, borderTopWidth, borderTopColor, backgroundColor } = getComputedStyle(button);
        return borderTopStyle === 'solid' && parseFloat(borderTopWidth) >= 1 && borderTopColor !== backgroundColor;
      };
      return buttons.filter((button) => !hasBorder(button)).map((button) => button.outerHTML);
    });
  }

  /** Whether what has focus says so. */
  const hasOutline = (page: Page) =>
    page.evaluate(() => {
      const { outlineStyle, outlineWidth, outlineColor, backgroundColor } = getComputedStyle(document.activeElement!);
      return outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2 && outlineColor !== backgroundColor;
    });

  for (const scheme of schemes) {
    test(`buttons, what has focus and what is chosen can be seen, ${scheme}`, async ({ page }) => {
      await page.emulateMedia({ colorScheme: scheme, forcedColors: 'active' });
      for (const path of ['/', '/cobertura', '/pendientes', '/actividad', '/calendarios?ubicacion_id=tienda_08']) {
        await open(page, path);
        expect(await buttonsWithoutBorder(page), path).toEqual([]);
        for (let stop = 0; stop < 8; stop++) {
          await page.keyboard.press('Tab');
          expect(await hasOutline(page), `stop ${stop} of ${path}`).toBe(true);
        }
      }
      await open(page, '/cobertura');
      const [chosen, other] = [cellOf(page, 'ARTIGAS').getByRole('link'), cellOf(page, 'PARAISO').getByRole('link')];
      await chosen.focus();
      await page.keyboard.press(' ');
      await other.focus();
      expect(await chosen.evaluate((link) => getComputedStyle(link).outlineStyle)).toBe('solid');
      // Of links side by side, which one is shown.
      for (const links of ['.segments', '.nav']) {
        const border = (link: Locator) => link.evaluate((one) => getComputedStyle(one).border);
        expect(await border(page.locator(`${links} a[aria-current]`).first()), links).not.toBe(
          await border(page.locator(`${links} a:not([aria-current])`).first()),
        );
      }
    });
  }

  test('a theme that was chosen here does not hide what the reader’s colours show', async ({ page, context }) => {
    await withTheme(context, 'claro');
    await page.emulateMedia({ colorScheme: 'dark', forcedColors: 'active' });
    await open(page, '/cobertura');
    const darkroom = await Darkroom.open(context);
    for (const [name, picture] of await marks(page, darkroom)) {
      expect(strengthOf(picture), name).toBeGreaterThanOrEqual(3);
    }
    await darkroom.close();
  });
});

async function withTheme(context: BrowserContext, theme: string): Promise<void> {
  await context.addCookies([{ name: 'klk_tema', value: theme, url: klk.url }]);
}

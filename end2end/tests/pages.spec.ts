import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { Klk } from '../support/klk';
import { expectNoSidewaysScroll, untilHydrated, untilLive } from '../support/page';

// What holds of every page of every kind, whatever it is about.

let klk: Klk;

test.beforeAll(async () => {
  test.setTimeout(400_000);
  klk = await Klk.startLoadedDemo();
});

test.afterAll(async () => {
  await klk?.stop();
});

type Runs = { ejecuciones: { id: string }[] };
type Gap = { ubicacion_id: string; fecha_desde: string; hora_desde: string; fecha_hasta: string; hora_hasta: string };

async function post<T>(path: string, data: unknown): Promise<T> {
  const answer = await fetch(`${klk.url}/api/etl/tracking/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(data),
  });
  expect(answer.status, await answer.clone().text()).toBe(200);
  return (await answer.json()) as T;
}

/** Every page by its address; decisions, a recovery and a justification are made first, so that none is empty. */
async function addresses(): Promise<string[]> {
  const { gaps } = await klk.json<{ gaps: Gap[] }>('/api/etl/tracking/gaps?etl_tipo=ventas');
  const [first, second] = gaps as [Gap, Gap];
  const period = ({ fecha_desde, hora_desde, fecha_hasta, hora_hasta }: Gap) => ({ fecha_desde, hora_desde, fecha_hasta, hora_hasta });
  const { hash } = await post<{ hash: string }>('planes', {
    etl_tipo: 'ventas', ubicaciones: [first.ubicacion_id], periodos: [{ ...period(first) }],
  });
  await post('planes/iniciar', { hash });
  await post('justificar-gap', { etl_tipo: 'ventas', ubicacion_id: second.ubicacion_id, ...period(second), motivo: 'falla_electrica', nota: 'x'.repeat(200) });
  await post('conciliar', { ubicacion_id: 'tienda_08', fecha: first.fecha_desde });
  const run = async (state: string) => (await klk.json<Runs>(`/api/etl/tracking/ejecuciones?estado=${state}&limite=1`)).ejecuciones[0]!.id;
  const day = `/tiendas/${first.ubicacion_id}/${first.fecha_desde}`;
  return [
    '/', '/?muro=1', '/cobertura', '/cobertura?zoom=dia', '/cobertura?zoom=mes', '/cobertura?zoom=anio', '/cobertura?tipo=inventario', '/cobertura?estado=falta',
    `/cobertura/celda?tienda=${first.ubicacion_id}&fecha=${first.fecha_desde}`,
    '/pendientes', '/pendientes?ubicacion_id=tienda_08', '/pendientes/cambios', '/pendientes/inventario', '/pendientes/justificados',
    '/actividad', '/actividad?estado=fallido', `/actividad/${await run('fallido')}`, `/actividad/${await run('exitoso')}`,
    '/actividad/recuperaciones', `/actividad/recuperaciones/${hash}`, '/actividad/decisiones', '/tiendas', `/tiendas/${first.ubicacion_id}`, day,
    `${day}?hora=${first.hora_desde}`, '/calendarios', '/calendarios?ubicacion_id=tienda_08', '/sistema/monitoreo', '/sistema/metricas',
    '/sistema/metricas?dias=30', '/sistema/avisos', '/usuarios', '/conexion', '/buscar', '/buscar?q=a', '/atajos', '/no-existe',
  ];
}

/** What a reader of each page hears of its structure, by its address: what changes from day to day is left out. */
function outlines(language: string): [address: string, outline: string][] {
  const text = readFileSync(join(__dirname, `../outlines/${language}.yml`), 'utf8');
  const parts = text.split(/^# /m).slice(1);
  return parts.map((part) => [part.slice(0, part.indexOf('\n')), part.slice(part.indexOf('\n') + 1)]);
}

for (const language of ['es', 'en']) {
  test(`each page says what it consists of, in ${language}`, async ({ page, context }) => {
    await context.addCookies([{ name: 'klk_idioma', value: language, url: klk.url }]);
    for (const [address, outline] of outlines(language)) {
      await test.step(address, async () => {
        await page.goto(klk.url + address, { waitUntil: 'domcontentloaded' });
        await expect.soft(page.locator('#contenido'), address).toMatchAriaSnapshot(outline, { timeout: 5_000 });
      });
    }
  });
}

test('no page scrolls sideways on a phone, in either language, and decisions name days as the page does', async ({ page, context }) => {
  test.setTimeout(400_000);
  const all = await addresses();
  for (const language of ['es', 'en']) {
    await context.addCookies([{ name: 'klk_idioma', value: language, url: klk.url }]);
    for (const address of all) {
      await test.step(`${address} in ${language}`, async () => {
        await page.setViewportSize({ width: 320, height: 700 });
        await page.goto(klk.url + address);
        await untilHydrated(page);
        await expectNoSidewaysScroll(page);
        await page.setViewportSize({ width: 390, height: 844 });
        await expectNoSidewaysScroll(page);
      });
    }
  }
  await page.goto(`${klk.url}/actividad/decisiones`);
  await expect(page.getByRole('row').nth(1)).toBeVisible();
  expect(await page.getByRole('table').innerText()).not.toMatch(/\d{4}-\d{2}-\d{2}/);
});

/** A page of each kind. */
const kinds = [
  '/', '/cobertura', '/pendientes', '/pendientes/cambios', '/pendientes/inventario', '/pendientes/justificados',
  '/actividad', '/actividad/recuperaciones', '/actividad/decisiones', '/tiendas', '/tiendas/tienda_08', '/calendarios',
  '/sistema/monitoreo', '/sistema/metricas', '/sistema/avisos', '/usuarios', '/conexion', '/buscar?q=a',
];

test('on a phone the first screen has what recovers everything that is missing', async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await page.goto(`${klk.url}/pendientes`);
  await untilHydrated(page);
  const [recover, bar] = await Promise.all(['#recuperar-todo', '.nav'].map((part) => page.locator(part).boundingBox()));
  expect(recover!.y + recover!.height).toBeLessThan(bar!.y);
});

test('a page that fails once is there at the next attempt, or stays and follows again', async ({ page }) => {
  let failing = '';
  await page.route(
    (url) => failing !== '' && url.pathname + url.search === failing,
    async (route) => {
      failing = '';
      await route.fulfill({ status: 500, contentType: 'text/html', body: '<h1>Internal Server Error</h1>' });
    },
  );
  await page.goto(`${klk.url}/atajos`);
  await untilLive(page);
  for (const address of kinds) {
    await test.step(address, async () => {
      // Visited: what cannot be shown in the place of this page is loaded as a document of its own.
      failing = address;
      await page.evaluate((href) => {
        const link = document.createElement('a');
        link.href = href;
        document.getElementById('contenido')!.append(link);
        link.click();
      }, address);
      await expect(page).toHaveURL(klk.url + address);
      await untilLive(page);
      const title = await page.getByRole('heading', { level: 1 }).innerText();
      expect(failing).toBe('');

      // Shown already: it stays as it is, says that it does not follow, and follows again without leaving the document.
      await page.evaluate(() => ((window as unknown as { same: boolean }).same = true));
      await page.waitForTimeout(350);
      const look = () => page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));
      failing = address;
      await look();
      await expect(page.locator('#en-vivo [data-estado=lost]')).toBeVisible();
      await expect(page.getByRole('heading', { level: 1 })).toHaveText(title);
      await look();
      await untilLive(page);
      await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
      expect(await page.evaluate(() => (window as unknown as { same?: boolean }).same)).toBe(true);
    });
  }
});

test('on paper the page is one column without navigation, whatever the width', async ({ page }) => {
  await page.emulateMedia({ media: 'print' });
  // A4 upright and across, and a large sheet.
  for (const width of [718, 1047, 1440]) {
    await page.setViewportSize({ width, height: 800 });
    for (const address of ['/', '/cobertura', '/pendientes']) {
      await page.goto(klk.url + address);
      const main = (await page.getByRole('main').boundingBox())!;
      expect(main.width, `${address} at ${width} px`).toBeGreaterThan(width - 20);
      await expect(page.locator('.nav, .tabs').filter({ visible: true })).toHaveCount(0);
    }
  }
});

test('the buttons of a row stay within it, on any screen', async ({ page }) => {
  await page.goto(`${klk.url}/pendientes`);
  await untilHydrated(page);
  await expect(page.getByRole('button', { name: /^Recuperar [A-Z]/ }).first()).toBeVisible();
  for (const width of [390, 800, 1220, 1280, 1440, 2560]) {
    await page.setViewportSize({ width, height: 800 });
    const beyond = await page.locator('.actions-column .button').evaluateAll((buttons) =>
      buttons.map((button) => {
        const cell = button.closest('td')!;
        const inner = cell.getBoundingClientRect().right - parseFloat(getComputedStyle(cell).paddingRight);
        return button.getBoundingClientRect().right - inner;
      }),
    );
    expect(Math.max(...beyond), `at ${width} px`).toBeLessThanOrEqual(1);
  }
});

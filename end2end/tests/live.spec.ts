import { expect, test } from '@playwright/test';
import { Klk } from '../support/klk';
import { untilHydrated, untilLive } from '../support/page';

// Pages follow what happens, say whether they do, and take nothing away from who is at them.
test.describe.configure({ mode: 'serial' });

let klk: Klk;

test.beforeAll(async () => {
  klk = await Klk.startQuiet({ SENTRY_DSN: '', KLK_EVENT_HEARTBEAT_SECONDS: '1' });
});

test.afterAll(async () => {
  await klk?.stop();
});

test.beforeEach(({ page }) => klk.signIn(page.context()));

/** The date some hours ago. */
function dateBefore(hours: number): string {
  return new Date(Date.now() - hours * 3600 * 1000).toISOString().slice(0, 10);
}

/** Has something change that lists of gaps show: a half hour of a store is justified. */
async function change(hour: string, server = klk, date = dateBefore(28)): Promise<void> {
  const answer = await fetch(`${server.url}/api/etl/tracking/justificar-gap`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${server.token}` },
    body: JSON.stringify({
      etl_tipo: 'ventas', ubicacion_id: 'tienda_08', fecha_desde: date, hora_desde: `${hour}:00`, fecha_hasta: date,
      hora_hasta: `${hour}:30`, motivo: 'falla_electrica', nota: `Ana ${hour}`,
    }),
  });
  expect(answer.status, await answer.text()).toBe(200);
}

test('tabs share one stream of events, and a change reaches each of them', async ({ context }) => {
  const streams: string[] = [];
  context.on('request', (request) => request.url().endsWith('/api/eventos') && streams.push(request.url()));
  const pages = [];
  for (let number = 0; number < 8; number++) {
    const page = await context.newPage();
    await page.goto(`${klk.url}/pendientes/justificados`);
    await untilLive(page);
    pages.push(page);
  }
  await change('10');
  // Those that are hidden hear of it once they are shown.
  for (const page of [pages[7]!, pages[0]!]) {
    await page.bringToFront();
    await expect(page.getByText('Ana 10')).toBeVisible();
  }
  expect(streams.length).toBeLessThanOrEqual(1);
});

test('what is open, typed, chosen and focused stays while the page changes', async ({ page }) => {
  await page.goto(`${klk.url}/actividad/decisiones`);
  await untilLive(page);
  await page.getByLabel('Desde', { exact: true }).fill('2025-01-01T10:00');
  await page.getByLabel('Desde', { exact: true }).focus();
  await change('11');
  await expect(page.getByRole('row', { name: /11:00/ })).toBeVisible();
  await expect(page.getByLabel('Desde', { exact: true })).toHaveValue('2025-01-01T10:00');
  await expect(page.getByLabel('Desde', { exact: true })).toBeFocused();

  await page.goto(`${klk.url}/pendientes`);
  await untilLive(page);
  const cause = page.getByRole('row', { name: /PERIFERICO/ }).first().locator('details');
  await cause.locator('summary').click();
  const box = page.getByRole('checkbox', { name: /Seleccionar PERIFERICO/ }).first();
  await box.check();
  await page.getByRole('button', { name: /Recuperar PERIFERICO/ }).first().click();
  const dialog = page.getByRole('dialog');
  await expect(dialog).toContainText('PERIFERICO');
  await change('12');
  await expect(page.getByText(/^12:30 – /).first()).toBeAttached();
  await expect(dialog).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(cause).toHaveAttribute('open', '');
  await expect(box).toBeChecked();
  await expect(page.getByRole('button', { name: 'Recuperar selección (1)' })).toBeEnabled();
});

test('a page that a link led to changes, and so does the link that has focus', async ({ page }) => {
  await page.goto(klk.url);
  await untilLive(page);
  const link = page.locator('.nav-link', { hasText: 'Pendientes' });
  await link.click();
  const rows = page.locator('.gaps-table tbody tr');
  await expect(rows).not.toHaveCount(0);
  const before = await rows.count();
  await change('14');
  await expect(rows).toHaveCount(before + 1);
  await link.focus();
  await change('16');
  await expect(rows).toHaveCount(before + 2);
  await expect(link.locator('.count')).toHaveText(String(before + 2), { timeout: 1_000 });
});

test('a gap that shrinks from its beginning stays open, chosen and focused, and where it is on the screen', async ({ page }) => {
  const date = dateBefore(52);
  type Gap = { id: string; ubicacion_id: string; fecha_desde: string };
  const gap = async () => {
    const { gaps } = await klk.json<{ gaps: Gap[] }>('/api/etl/tracking/gaps');
    return gaps.find(({ ubicacion_id, fecha_desde }) => ubicacion_id === 'tienda_08' && fecha_desde === date)!.id;
  };
  const [before, of] = [await gap(), (id: string, part: string) => page.locator(`[id="${part}-${id}"]`)];
  await page.goto(`${klk.url}/pendientes`);
  await untilLive(page);
  const box = of(before, 'elegir');
  await box.check();
  await of(before, 'causa').locator('summary').click();
  const top = (await of(before, 'causa').boundingBox())!.y;
  await change('09', klk, date);
  const after = await gap();
  expect(after).not.toBe(before);
  await expect(of(after, 'causa')).toHaveAttribute('open', '');
  await expect(of(after, 'causa').locator('summary')).toBeFocused();
  expect(Math.abs((await of(after, 'causa').boundingBox())!.y - top)).toBeLessThan(2);
  await expect(of(after, 'elegir')).toBeChecked();
  await expect(of(after, 'elegir')).toHaveValue(after);
  await expect(of(before, 'causa')).toHaveCount(0);
  await expect(page.getByRole('button', { name: 'Recuperar selección (1)' })).toBeEnabled();
});

test('a gap that grows backwards stays open, chosen and focused too', async ({ page }) => {
  const date = dateBefore(52);
  type Gap = { id: string; ubicacion_id: string; fecha_desde: string };
  const gap = async () => {
    const { gaps } = await klk.json<{ gaps: Gap[] }>('/api/etl/tracking/gaps');
    return gaps.find(({ ubicacion_id, fecha_desde }) => ubicacion_id === 'tienda_08' && fecha_desde === date)!.id;
  };
  const [before, of] = [await gap(), (id: string, part: string) => page.locator(`[id="${part}-${id}"]`)];
  await page.goto(`${klk.url}/pendientes`);
  await untilLive(page);
  await of(before, 'elegir').check();
  await of(before, 'causa').locator('summary').click();
  await of(before, 'gap').evaluate((row) => ((row as HTMLElement & { same?: boolean }).same = true));
  // What was justified before it (the test above) is missing again.
  type Justified = { justificaciones: { id: string; ubicacion_id: string; fecha_desde: string }[] };
  const { justificaciones } = await klk.json<Justified>('/api/etl/tracking/justificaciones');
  const { id } = justificaciones.find(({ fecha_desde }) => fecha_desde === date)!;
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${klk.token}` };
  const address = `${klk.url}/api/etl/tracking/retirar-justificacion`;
  const answer = await fetch(address, { method: 'POST', headers, body: JSON.stringify({ id }) });
  expect(answer.status, await answer.text()).toBe(200);
  const after = await gap();
  expect(after < before).toBe(true);
  await expect(of(after, 'causa')).toHaveAttribute('open', '');
  await expect(of(after, 'causa').locator('summary')).toBeFocused();
  await expect(of(after, 'elegir')).toBeChecked();
  await expect(of(after, 'elegir')).toHaveValue(after);
  expect(await of(after, 'gap').evaluate((row) => (row as HTMLElement & { same?: boolean }).same)).toBe(true);
  await expect(of(before, 'gap')).toHaveCount(0);
  await expect(page.getByRole('button', { name: 'Recuperar selección (1)' })).toBeEnabled();
});

test('what changes while the page is being fetched is shown without waiting for anything else', async ({ page }) => {
  // Nothing but the events of these two changes leads to a fetch: no word of the server tells the counts meanwhile.
  const quiet = await Klk.startQuiet({ SENTRY_DSN: '', KLK_EVENT_HEARTBEAT_SECONDS: '60' });
  try {
    await quiet.signIn(page.context());
    await page.goto(`${quiet.url}/pendientes/justificados`);
    await untilLive(page);
    let release: () => void = () => undefined;
    const released = new Promise<void>((resolve) => (release = resolve));
    let fetches = 0;
    await page.route('**/pendientes/justificados', async (route) => {
      const response = await route.fetch();
      // The first is held, as by a slow line, after it was drawn.
      if (++fetches === 1) await released;
      await route.fulfill({ response });
    });
    await change('14', quiet);
    await expect.poll(() => fetches).toBe(1);
    await change('15', quiet);
    // Long enough for the page to hear of it and to want it; what it does then is what is tested.
    await page.waitForTimeout(4000);
    release();
    await expect(page.getByText('Ana 14')).toBeVisible();
    await expect(page.getByText('Ana 15')).toBeVisible({ timeout: 10_000 });
  } finally {
    await quiet.stop();
  }
});

test('a page whose request is never answered asks again', async ({ page }) => {
  await page.goto(`${klk.url}/pendientes/justificados`);
  await untilLive(page);
  let fetches = 0;
  // As by a proxy that forgot the connection.
  await page.route('**/pendientes/justificados', (route) => (++fetches === 1 ? undefined : route.continue()));
  await change('17');
  await expect.poll(() => fetches).toBe(1);
  await expect(page.getByText('Ana 17')).toBeVisible({ timeout: 70_000 });
});

test('links and filters are followed within the document, back leads back, and the fields follow', async ({ page }) => {
  await page.goto(`${klk.url}/actividad`);
  await untilLive(page);
  await page.evaluate(() => ((window as unknown as { same: boolean }).same = true));
  const estado = page.getByLabel('Estado');
  await estado.focus();
  await estado.selectOption({ label: 'Fallido' });
  await expect(page).toHaveURL(/estado=fallido/);
  await expect(estado).toBeFocused();
  await page.getByRole('navigation', { name: 'Principal' }).getByRole('link', { name: 'Pendientes' }).click();
  await expect(page).toHaveTitle(/^Pendientes|^Faltantes/);
  await page.goBack();
  await expect(estado).toHaveValue('fallido');
  await page.goBack();
  await expect(page).toHaveURL(/\/actividad$/);
  await expect(estado).toHaveValue('');
  expect(await page.evaluate(() => (window as unknown as { same?: boolean }).same)).toBe(true);
});

test('a server that is silent is noticed, said, and heard again', async ({ page }) => {
  await page.goto(`${klk.url}/pendientes/justificados`);
  await untilLive(page);
  klk.freeze();
  try {
    const said = page.getByText('Reconectando…');
    await expect(said).toBeVisible();
    await expect(page.getByText('En vivo')).toBeHidden();
    const [words, rail] = [(await said.boundingBox())!, (await page.locator('.sidebar').boundingBox())!];
    expect(words.x, 'cut off by the rail').toBeGreaterThanOrEqual(0);
    expect(words.x + words.width).toBeLessThanOrEqual(rail.width);
  } finally {
    klk.thaw();
  }
  await untilLive(page);
  await change('13');
  await expect(page.getByText('Ana 13')).toBeVisible();
});

test('a server that cannot be reached is not asked each second', async ({ page }) => {
  const gone = await Klk.startQuiet({ SENTRY_DSN: '', KLK_EVENT_HEARTBEAT_SECONDS: '1' });
  await gone.signIn(page.context());
  await page.goto(`${gone.url}/pendientes/justificados`);
  await untilLive(page);
  let asked = 0;
  page.on('request', (request) => request.url().endsWith('/justificados') && asked++);
  await gone.stop();
  await expect(page.getByText('Reconectando…')).toBeVisible();
  // Longer than a page may be old before it asks by itself.
  await page.waitForTimeout(25_000);
  expect(asked).toBeGreaterThan(0);
  expect(asked).toBeLessThanOrEqual(3);
});

test('a slow answer is seen to be on its way, and a page that came is not', async ({ page }) => {
  await page.goto(`${klk.url}/pendientes/justificados`);
  await untilLive(page);
  const bar = () => page.evaluate(() => getComputedStyle(document.body, '::before').borderTopWidth);
  expect(await bar()).toBe('0px');
  klk.freeze();
  try {
    await page.getByRole('link', { name: 'Tiendas' }).first().click();
    await expect.poll(bar).toBe('3px');
  } finally {
    klk.thaw();
  }
  await expect(page).toHaveURL(/\/tiendas$/);
  await expect.poll(bar).toBe('0px');
});

test('a phone says that the server is gone, in place of what was known of the POS', async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await page.goto(`${klk.url}/pendientes/justificados`);
  await untilHydrated(page);
  await expect(page.locator('#pos')).toBeVisible();
  klk.freeze();
  try {
    await expect(page.getByText('Reconectando…')).toBeVisible();
    await expect(page.locator('#pos')).toBeHidden();
  } finally {
    klk.thaw();
  }
  await expect(page.locator('#pos')).toBeVisible();
  await expect(page.getByText('Reconectando…')).toBeHidden();
});

test('a server that is gone for long takes the verdict back, and says since when', async ({ page }) => {
  await page.clock.install();
  await page.goto(`${klk.url}/?muro=1`);
  await untilLive(page);
  const since = page.getByText(/^Sin datos desde hace/);
  const ink = () => page.getByRole('heading', { level: 1 }).evaluate((heading) => getComputedStyle(heading).color);
  const before = await ink();
  klk.freeze();
  try {
    await expect(page.getByText('Reconectando…')).toBeVisible();
    await expect(since).toBeHidden();
    await page.clock.fastForward(180_000);
    await expect(since).toHaveText('Sin datos desde hace 3 min');
    expect(await ink()).not.toBe(before);
  } finally {
    klk.thaw();
  }
  await untilLive(page);
  await expect(since).toBeHidden();
  expect(await ink()).toBe(before);
});

test('another build is taken over, but not while somebody writes', async ({ page }) => {
  await page.goto(`${klk.url}/actividad/decisiones`);
  await untilLive(page);
  await page.getByLabel('Desde', { exact: true }).fill('2025-01-01T10:00');
  await page.evaluate(() => {
    (window as unknown as { same: boolean }).same = true;
    document.documentElement.dataset.compilacion = 'otra';
  });
  await page.waitForTimeout(3000);
  expect(await page.evaluate(() => (window as unknown as { same?: boolean }).same)).toBe(true);
  await page.getByLabel('Desde', { exact: true }).fill('');
  await page.getByRole('heading', { level: 1 }).click();
  // Unlike `evaluate`, this outlives the change of documents that it waits for.
  await page.waitForFunction(() => (window as unknown as { same?: boolean }).same !== true);
});

test('a tab that is hidden asks nothing, and catches up once it is shown', async ({ context }) => {
  const hidden = await context.newPage();
  await hidden.clock.install();
  await hidden.goto(`${klk.url}/pendientes/justificados`);
  await untilLive(hidden);
  const show = (isHidden: boolean) =>
    hidden.evaluate((value) => {
      Object.defineProperty(document, 'hidden', { configurable: true, get: () => value });
      document.dispatchEvent(new Event('visibilitychange'));
    }, isHidden);
  await show(true);
  const asked: string[] = [];
  hidden.on('request', (request) => asked.push(request.url()));

  // Another tab hears of the change and shows it; the clock of the hidden one goes on for longer than anything waits.
  const shown = await context.newPage();
  await shown.goto(`${klk.url}/pendientes/justificados`);
  await untilLive(shown);
  await change('15');
  await expect(shown.getByText('Ana 15')).toBeVisible();
  await hidden.clock.runFor(150_000);
  expect(asked).toEqual([]);

  await show(false);
  await hidden.clock.runFor(5_000);
  await expect(hidden.getByText('Ana 15')).toBeVisible();
  expect(asked.length).toBeGreaterThan(0);
});

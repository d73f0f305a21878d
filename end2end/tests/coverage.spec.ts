import { expect, type Page, test } from '@playwright/test';
import { missStock } from '../support/database';
import { Klk } from '../support/klk';
import { complaints, expectAccessible, expectNoSidewaysScroll, untilHydrated, untilLive } from '../support/page';

// The grid of coverage: what is missing is seen, chosen by mouse, keyboard and without scripts, and recovered from it.
test.describe.configure({ mode: 'serial' });

let klk: Klk;

test.beforeAll(async () => {
  test.setTimeout(240_000);
  klk = await Klk.startLoadedDemo((file) => missStock(file, 'tienda_08', 6));
});

test.afterAll(async () => {
  await klk?.stop();
});

type Gap = { ubicacion_nombre: string; ubicacion_id: string; fecha_desde: string };

async function gaps(): Promise<Gap[]> {
  return (await klk.json<{ gaps: Gap[] }>('/api/etl/tracking/gaps?etl_tipo=ventas')).gaps;
}

async function open(page: Page, query = ''): Promise<void> {
  await page.goto(`${klk.url}/cobertura${query}`);
  await untilLive(page);
}

/** What stands below the grid: what is chosen, or what is pointed at. */
const detail = (page: Page) => page.locator('#celda-detalle');
const cellOf = (page: Page, store: string) => page.getByRole('row', { name: new RegExp(`^${store}`) }).locator('td.grid-mixed');

test('a week of all stores shows where something is missing, in words and in a picture', async ({ page }) => {
  const errors = complaints(page);
  await open(page);
  await expect(page.getByRole('heading', { name: 'Cobertura', level: 1 })).toBeVisible();
  // The store that misses most comes first.
  await expect(page.locator('table[data-cuadro] tbody th').first()).toHaveText('ARTIGAS');
  await expect(cellOf(page, 'ARTIGAS').getByRole('link', { name: /10:00–13:00 faltante, el POS respondió con error/i })).toBeVisible();
  await expect(cellOf(page, 'BOSQUE')).toHaveCount(0);
  for (const scheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme: scheme });
    await expectAccessible(page);
  }
  expect(errors).toEqual([]);
});

test('each zoom is an address, and fits a phone', async ({ page }) => {
  for (const query of ['', '?zoom=dia', '?zoom=mes', '?zoom=anio', '?tipo=inventario']) {
    await page.setViewportSize({ width: 1280, height: 900 });
    await open(page, query);
    await expectAccessible(page);
    for (const width of [390, 320]) {
      await page.setViewportSize({ width, height: 800 });
      await expectNoSidewaysScroll(page);
    }
  }
});

test('a year begins with what is latest, and its weeks are chosen by mouse, keyboard and finger', async ({ browser }) => {
  const context = await browser.newContext({ hasTouch: true, viewport: { width: 390, height: 844 } });
  const page = await context.newPage();
  const chosen = page.locator('input[name=celda]:checked');
  const recover = page.getByRole('button', { name: 'Recuperar selección' });
  const week = cellOf(page, 'ARTIGAS').last();
  await page.goto(`${klk.url}/cobertura?zoom=anio`);
  await untilHydrated(page);
  // Nobody scrolled.
  expect(await page.evaluate(() => document.querySelector('.grid-scroll')!.scrollWidth)).toBeGreaterThan(1000);
  const box = (await week.boundingBox())!;
  expect(box.x).toBeGreaterThan(0);
  expect(box.x + box.width).toBeLessThan(390);
  await expect(recover).toBeDisabled();
  await week.getByRole('checkbox').tap();
  await expect(chosen).toHaveCount(1);
  await expect(detail(page)).toContainText(/^Faltan [678] medias horas en lo elegido, unos USD\s[\d.]+$/);
  await recover.tap();
  await expect(page.getByRole('dialog')).toContainText(/[678] medias horas, [678] llamadas al POS/);
  await context.close();

  const large = await browser.newPage();
  await open(large, '?zoom=anio');
  await large.getByRole('button', { name: 'Elegir todo lo que falta' }).click();
  await expect(large.locator('input[name=celda]:checked')).toHaveCount(3);
  await large.getByRole('button', { name: 'Elegir todo lo que falta' }).click();
  await cellOf(large, 'ARTIGAS').last().getByRole('link').focus();
  await large.keyboard.press(' ');
  await expect(large.locator('input[name=celda]:checked')).toHaveCount(1);
  await large.keyboard.press(' ');
  const [from, to] = [await cellOf(large, 'ARTIGAS').last().boundingBox(), await cellOf(large, 'PARAISO').last().boundingBox()];
  await large.mouse.move(from!.x + from!.width / 2, from!.y + from!.height / 2);
  await large.mouse.down();
  await large.mouse.move(to!.x + to!.width / 2, to!.y + to!.height / 2, { steps: 8 });
  await large.mouse.up();
  await expect(large.locator('input[name=celda]:checked')).not.toHaveCount(0);
  await large.mouse.move(5, 5);
  await expect(detail(large)).toContainText(/^Faltan [678] medias horas/);
  // A week leads to its days.
  await cellOf(large, 'ARTIGAS').last().getByRole('link').click();
  await expect(large).not.toHaveURL(/zoom=anio/);
  await expect(cellOf(large, 'ARTIGAS').getByRole('link', { name: /10:00–13:00 faltante/i })).toBeVisible();
  await large.close();
});

test('a year fits a laptop without scrolling, and the little that is missing of it is seen', async ({ page }) => {
  for (const width of [1280, 1440]) {
    await page.setViewportSize({ width, height: 900 });
    await open(page, '?zoom=anio');
    const scroll = page.locator('.grid-scroll');
    expect(await scroll.evaluate(({ scrollWidth, clientWidth }) => scrollWidth - clientWidth), `${width} px`).toBe(0);
    for (const store of ['ARTIGAS', 'PARAISO']) {
      const missing = (await cellOf(page, store).last().locator('path').boundingBox())!;
      expect(Math.min(missing.width, missing.height), `${store} at ${width} px`).toBeGreaterThanOrEqual(2);
    }
  }
});

test('a year shows its weeks, in few elements, and leads to a month', async ({ page }) => {
  const errors = complaints(page);
  await open(page, '?zoom=anio');
  await expect(cellOf(page, 'ARTIGAS').getByRole('link', { name: /: faltante, [678] medias horas/ })).toHaveCount(1);
  // Before the demo's week its stores were not open: nothing of it is missing.
  await expect(cellOf(page, 'BOSQUE')).toHaveCount(0);
  expect(await page.locator('table[data-cuadro] td').count()).toBeLessThan(60);
  const month = page.getByRole('link', { name: /^Ver el mes de/ }).last();
  await month.click();
  await expect(page).toHaveURL(/zoom=mes/);
  expect(errors).toEqual([]);
});

test('a cell explains itself, and leads to what can be done', async ({ page }) => {
  await open(page);
  await cellOf(page, 'PARAISO').getByRole('link').click();
  const dialog = page.getByRole('dialog');
  await expect(dialog).toContainText('PARAISO');
  await expect(dialog).toContainText('16:00 – 16:30');
  await expect(dialog).toContainText('Nunca se ejecutó');
  await expectAccessible(page);
  await dialog.getByRole('button', { name: 'Justificar' }).click();
  await expect(dialog.getByRole('combobox', { name: /^Motivo/ })).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(dialog).toBeHidden();
  expect(await gaps()).toHaveLength(3);
});

test('what is chosen is in the address, also after it is loaded again', async ({ page }) => {
  await open(page);
  const box = cellOf(page, 'ARTIGAS').getByRole('checkbox');
  await box.check();
  await expect(page).toHaveURL(/elegidas=/);
  const said = await detail(page).textContent();
  await page.reload();
  await untilLive(page);
  await expect(box).toBeChecked();
  await expect(detail(page)).toHaveText(said!);
  await box.uncheck();
  await expect(page).not.toHaveURL(/elegidas=/);
});

test('the list says the same as the grid in words, and chooses the same', async ({ page }) => {
  await open(page);
  await page.getByRole('link', { name: 'Ver como lista' }).click();
  await expect(page).toHaveURL(/vista=lista/);
  const row = page.getByRole('row', { name: /ARTIGAS/ });
  await expect(row).toContainText(/10:00–13:00 faltante, el POS respondió con error/i);
  await row.getByRole('checkbox').check();
  await expect(detail(page)).toContainText('6 medias horas');
  await expectAccessible(page);
  for (const width of [390, 320]) {
    await page.setViewportSize({ width, height: 800 });
    await expectNoSidewaysScroll(page);
  }
  await page.getByRole('link', { name: 'Ver como cuadro' }).click();
  await expect(page.locator('table[data-cuadro]')).toBeVisible();
});

test('the keyboard leads to the corners of the grid, and closer and farther', async ({ page }) => {
  await open(page);
  await expect(page.getByRole('grid')).toBeVisible();
  await cellOf(page, 'ARTIGAS').getByRole('link').focus();
  await page.keyboard.press('Control+Home');
  const focused = () => page.evaluate(() => document.activeElement?.closest('td')?.cellIndex);
  expect(await focused()).toBe(1);
  await page.keyboard.press('-');
  await expect(page).toHaveURL(/zoom=mes/);
  await cellOf(page, 'ARTIGAS').getByRole('link').focus();
  await page.keyboard.press('+');
  await expect(page).not.toHaveURL(/zoom=/);
});

test('what is open is in the address, and opens again when it is loaded', async ({ page }) => {
  await open(page);
  await cellOf(page, 'PARAISO').getByRole('link').click();
  const dialog = page.getByRole('dialog');
  await expect(dialog).toContainText('16:00 – 16:30');
  await expect(page).toHaveURL(/ver=/);
  await page.reload();
  await expect(dialog).toContainText('16:00 – 16:30');
  await page.keyboard.press('Escape');
  await expect(dialog).toBeHidden();
  await expect(page).not.toHaveURL(/ver=/);
  await page.reload();
  await untilLive(page);
  await expect(dialog).toHaveCount(0);
});

test('a list that is loaded first counts what is chosen', async ({ page }) => {
  await open(page, '?vista=lista');
  await page.getByRole('row', { name: /ARTIGAS/ }).getByRole('checkbox').check();
  await expect(detail(page)).toContainText('6 medias horas');
  await expect(page).toHaveURL(/elegidas=/);
});

test('the grid is one stop of Tab, extends with Shift, and keeps its focus when it is drawn anew', async ({ page }) => {
  await open(page);
  await expect(page.getByRole('grid')).toBeVisible();
  const stops = page.locator('table[data-cuadro] :is(a, input, [tabindex]):not([tabindex="-1"])');
  await expect(stops).toHaveCount(1);
  const wrong = cellOf(page, 'ARTIGAS');
  await wrong.getByRole('link').focus();
  const chosen = page.locator('input[name=celda]:checked');
  await page.keyboard.press('Shift+ArrowLeft');
  await expect(chosen).toHaveCount(1);
  await expect(wrong).toHaveAttribute('aria-selected', 'true');
  await wrong.getByRole('checkbox').uncheck();

  // A day without a link has focus too, and has it still after the page has come again.
  await wrong.getByRole('link').focus();
  await page.keyboard.press('Home');
  const place = () => page.evaluate(() => {
    const cell = document.activeElement?.closest('td');
    return cell && `${cell.closest('tr')?.id} ${cell.cellIndex}`;
  });
  const before = await place();
  expect(before).toMatch(/^fila-.* 1$/);
  const again = page.waitForResponse((response) => new URL(response.url()).pathname === '/cobertura');
  await page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 400)).then(() => document.dispatchEvent(new Event('visibilitychange'))));
  await (await again).finished();
  await expect.poll(async () => [await place(), await stops.count()]).toEqual([before, 1]);
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/\/tiendas\/[^/]+\/\d{4}-\d{2}-\d{2}$/);
});

test('a slider leads back by half hours, and steps beside it', async ({ page }) => {
  await open(page);
  await page.getByText('Ver otro momento').click();
  const slider = page.getByRole('slider', { name: 'Medias horas de los últimos 7 días' });
  const last = Number(await slider.getAttribute('max'));
  await slider.fill(String(last - 4));
  await expect(page).toHaveURL(/[?&]en=/);
  await expect(page.getByRole('status').filter({ hasText: 'Así se veía' })).toBeVisible();
  await expect(page.locator('input[name=celda]')).toHaveCount(0);
  await expectAccessible(page);
  const earlier = page.url();
  await page.getByRole('link', { name: 'Media hora después' }).click();
  await expect(page).not.toHaveURL(earlier);
  await page.getByRole('link', { name: 'Volver a ahora' }).click();
  await expect(page).not.toHaveURL(/en=/);
});

test('on a phone the grid begins on the first screen', async ({ page }) => {
  for (const width of [390, 320]) {
    await page.setViewportSize({ width, height: 844 });
    for (const query of ['', '?zoom=mes']) {
      await page.goto(`${klk.url}/cobertura${query}`);
      await untilHydrated(page);
      const [row, bar] = await Promise.all(['table[data-cuadro] tbody tr', '.grid-bar'].map((part) => page.locator(part).first().boundingBox()));
      expect(row!.y + row!.height, `${width} px ${query}`).toBeLessThan(bar!.y);
      await expectNoSidewaysScroll(page);
    }
  }
});

test('no zoom has more than 1,400 elements', async ({ page }) => {
  for (const query of ['', '?zoom=dia', '?zoom=mes', '?zoom=anio', '?vista=lista']) {
    await open(page, query);
    expect(await page.locator('body *').count(), query).toBeLessThanOrEqual(1400);
  }
});

test('a rectangle is drawn with the mouse, counted, and given up with Escape', async ({ page }) => {
  await open(page);
  const recover = page.getByRole('button', { name: 'Recuperar selección' });
  await expect(recover).toBeDisabled();
  const [from, to] = [await cellOf(page, 'ARTIGAS').boundingBox(), await cellOf(page, 'PARAISO').boundingBox()];
  if (!from || !to) throw new Error('the cells are not shown');
  const middle = (box: { x: number; y: number; width: number; height: number }) => [box.x + box.width / 2, box.y + box.height / 2] as const;
  await page.mouse.move(...middle(from));
  await page.mouse.down();
  await page.mouse.move(...middle(to), { steps: 8 });
  await expect(page.locator('input[name=celda]:checked')).not.toHaveCount(0);
  await page.keyboard.press('Escape');
  await page.mouse.up();
  await expect(page.locator('input[name=celda]:checked')).toHaveCount(0);
  await expect(page.getByRole('dialog')).toHaveCount(0);

  await page.mouse.move(...middle(from));
  await page.mouse.down();
  await page.mouse.move(...middle(to), { steps: 8 });
  await page.mouse.up();
  await page.mouse.move(5, 5);
  await expect(detail(page)).toContainText(/^Faltan [78] medias horas en lo elegido, unos USD\s[\d.]+$/);
  await expect(recover).toBeEnabled();
  await recover.click();
  await expect(page.getByRole('dialog')).toContainText(/[78] medias horas, [78] llamadas al POS/);
  await page.keyboard.press('Escape');
});

/** Whether a notice lies over anything that stays at the bottom of the window. */
async function coversBars(page: Page): Promise<boolean> {
  return page.evaluate(() => {
    const notice = document.querySelector('.toast')!.getBoundingClientRect();
    return [...document.querySelectorAll('.nav, .grid-bar')].some((bar) => {
      const { top, bottom, left, right } = bar.getBoundingClientRect();
      return top < notice.bottom && notice.top < bottom && left < notice.right && notice.left < right;
    });
  });
}

test('the main job is done with the keyboard alone, and what has focus can be seen', async ({ page }) => {
  await open(page);
  await page.locator('table[data-cuadro] td a[tabindex="0"]').focus();
  await page.keyboard.press('.');
  await page.keyboard.press('Shift+.');
  const focused = async () => page.evaluate(() => document.activeElement?.getAttribute('aria-label') ?? '');
  for (let step = 0; step < 5 && !(await focused()).startsWith('PERIFERICO'); step += 1) await page.keyboard.press('.');
  expect(await focused()).toMatch(/^PERIFERICO/);
  await expect(detail(page)).toContainText('PERIFERICO');
  await page.keyboard.press(' ');
  await expect(page.locator('input[name=celda]:checked')).toHaveCount(1);
  // Whatever can be tabbed to is not hidden below a bar that stays.
  for (let step = 0; step < 8; step += 1) {
    const isSeen = await page.evaluate(() => {
      const { activeElement: active } = document;
      if (!active || active === document.body) return true;
      const { left, top, width, height } = active.getBoundingClientRect();
      const shown = document.elementFromPoint(left + width / 2, top + height / 2);
      return shown !== null && (active.contains(shown) || shown.contains(active));
    });
    expect(isSeen).toBe(true);
    if ((await page.evaluate(() => document.activeElement?.id)) === 'recuperar-celdas') break;
    await page.keyboard.press('Tab');
  }
  await page.keyboard.press('Enter');
  const dialog = page.getByRole('dialog');
  await expect(dialog).toContainText('1 media hora, 1 llamada al POS');
  await dialog.getByRole('button', { name: 'Recuperar', exact: true }).focus();
  await page.keyboard.press('Enter');
  await expect(dialog).toBeHidden();
  // What was queued is said where it covers nothing that stays, and becomes what came of it.
  const notice = page.locator('.toast');
  await expect(notice).toContainText(/1 media hora (en cola|cargada)/);
  for (const [width, height] of [[390, 844], [320, 560], [1280, 500]] as const) {
    await page.setViewportSize({ width, height });
    for (const place of [0, 80, 160, 10_000]) {
      await page.evaluate((top) => scrollTo(0, top), place);
      expect(await coversBars(page), `${width} × ${height}, scrolled by ${place}`).toBe(false);
    }
  }
  await expect(notice).toContainText('1 media hora cargada');
  await klk.until('recovered', async () => (await gaps()).every((gap) => gap.ubicacion_nombre !== 'PERIFERICO'));
  await expect(cellOf(page, 'PERIFERICO')).toHaveCount(0, { timeout: 30_000 });
});

test('a note that was not stored is there again when its form is opened after a reload', async ({ page }) => {
  const dialog = page.getByRole('dialog');
  const note = dialog.getByRole('textbox', { name: /^Nota/ });
  const openForm = async () => {
    await open(page);
    await page.getByRole('button', { name: 'Elegir todo lo que falta' }).click();
    await page.getByRole('button', { name: 'Justificar selección' }).click();
    await expect(note).toBeVisible();
  };
  await openForm();
  await note.pressSequentially('Se cayó la red');
  await openForm();
  await expect(note).toHaveValue('Se cayó la red');
});

test('what is chosen is justified with the mouse after a preview, and what changed meanwhile is shown anew', async ({ page }) => {
  const errors = complaints(page);
  await open(page);
  await expect(page.getByRole('button', { name: 'Justificar selección' })).toBeDisabled();
  await page.getByRole('button', { name: 'Elegir todo lo que falta' }).click();
  await page.getByRole('button', { name: 'Justificar selección' }).click();
  const dialog = page.getByRole('dialog');
  await expect(dialog).toContainText('7 medias horas');
  await expect(dialog.getByRole('listitem').filter({ hasText: 'ARTIGAS · 6 medias horas · USD' })).toContainText('10:00 – 13:00');
  await expect(dialog.getByRole('listitem').filter({ hasText: 'PARAISO · 1 media hora' })).toContainText('16:00 – 16:30');
  await expectAccessible(page);
  await dialog.getByRole('combobox', { name: /^Motivo/ }).selectOption('otro');
  await dialog.getByRole('textbox', { name: /^Nota/ }).fill('Se cayó la red');

  // Somebody else justifies one of them meanwhile.
  const [{ ubicacion_id, fecha_desde }] = (await gaps()).filter((gap) => gap.ubicacion_nombre === 'PARAISO');
  const other = { etl_tipo: 'ventas', ubicacion_id, fecha_desde, fecha_hasta: fecha_desde, hora_desde: '16:00', hora_hasta: '16:30', motivo: 'sin_ventas' };
  const done = await fetch(`${klk.url}/api/etl/tracking/justificar-gap`, {
    method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(other),
  });
  expect(done.status).toBe(200);
  await dialog.getByRole('button', { name: 'Justificar', exact: true }).click();
  await expect(dialog.getByRole('alert')).toContainText('ahora 6 medias horas');
  await expect(dialog.getByRole('listitem').filter({ hasText: 'PARAISO' })).toHaveCount(0);
  await expect(dialog.getByRole('textbox', { name: /^Nota/ })).toHaveValue('Se cayó la red');
  await dialog.getByRole('button', { name: 'Justificar', exact: true }).click();
  await expect(dialog).toBeHidden();
  await expect(page.getByText('6 medias horas justificadas')).toBeVisible();
  expect(await gaps()).toEqual([]);
  expect(errors).toEqual([]);

  // As it was, for those that come next.
  await page.goto(`${klk.url}/pendientes/justificados`);
  for (const store of ['PARAISO', 'ARTIGAS']) {
    await page.getByRole('button', { name: new RegExp(`^Retirar la justificación de ${store}`) }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Retirar', exact: true }).click();
    await expect(page.getByRole('row', { name: new RegExp(store) })).toHaveCount(0);
  }
  expect(await gaps()).toHaveLength(2);
});

test('cells of stock are chosen and justified after a preview, and offer no recovery', async ({ page }) => {
  type Kept = { gaps: (Gap & { ventanas: number })[] };
  const stock = async () => (await klk.json<Kept>('/api/etl/tracking/gaps?etl_tipo=inventario')).gaps;
  const errors = complaints(page);
  await open(page, '?tipo=inventario');
  const before = await stock();
  expect(before.length).toBeGreaterThan(0);
  const store = before[0]!.ubicacion_nombre;
  await expect(page.getByRole('button', { name: 'Recuperar selección' })).toHaveCount(0);
  const justify = page.getByRole('button', { name: 'Justificar selección' });
  await expect(justify).toBeDisabled();
  await cellOf(page, store).first().getByRole('link').focus();
  await page.keyboard.press(' ');
  await page.mouse.move(5, 5);
  await page.keyboard.press('Tab');
  await expect(detail(page)).toContainText(/^Faltan? \d+ medias? horas? en lo elegido$/);
  await justify.click();
  const dialog = page.getByRole('dialog');
  await expect(dialog.getByRole('listitem').filter({ hasText: store })).toBeVisible();
  await expectAccessible(page);
  await dialog.getByRole('combobox', { name: /^Motivo/ }).selectOption('otro');
  await dialog.getByRole('textbox', { name: /^Nota/ }).fill('No hubo foto');
  await dialog.getByRole('button', { name: 'Justificar', exact: true }).click();
  await expect(dialog).toBeHidden();
  await expect(page.getByText(/medias? horas? justificadas?/)).toBeVisible();
  expect((await stock()).length).toBeLessThan(before.length);
  expect(errors).toEqual([]);
});

test('weeks of a year are justified with the keyboard alone', async ({ page }) => {
  await open(page, '?zoom=anio');
  await cellOf(page, 'PARAISO').last().getByRole('link').focus();
  await page.keyboard.press(' ');
  await page.getByRole('button', { name: 'Justificar selección' }).focus();
  await page.keyboard.press('Enter');
  const dialog = page.getByRole('dialog');
  await expect(dialog).toContainText('PARAISO · 1 media hora');
  await dialog.getByRole('combobox', { name: /^Motivo/ }).focus();
  await page.keyboard.type('Sin ventas');
  await dialog.getByRole('button', { name: 'Justificar', exact: true }).focus();
  await page.keyboard.press('Enter');
  await expect(dialog).toBeHidden();
  expect((await gaps()).map((gap) => gap.ubicacion_nombre)).toEqual(['ARTIGAS']);
  await page.goto(`${klk.url}/pendientes/justificados`);
  await page.getByRole('button', { name: /^Retirar la justificación de PARAISO/ }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Retirar', exact: true }).click();
  await expect(page.getByRole('row', { name: /PARAISO/ })).toHaveCount(0);
  expect(await gaps()).toHaveLength(2);
});

test('how it was at a moment of the past is shown as such, and nothing can be chosen', async ({ page }) => {
  await open(page);
  const [{ fecha_desde }] = await gaps();
  await open(page, `?en=${fecha_desde}T23:00&hasta=${fecha_desde}`);
  await expect(page.getByRole('status').filter({ hasText: 'como se sabía' }).or(page.locator('.notice'))).toBeVisible();
  await expect(page.locator('input[name=celda]')).toHaveCount(0);
  await expect(page.getByRole('button', { name: 'Recuperar selección' })).toHaveCount(0);
  await page.getByRole('link', { name: 'Media hora antes' }).click();
  await expect(page).toHaveURL(/en=.*T22%3A30/);
});

test.describe('without scripts', () => {
  test.use({ javaScriptEnabled: false });

  test('the slider is a form, and an address that has something open says what and leads to it', async ({ page }) => {
    const gap = (await gaps()).find((gap) => gap.ubicacion_nombre === 'ARTIGAS')!;
    await page.goto(`${klk.url}/cobertura?ver=${encodeURIComponent(`${gap.ubicacion_id}|${gap.fecha_desde}`)}`);
    await page.getByRole('link', { name: 'Qué falta' }).click();
    await expect(page.getByText('10:00 – 13:00')).toBeVisible();
    await page.goto(`${klk.url}/cobertura`);
    await page.getByText('Ver otro momento').click();
    await page.getByRole('slider').press('ArrowLeft');
    await page.getByRole('button', { name: 'Ver', exact: true }).first().click();
    await expect(page).toHaveURL(/media_hora=/);
    await expect(page.getByText('Así se veía')).toBeVisible();
    await expect(page.getByRole('link', { name: 'Mes', exact: true })).toHaveAttribute('href', /en=/);
  });

  test('a cell is ticked, what would be justified is a page, and its button says why it stays', async ({ page }) => {
    await page.goto(`${klk.url}/cobertura?zoom=dia&hasta=${(await gaps()).find((gap) => gap.ubicacion_nombre === 'ARTIGAS')!.fecha_desde}`);
    await cellOf(page, 'ARTIGAS').getByRole('checkbox').first().check();
    await page.getByRole('button', { name: 'Justificar selección' }).click();
    await expect(page.getByRole('heading', { name: 'Justificar selección' })).toBeVisible();
    await expect(page.getByText('10:00 – 13:00')).toBeVisible();
    await page.getByRole('combobox', { name: /^Motivo/ }).selectOption('otro');
    await page.getByRole('button', { name: 'Justificar', exact: true }).click();
    await expect(page.getByRole('alert')).toContainText('No se pudo justificar');
    await page.getByRole('textbox', { name: /^Nota/ }).fill('Se dañó la caja');
    await page.getByRole('button', { name: 'Justificar', exact: true }).click();
    await expect(page).toHaveURL(/\/cobertura\?/);
    await expect(page.getByText('6 medias horas justificadas')).toBeVisible();
    await page.goto(`${klk.url}/pendientes/justificados`);
    await page.getByRole('button', { name: /^Retirar la justificación de ARTIGAS/ }).click();
    await page.getByRole('button', { name: 'Retirar', exact: true }).click();
    expect(await gaps()).toHaveLength(2);
  });

  test('a cell is ticked, its plan is a page, and its button recovers it', async ({ page }) => {
    await page.goto(`${klk.url}/cobertura`);
    await cellOf(page, 'PARAISO').getByRole('checkbox').check();
    await page.getByRole('button', { name: 'Recuperar selección' }).click();
    await expect(page.getByText('1 media hora, 1 llamada al POS')).toBeVisible();
    await page.getByRole('button', { name: 'Recuperar', exact: true }).click();
    await expect(page).toHaveURL(/\/cobertura$/);
    await klk.until('recovered', async () => (await gaps()).every((gap) => gap.ubicacion_nombre !== 'PARAISO'));
  });
});

test('on a phone what is missing begins on the first screen, and its filters are behind a button', async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await page.goto(`${klk.url}/pendientes`);
  await untilHydrated(page);
  const row = page.getByRole('row', { name: /ARTIGAS/ });
  expect((await row.boundingBox())!.y).toBeLessThan(460);
  const kind = page.getByRole('combobox', { name: 'Tipo' });
  await expect(kind).toBeHidden();
  await page.getByRole('button', { name: 'Filtros' }).click();
  await expectAccessible(page);
  await kind.selectOption({ label: 'Ventas' });
  await expect(page).toHaveURL(/etl_tipo=ventas/);
  await page.keyboard.press('Escape');
  await expect(page.getByRole('button', { name: 'Filtros (1)' })).toBeVisible();
});

test('from the overview all that is missing is recovered with two taps on a phone', async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await page.goto(klk.url);
  await untilHydrated(page);
  await page.getByRole('button', { name: 'Recuperar 6' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Recuperar', exact: true }).click();
  await expect(page.getByRole('heading', { level: 1, name: /^Ventas al día/ })).toBeVisible({ timeout: 60_000 });
  expect(await gaps()).toEqual([]);
});

test('stores, a store and the metrics can be read by everybody, on a phone too', async ({ page }) => {
  const errors = complaints(page);
  const [store] = (await klk.json<{ tiendas: { ubicacion_id: string }[] }>('/api/etl/tracking/gaps')).tiendas;
  for (const path of ['/tiendas', `/tiendas/${store.ubicacion_id}`, '/sistema/metricas', '/pendientes/justificados']) {
    await page.setViewportSize({ width: 1280, height: 900 });
    await page.goto(klk.url + path);
    await untilLive(page);
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
    await expectAccessible(page);
    await page.setViewportSize({ width: 320, height: 800 });
    await expectNoSidewaysScroll(page);
  }
  expect(errors).toEqual([]);
});

test('an address that pages had before leads to the page', async ({ page }) => {
  await page.goto(`${klk.url}/gaps?etl_tipo=ventas`);
  await expect(page).toHaveURL(/\/pendientes\?etl_tipo=ventas$/);
});

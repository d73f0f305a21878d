import { expect, test } from '@playwright/test';
import { Klk } from '../support/klk';
import { expectNoSidewaysScroll } from '../support/page';

// Everything that can be done is done without scripts too: the same steps, on pages of their own.
test.describe.configure({ mode: 'serial' });
test.use({ javaScriptEnabled: false });

let klk: Klk;

test.beforeAll(async () => {
  test.setTimeout(240_000);
  klk = await Klk.startDemo();
  await klk.untilLoaded();
});

test.afterAll(async () => {
  await klk?.stop();
});

type Gap = { ubicacion_nombre: string };

async function gaps(): Promise<string[]> {
  const list = await klk.json<{ gaps: Gap[] }>('/api/etl/tracking/gaps?etl_tipo=ventas');
  return list.gaps.map((gap) => gap.ubicacion_nombre).sort();
}

test('one gap: the preview is a page, its options are worked out again, and its button starts exactly that', async ({ page }) => {
  expect(await gaps()).toEqual(['ARTIGAS', 'PARAISO', 'PERIFERICO']);
  await page.goto(`${klk.url}/pendientes?etl_tipo=ventas`);
  await page.getByRole('button', { name: /Recuperar PARAISO/ }).click();
  await expect(page.getByRole('heading', { name: 'Recuperar faltante' })).toBeVisible();
  await expect(page.getByText('16:00 – 16:30')).toBeVisible();
  await expect(page.getByText('1 media hora, 1 llamada al POS')).toBeVisible();
  const hash = page.getByText(/^[0-9a-f]{12}$/);
  const before = await hash.innerText();
  await expectNoSidewaysScroll(page);
  await page.getByLabel('Solo fuera de horario, con la tienda cerrada').check();
  await page.getByRole('button', { name: 'Calcular de nuevo' }).click();
  await expect(page.getByText('Cada tienda empieza cuando cierra.')).toBeVisible();
  await expect(hash).not.toHaveText(before);
  await page.getByLabel('Solo fuera de horario, con la tienda cerrada').uncheck();
  await page.getByRole('button', { name: 'Calcular de nuevo' }).click();
  await expect(hash).toHaveText(before);
  await page.getByRole('button', { name: 'Recuperar', exact: true }).click();
  await expect(page).toHaveURL(/\/pendientes\?etl_tipo=ventas$/);
  await expect(page.getByText('1 media hora en cola')).toBeVisible();
  await klk.until('recovered', async () => !(await gaps()).includes('PARAISO'));
});

test('leaving a step does nothing', async ({ page }) => {
  await page.goto(`${klk.url}/pendientes?etl_tipo=ventas`);
  await page.getByRole('button', { name: /Recuperar ARTIGAS/ }).click();
  await page.getByRole('button', { name: 'Cancelar', exact: true }).click();
  await expect(page).toHaveURL(/\/pendientes\?etl_tipo=ventas$/);
  expect(await gaps()).toContain('ARTIGAS');
});

test('a gap is justified, that is taken back, and that is undone', async ({ page }) => {
  await page.goto(`${klk.url}/pendientes?etl_tipo=ventas`);
  await page.getByRole('button', { name: /Justificar PERIFERICO/ }).click();
  await page.getByRole('combobox', { name: /^Motivo/ }).selectOption('otro');
  await page.getByRole('button', { name: 'Justificar', exact: true }).click();
  // That reason asks for a note: what was written stays, and what is wrong is said.
  await expect(page.getByRole('alert')).toContainText('No se pudo justificar');
  await expect(page.getByRole('combobox', { name: /^Motivo/ })).toHaveValue('otro');
  await page.getByRole('textbox', { name: /^Nota/ }).fill('Se dañó la caja');
  await page.getByRole('button', { name: 'Justificar', exact: true }).click();
  await expect(page.getByText('1 media hora justificada')).toBeVisible();
  await page.reload();
  await expect(page.getByText('1 media hora justificada')).toHaveCount(0);
  await page.getByRole('link', { name: 'Justificados' }).click();
  const justified = page.getByRole('region', { name: 'Justificados' });
  await expect(justified).toContainText('Se dañó la caja');

  await page.getByRole('button', { name: /Retirar la justificación de PERIFERICO/ }).click();
  await expect(page.getByText('Este período vuelve a estar pendiente.')).toBeVisible();
  await page.getByRole('button', { name: 'Retirar', exact: true }).click();
  await expect(page).toHaveURL(/\/pendientes\/justificados$/);
  await expect(justified).toHaveCount(0);
  await page.getByRole('button', { name: 'Deshacer' }).click();
  await expect(justified).toContainText('Se dañó la caja');
});

test('some gaps, all of a list and days of a store are previews of their own', async ({ page }) => {
  await page.goto(`${klk.url}/pendientes?etl_tipo=ventas&max_horas=168`);
  await page.getByRole('checkbox', { name: /Seleccionar ARTIGAS/ }).check();
  await page.getByRole('button', { name: 'Recuperar selección' }).click();
  await expect(page.getByText('6 medias horas, 6 llamadas al POS')).toBeVisible();
  await page.goBack();
  await page.getByRole('button', { name: 'Recuperar todo lo de la lista' }).click();
  await expect(page.getByText('Últimos 7 días: Todas las tiendas')).toBeVisible();
  await page.goBack();
  await page.getByRole('button', { name: 'Recuperar un período' }).click();
  await page.getByRole('combobox', { name: 'Tienda' }).selectOption('ARTIGAS');
  await page.getByLabel('Desde el día').fill('2020-01-02');
  await page.getByLabel('Hasta el día').fill('2020-01-01');
  await page.getByRole('button', { name: 'Calcular de nuevo' }).click();
  await expect(page.getByRole('alert')).toContainText('No se pudo recuperar');
  await expect(page.getByLabel('Desde el día')).toHaveValue('2020-01-02');
  await expect(page.getByRole('button', { name: 'Recuperar', exact: true })).toBeDisabled();
});

test('a plan is paused, resumed and cancelled after a question, from the page that shows it', async ({ page }) => {
  const post = async <T>(path: string, data: unknown) => {
    const answer = await fetch(`${klk.url}/api/etl/tracking/${path}`, {
      method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(data),
    });
    return (await answer.json()) as T;
  };
  const { hash } = await post<{ hash: string }>('planes', { etl_tipo: 'ventas', ultimos_dias: 5, repetir_cargado: true });
  await post('planes/iniciar', { hash });
  const state = async () => (await klk.json<{ estado: string }>(`/api/etl/tracking/plan?hash=${hash}`)).estado;
  const short = hash.slice(0, 12);
  await page.goto(`${klk.url}/actividad`);
  await page.getByRole('button', { name: `Pausar el plan ${short}` }).click();
  await expect(page).toHaveURL(/\/actividad$/);
  expect(await state()).toBe('pausado');
  await page.getByRole('button', { name: `Reanudar el plan ${short}` }).click();
  expect(await state()).toBe('en_curso');
  await page.getByRole('button', { name: `Cancelar el plan ${short}` }).click();
  await expect(page.getByRole('heading', { name: '¿Cancelar el plan?' })).toBeVisible();
  await page.getByRole('button', { name: 'Dejarlo seguir' }).click();
  expect(await state()).toBe('en_curso');
  await page.getByRole('button', { name: `Cancelar el plan ${short}` }).click();
  await page.getByRole('button', { name: 'Cancelar el plan', exact: true }).click();
  await expect(page).toHaveURL(/\/actividad$/);
  expect(await state()).toBe('cancelado');
});

test('a day is compared, a calendar changed, theme and language kept, the POS asked', async ({ page }) => {
  await page.goto(`${klk.url}/pendientes/cambios?ubicacion_id=tienda_08`);
  await page.getByRole('button', { name: /Conciliar BOSQUE/ }).first().click();
  await expect(page).toHaveURL(/\/pendientes\/cambios\?ubicacion_id=tienda_08$/);
  await expect(page.getByRole('status').filter({ hasText: 'BOSQUE' })).toBeVisible();

  await page.goto(`${klk.url}/calendarios?ubicacion_id=tienda_17`);
  const form = page.locator('form').filter({ has: page.getByLabel('Lunes: abre') });
  await form.getByLabel('Lunes: abre').fill('');
  await form.getByLabel('Lunes: cierra').fill('');
  await form.getByRole('button', { name: 'Ver qué cambia' }).click();
  await expect(form.getByText(/medias horas dejan de esperarse/)).toBeVisible();
  // Only what was looked at is saved: another day is looked at first.
  await form.getByLabel('Martes: abre').fill('');
  await form.getByLabel('Martes: cierra').fill('');
  await form.getByRole('button', { name: 'Guardar' }).click();
  await expect(page.getByText(/Calendario de .* guardado/)).toHaveCount(0);
  await form.getByRole('button', { name: 'Guardar' }).click();
  await expect(page.getByText(/Calendario de .* guardado/)).toBeVisible();
  await expect(form.getByLabel('Martes: cierra')).toHaveValue('');

  await page.getByRole('button', { name: 'Tema oscuro' }).click();
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'oscuro');
  await page.getByRole('button', { name: 'EN' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Hours' })).toBeVisible();
  await page.getByRole('link', { name: 'Check the connection' }).click();
  await expect(page.getByText('Available')).toBeVisible();
});

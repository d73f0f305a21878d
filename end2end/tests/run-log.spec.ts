import { expect, test } from '@playwright/test';
import { Klk, Workplace } from '../support/klk';
import { complaints, expectAccessible, expectNoSidewaysScroll, untilLive } from '../support/page';
import { Sim } from '../support/sim';

// What a run does is seen on its page while it runs, also without scripts.

let sim: Sim;
let klk: Klk;

test.beforeAll(async () => {
  sim = await Sim.start(2);
  const since = new Date(Date.now() - 72 * 3600 * 1000).toISOString().slice(0, 10);
  const store = (id: string, code: string, name: string) =>
    `[[tiendas]]\nid = "${id}"\ncodigo = "${code}"\nnombre = "${name}"\nhorario = "07:00-21:00"\ndesde = "${since}"\n`;
  const settings = store('tienda_01', 'SUC001', 'PERIFERICO') + store('tienda_08', 'SUC002', 'BOSQUE');
  const variables = { KLK_BASE_URL: sim.url, KLK_SCHEDULER: 'off', KLK_RETRIES: '3', KLK_LOG: 'off', SENTRY_DSN: '', KLK_DATABASE: 'klk.duckdb', KLK_BACKOFF_BASE_MILLISECONDS: '4000' };
  klk = await Klk.serve(new Workplace(settings, variables));
});

test.afterAll(async () => {
  await klk?.stop();
  sim?.stop();
});

test.beforeEach(({ page }) => klk.signIn(page.context()));

type Queued = { ejecuciones: { id: string }[] };

/** Has a half hour of the day before yesterday loaded; gives its run. */
async function load(hour: string): Promise<string> {
  const day = new Date(Date.now() - 52 * 3600 * 1000).toISOString().slice(0, 10);
  const answer = await fetch(`${klk.url}/api/etl/tracking/recuperar-gap`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${klk.token}` },
    body: JSON.stringify({
      etl_tipo: 'ventas', ubicacion_id: 'tienda_01', fecha_desde: day, fecha_hasta: day, hora_desde: `${hour}:00`, hora_hasta: `${hour}:30`,
    }),
  });
  expect(answer.status, await answer.clone().text()).toBe(200);
  return ((await answer.json()) as Queued).ejecuciones[0]!.id;
}

test('the steps of a run come while it runs, and stay when it has ended', async ({ page }) => {
  const errors = complaints(page);
  await sim.fail({ branch: 'SUC001', endpoint: 'ventas', times: 2, kind: { hang: { seconds: 4 } } });
  const run = await load('12');
  await page.goto(`${klk.url}/actividad/${run}`);
  await untilLive(page);
  const log = page.getByRole('region', { name: 'Registro' });
  await expect(log.getByText(/Se pidió al POS\.$/)).toBeVisible();
  await expect(log).toContainText('Se actualiza solo');
  await expect(log.getByText(/Se vuelve a pedir en/).first()).toBeVisible();
  await expect(log.getByText(/Se pidió al POS, intento 2/)).toBeVisible();
  await expectAccessible(page);
  await expect(log.getByText(/Terminó: Exitoso\.$/)).toBeVisible({ timeout: 40_000 });
  await expect(log.getByText(/Guardado: [\d.]+ nuevas, 0 cambiadas, 0 quitadas/)).toBeVisible();
  await expect(log).not.toContainText('Se actualiza solo');
  expect(errors).toEqual([]);
});

test.describe('on a phone, in the dark, in English, without scripts', () => {
  test.use({ viewport: { width: 320, height: 700 }, colorScheme: 'dark', javaScriptEnabled: false });

  test('the log is there and fits', async ({ page, context }) => {
    await context.addCookies([{ name: 'klk_idioma', value: 'en', url: klk.url }]);
    await sim.heal();
    const run = await load('13');
    await klk.until('ended', async () => (await klk.json<{ ejecucion: { estado: string } }>(`/api/etl/tracking/ejecucion?id=${run}`)).ejecucion.estado === 'exitoso');
    await page.goto(`${klk.url}/actividad/${run}`);
    await expect(page.getByRole('region', { name: 'Log' }).getByText(/Ended: Succeeded\.$/)).toBeVisible();
    await expectNoSidewaysScroll(page);
  });
});

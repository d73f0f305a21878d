import { readFileSync } from 'node:fs';
import { expect, test } from '@playwright/test';
import { administrator, Klk, Workplace } from '../support/klk';
import { untilLive } from '../support/page';
import { missing } from '../support/sentry/compare';
import { runs } from '../support/sentry/contract-runs';
import { browser, endpoints } from '../support/sentry/contract-web';
import type { Item, Json } from '../support/sentry/envelope';
import { relayRemarks } from '../support/sentry/relay';
import { search } from '../support/sentry/search';
import { Sentry } from '../support/sentry/sentry';
import { Sim } from '../support/sim';
import { WHERE_IT_IS_NOON } from '../support/sentry/zone';

// A night of failures and a morning of recoveries, and what Sentry was told of it. Yesterday's load fails for some stores;
// somebody sees the gap in the browser and gets it back with a click; elsewhere the schedules fire. Then everything that
// was told is compared with the contract.
test.describe.configure({ mode: 'serial' });

/** Each as it is sent, and none of it may arrive. */
const SECRETS = {
  apiKey: 'klk-api-key-0f9e8d7c6b5a',
  email: 'ana.perez@example.com.ve',
  dsn: 'a1b2c3d4e5f60718293a4b5c6d7e8f90',
  password: 'contra-hunter2',
  query: 'V-12345678',
  bearer: 'bearer-tok-55aa',
  cookie: 'cookie-sid-66bb',
  header: 'x-api-key-77cc',
  proxy: 'proxy-basic-88dd',
  body: 'cuerpo-99ee',
  csrf: 'csrf-00ff',
};

/** What a POS may say when it fails: more than anybody should know. */
const TALKATIVE =
  `no se pudo avisar a ${SECRETS.email}: https://klk:${SECRETS.password}@klk.example/v1?cedula=${SECRETS.query} ` +
  `con ${SECRETS.apiKey}, DSN https://${SECRETS.dsn}@o1.ingest.sentry.io/42, Authorization: Bearer ${SECRETS.bearer}, ` +
  `x-api-key: ${SECRETS.header}`;

const YESTERDAY = localDate(Date.now() - 24 * 3600 * 1000);
/** The stores are open yesterday morning only, so that it does not matter at what time of day the test runs. */
const WEEKDAY = ['domingo', 'lunes', 'martes', 'miercoles', 'jueves', 'viernes', 'sabado'][new Date(YESTERDAY).getUTCDay()];


type Store = { id: string; code: string; name: string; warehouse: string };
const PERIFERICO: Store = { id: 'tienda_01', code: 'SUC001', name: 'PERIFERICO', warehouse: 'APP-TPF' };
const BOSQUE: Store = { id: 'tienda_08', code: 'SUC002', name: 'BOSQUE', warehouse: 'APP-TBQ' };
const ARTIGAS: Store = { id: 'tienda_17', code: 'SUC003', name: 'ARTIGAS', warehouse: 'TANT' };
const PARAISO: Store = { id: 'tienda_18', code: 'SUC004', name: 'PARAISO', warehouse: 'APP-TPAR' };
const TAZAJAL: Store = { id: 'tienda_20', code: 'SUC005', name: 'TAZAJAL', warehouse: 'TTZ' };

/** Where the server is made to fail: over REST, and by the form of the page. */
const TRIALS = ['/api/monitoreo/prueba', '/sistema/monitoreo/prueba'];

type Run = { id: string; ubicacion_id: string; estado: string; error_tipo: string | null; traza_id: string };

let sentry: Sentry;
let pos: Sim;
let klk: Klk;
/** A second installation, whose schedules fire while somebody works with the first. */
let scheduledPos: Sim;
let scheduled: Klk;
const failedRuns: Run[] = [];
/** The references of 5xx that somebody was shown. */
const serverFailures: string[] = [];

test.beforeAll(async () => {
  // One after the other, so that afterAll knows of each that started.
  sentry = await Sentry.start();
  pos = await Sim.start(5);
  scheduledPos = await Sim.start(3);
  await scheduledPos.fail({ branch: ARTIGAS.code, endpoint: 'articulos', kind: { status: { code: 503 } } });
  const everyMinute = '* * * * *';
  // What fails while a store is closed alarms nobody, so this one is open today.
  const schedules = { KLK_CRON_VENTAS: everyMinute, KLK_CRON_INVENTARIO: everyMinute, KLK_CRON_RECONCILIACION: everyMinute };
  scheduled = await Klk.serve(
    workplace(scheduledPos, [ARTIGAS], { ...schedules, KLK_ZONA: WHERE_IT_IS_NOON }, '00:00-24:00'),
  );
});

test.afterAll(async () => {
  await Promise.all([klk?.stop(), scheduled?.stop()]);
  pos?.stop();
  scheduledPos?.stop();
  await sentry?.stop();
});

test("yesterday's load fails for some stores", async () => {
  await pos.fail(
    { branch: PERIFERICO.code, endpoint: 'ventas', kind: { hang: { seconds: 30 } } },
    { branch: BOSQUE.code, endpoint: 'ventas', kind: { short: { missing_lines: 3 } } },
    { branch: ARTIGAS.code, endpoint: 'ventas', kind: { status: { code: 503, html: true } } },
    { branch: PARAISO.code, endpoint: 'ventas', kind: { status: { code: 503 } } },
    { branch: TAZAJAL.code, endpoint: 'ventas', kind: { error_200: { message: TALKATIVE } } },
  );
  const place = workplace(pos, [PERIFERICO, BOSQUE, ARTIGAS, PARAISO, TAZAJAL], { KLK_SCHEDULER: 'false' });
  const hours = ['--desde', YESTERDAY, '--hora-desde', '08:00', '--hora-hasta', '10:00'];
  const load = await place.run('etl', 'ventas', ...hours, '--json');
  expect(load.code, load.errors).toBe(3);
  const runs = JSON.parse(load.answer).ejecuciones as Run[];
  expect(runs.map((run) => `${run.ubicacion_id} ${run.estado} ${run.error_tipo}`).sort()).toEqual([
    'tienda_01 fallido timeout',
    'tienda_08 parcial datos_invalidos',
    'tienda_17 fallido api_error',
    'tienda_18 fallido api_error',
    'tienda_20 fallido api_error',
  ]);
  failedRuns.push(...runs);
  const stock = await place.run('etl', 'inventario', '--tienda', BOSQUE.id);
  expect(stock.code, stock.errors).toBe(0);
  klk = await Klk.serve(place);
});

test('a recovery fails while the store is down, and a click gets the gap back once it is up', async ({ page }) => {
  await klk.signIn(page.context());
  await page.goto(`${klk.url}/pendientes`);
  await untilLive(page);
  const recover = async (store: Store) => {
    await page.getByRole('button', { name: new RegExp(`Recuperar ${store.name}`) }).first().click();
    await page.getByRole('dialog').getByRole('button', { name: 'Recuperar', exact: true }).click();
    await expect(page.getByRole('dialog')).toBeHidden();
    await expect(page.getByText(/\d medias? horas? (en cola|cargadas?)/).first()).toBeVisible();
  };
  await recover(PARAISO);
  await klk.until('failed', async () => (await recoveries(PARAISO, 'fallido')).length === 4);
  failedRuns.push(...(await recoveries(PARAISO, 'fallido')));
  // A recovery that brought nothing back does not look like one that did.
  await expect(page.getByRole('region', { name: 'Recién terminado' })).toContainText('Falló todo');

  await pos.heal();
  for (const store of [ARTIGAS, PERIFERICO]) {
    await recover(store);
    await klk.until('recovered', async () => (await recoveries(store, 'exitoso')).length === 4);
    await expect(page.getByRole('row', { name: new RegExp(store.name) })).toHaveCount(0);
  }
});

test('what is asked for amiss, with more in it than anybody should know', async ({ request }) => {
  const headers = {
    authorization: `Bearer ${klk.token}`,
    cookie: `sid=${SECRETS.cookie}`,
    'x-api-key': SECRETS.header,
    'proxy-authorization': `Basic ${SECRETS.proxy}`,
    'x-csrf-token': SECRETS.csrf,
  };
  const query = `?correo=${SECRETS.email}&cedula=${SECRETS.query}`;
  const data = { etl_tipo: 'ventas', ubicacion_id: SECRETS.body, fecha_desde: YESTERDAY, fecha_hasta: SECRETS.email };
  await request.get(`${klk.url}/api/etl/tracking/gaps${query}`, { headers });
  await request.get(`${klk.url}/api/etl/tracking/ejecuciones${query}&limite=0`, { headers });
  await request.post(`${klk.url}/api/etl/tracking/recuperar-gap${query}`, { headers, data });
  for (const path of ['gaps/total', 'metricas?ubicacion_id=tienda_01', 'cron/status', 'connectivity/klk']) {
    await request.get(`${klk.url}/api/etl/tracking/${path}`, { headers });
  }
  const failure = await request.post(`${klk.url}/api/monitoreo/prueba${query}`, { headers, data: { que: 'error', nota: SECRETS.body } });
  expect(failure.status()).toBe(500);
  serverFailures.push((await failure.json()).correlacion);
  for (const path of ['/wp-login.php', '/api/no-existe']) {
    const answer = await request.get(klk.url + path + query, { headers });
    expect(answer.status()).toBe(404);
  }
});

test('an island panics, a promise is rejected, and the server fails', async ({ page }) => {
  await klk.signIn(page.context());
  await page.goto(`${klk.url}/sistema/monitoreo?correo=${SECRETS.email}`);
  await untilLive(page);
  await page.getByRole('button', { name: 'Error en el servidor' }).click();
  const reference = page.getByText(/El servidor falló, como se le pidió/).locator('..').locator('code');
  serverFailures.push(await reference.innerText());
  await page.getByRole('button', { name: 'Error en la página' }).click();
  await page.getByRole('button', { name: 'Promesa rechazada' }).click();
  await sentry.until('both', () => ofBrowser('Error').length === 1 && ofBrowser('RustPanic').length === 1);
  await page.getByRole('navigation').getByRole('link', { name: 'Actividad' }).click();
  await sentry.until('the navigation', () =>
    sentry.items('transaction').some((item) => item.transaction === '/actividad' && item.contexts.trace.op === 'navigation'),
  );
});

test('the schedules fire, and the servers end', async () => {
  const ended = (slug: string) =>
    sentry.items('check_in').some((checkIn) => checkIn.monitor_slug === slug && checkIn.status !== 'in_progress');
  const slugs = ['ventas-klk-incremental', 'inventario-klk-completo', 'reconciliacion-klk'];
  await sentry.until('the end of each schedule', () => slugs.every(ended));
  await Promise.all([klk.end(), scheduled.end()]);
});

test('what was told is what the contract says', async () => {
  expect(missing(sentry, [...runs, ...endpoints, ...browser])).toEqual([]);
});

test('everything says which release and environment it is of', async () => {
  const version = /^version = "(.+)"$/m.exec(readFileSync('../Cargo.toml', 'utf8'))?.[1];
  for (const item of [...sentry.items('event'), ...sentry.items('transaction')]) {
    expect([item.release, item.environment]).toEqual([`klk-tracking@${version}`, 'e2e']);
  }
  for (const { attributes } of [...sentry.items('log'), ...sentry.items('trace_metric')]) {
    const told = [attributes['sentry.release']?.value, attributes['sentry.environment']?.value];
    expect(told).toEqual([`klk-tracking@${version}`, 'e2e']);
  }
});

test('a failed run is one error, in its own trace, and the same failure of two stores is one issue', async () => {
  const errors = sentry.items('event').filter((event) => event.fingerprint?.[0] === 'etl' && event.tags.etl_tipo === 'ventas');
  expect(errors.map(runOf).sort()).toEqual(failedRuns.map((run) => run.id).sort());
  for (const error of errors) {
    const transaction = sentry.items('transaction').find((candidate) => runOf(candidate) === runOf(error));
    const { trace_id: trace, span_id: span } = error.contexts.trace;
    expect(trace).toBe(transaction.contexts.trace.trace_id);
    expect([transaction.contexts.trace.span_id, ...transaction.spans.map((child: Json) => child.span_id)]).toContain(span);
  }
  const issues = new Map<string, Set<string>>();
  for (const error of errors) {
    const fingerprint = error.fingerprint.join(' ');
    issues.set(fingerprint, (issues.get(fingerprint) ?? new Set()).add(error.tags.tienda));
  }
  expect(Object.fromEntries([...issues].map(([issue, stores]) => [issue, [...stores].sort()]))).toEqual({
    'etl api_error etl.extract': ['tienda_17', 'tienda_18', 'tienda_20'],
    'etl timeout etl.extract': ['tienda_01'],
    'etl datos_invalidos etl.load': ['tienda_08'],
  });
});

test('a run that somebody asked for is in the trace of the click', async () => {
  const clicks = sentry.items('transaction').filter((item) => item.transaction === '/pendientes/recuperar/iniciar');
  const traces = new Set(clicks.map((click) => click.contexts.trace.trace_id));
  const runs = sentry.items('transaction').filter((item) => item.tags.modo === 'recuperacion');
  expect(runs).toHaveLength(12);
  for (const run of runs) expect(traces).toContain(run.contexts.trace.trace_id);
});

test('nothing is told that nobody has to know', async () => {
  const names = sentry.items('transaction').map((item) => item.transaction);
  expect(names.filter((name) => name.startsWith('/health'))).toEqual([]);
  expect(sentry.items('log').filter((log) => !['warn', 'error', 'fatal'].includes(log.level))).toEqual([]);
  const expected = ['etl', 'gap_recuperado', 'recuperacion_fallida', 'server-function', 'component', 'panic'];
  const surprises = sentry.items('event').filter((event) => {
    const isOfTrial = TRIALS.includes(event.transaction) || event.exception?.values[0].type === 'Error';
    return !isOfTrial && !expected.includes(event.fingerprint?.[0]);
  });
  expect(surprises.map((event) => event.message ?? event.exception?.values[0].value)).toEqual([]);
});

test('an answer of 5xx is one event, found by the reference that somebody was shown', async () => {
  const events = sentry.items('event').filter((event) => event.tags.component === 'api' && TRIALS.includes(event.transaction));
  expect(events.map((event) => event.tags.correlacion).sort()).toEqual([...serverFailures].sort());
  for (const { contexts } of events) {
    const traces = sentry.items('transaction').map((item) => item.contexts.trace.trace_id);
    expect(traces).toContain(contexts.trace.trace_id);
  }
});

test('a page goes on with the trace of the server', async () => {
  const transactions = sentry.items('transaction');
  const spansOfServer = new Set(transactions.filter((item) => item.tags.component === 'api').map((item) => item.contexts.trace.span_id));
  const loads = transactions.filter((item) => item.contexts.trace.op === 'pageload');
  expect(loads.length).toBeGreaterThan(0);
  for (const load of loads) expect(spansOfServer).toContain(load.contexts.trace.parent_span_id);
});

test("Sentry's own reader understands every item", async () => {
  expect(new Set(sentry.requests.map(({ status }) => Math.floor(status / 100)))).toEqual(new Set([2]));
  const told = [...sentry.items('event'), ...sentry.items('transaction')].map((item) => item.event_id.replaceAll('-', ''));
  const read = () => new Set(sentry.read.map((line) => line.event_id));
  await sentry.until('every event is read', () => told.every((id) => read().has(id)));
});

test("Sentry's own normaliser has nothing to remark", async () => {
  const remarks = await relayRemarks(sentry.requests.map((request) => request.body));
  expect(remarks).toEqual([expect.stringMatching(/^\d+ events and transactions, 0 remarks$/)]);
});

test('the saved searches find what they should, and nothing else', async () => {
  const found = (query: string): Json[] => {
    const all: Item[] = ['event', 'transaction'].flatMap((type) =>
      sentry.items(type as 'event').map((payload) => ({ type, payload })),
    );
    return all.filter(search(query)).map((item) => item.payload);
  };
  const ids = (runs: Run[]) => runs.map((run) => run.id).sort();

  expect(found('etl_name:ventas_klk_* event.type:error').map(runOf).sort()).toEqual(ids(failedRuns));

  const timeouts = ids(failedRuns.filter((run) => run.error_tipo === 'timeout'));
  expect(timeouts).toHaveLength(1);
  // The error and the run's transaction.
  expect(found('error_tipo:timeout').map(runOf).sort()).toEqual([...timeouts, ...timeouts].sort());

  // The click's transaction, and the message that its gap was recovered.
  const recovery = found('tienda:tienda_01 endpoint:recuperar_gap');
  expect(recovery.map((item) => item.contexts.gap_recovery.ejecuciones.length)).toEqual([4, 4]);
  // And what this test itself asked about the store.
  const ofStore = found('tienda:tienda_01 transaction:/api/etl/tracking/*');
  const others = new Set(ofStore.filter((item) => item.tags.endpoint !== 'recuperar_gap').map((item) => item.transaction));
  expect(others).toEqual(new Set(['/api/etl/tracking/ejecuciones', '/api/etl/tracking/metricas']));

  const recovered = found('endpoint:recuperar_gap level:info');
  expect(recovered.map((item) => item.tags.tienda).sort()).toEqual(['tienda_01', 'tienda_17']);
});

test('nothing that is private arrives', async () => {
  const everything = sentry.everything();
  for (const [what, secret] of Object.entries({ ...SECRETS, token: klk.token!, session: administrator.password })) {
    const place = everything.indexOf(secret);
    expect(place < 0 ? 'nowhere' : everything.slice(place - 200, place + 100), what).toBe('nowhere');
  }
  // It was not for want of sending.
  expect(everything).toContain('no se pudo avisar a [correo]');
});

/** The stores are open yesterday morning, and on other days of the week as it is said. */
function workplace(source: Sim, stores: Store[], variables: Record<string, string>, otherDays = 'cerrado'): Workplace {
  const tables = stores.map(
    ({ id, code, name, warehouse }) => `
      [[tiendas]]
      id = "${id}"
      codigo = "${code}"
      nombre = "${name}"
      desde = "${YESTERDAY}"
      horario = "${otherDays}"
      horario_${WEEKDAY} = "08:00-10:00"
      almacenes = [{ codigo = "${warehouse}", nombre = "PISO DE VENTA" }]`,
  );
  return new Workplace(tables.join('\n'), {
    KLK_BASE_URL: source.url,
    KLK_API_KEY: SECRETS.apiKey,
    KLK_RETRIES: '1',
    // Every request reads the database: a kept answer has no query to report.
    KLK_KEPT_ANSWERS_MAX: '0',
    // Whoever asks whether the POS is there asks it, so that each of those requests is seen.
    KLK_PROBE_SECONDS: '0',
    KLK_BACKOFF_BASE_MILLISECONDS: '0',
    KLK_TIMEOUT_SALES_SECONDS: '1',
    KLK_LOG: 'error',
    SENTRY_DSN: sentry.dsn,
    SENTRY_ENVIRONMENT: 'e2e',
    SENTRY_TRACES_SAMPLE_RATE: '1',
    ...variables,
  });
}

async function recoveries(store: Store, state: string): Promise<Run[]> {
  const filter = `ubicacion_id=${store.id}&modo=recuperacion&estado=${state}&limite=100`;
  return (await klk.json<{ ejecuciones: Run[] }>(`/api/etl/tracking/ejecuciones?${filter}`)).ejecuciones;
}

function ofBrowser(type: string): Json[] {
  const events = sentry.items('event').filter((event) => event.tags?.component === 'frontend');
  return events.filter((event) => event.exception?.values[0].type === type);
}

function runOf(item: Json): string {
  return item.contexts.etl?.ejecucion_id;
}

/** The day of Caracas, which has no summer time. */
function localDate(milliseconds: number): string {
  return new Date(milliseconds - 4 * 3600 * 1000).toISOString().slice(0, 10);
}

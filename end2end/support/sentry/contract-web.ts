import type { Row, Value } from './compare';
import { ANY, IDENTIFIER, NUMBER, STORE, TRACE } from './contract-runs';

// What Sentry must be told of endpoints and of the browser, as a table.

const QUERY = ['db.query'];
/** What the outcome of a recovery is filed under, whatever asked for it. */
const RECOVERY = '/api/etl/tracking/recuperar-gap';
/** Where a page asks for it: with the plan that was shown. */
const PREVIEW = '/pendientes/recuperar';
const START = '/pendientes/recuperar/iniciar';

const endpoint = (path: string, name: string, spans: string[] = QUERY, has: Record<string, Value> = {}): Row[] => [
  {
    what: `a request of ${path}`,
    item: 'transaction',
    where: { transaction: path, 'contexts.trace.op': 'http.server' },
    has: {
      'contexts.trace.trace_id': TRACE,
      'tags.component': 'api',
      'tags.endpoint': name,
      'tags.etl_tipo': /^(all|ventas|inventario)$/,
      ...has,
    },
  },
  {
    what: `a request of ${path} that was answered as asked`,
    item: 'transaction',
    where: { transaction: path, 'contexts.trace.op': 'http.server', 'contexts.trace.status': 'ok' },
    has: {},
    spans,
  },
];

const page = (route: string, op: 'pageload' | 'navigation'): Row => ({
  what: `a ${op} of ${route}`,
  item: 'transaction',
  where: { transaction: route, 'contexts.trace.op': op },
  has: { 'tags.component': 'frontend', 'contexts.trace.trace_id': TRACE },
});

const gapRecovery = (what: string, where: Record<string, Value>, has: Record<string, Value>): Row => ({
  what,
  item: 'event',
  where: { 'tags.endpoint': 'recuperar_gap', ...where },
  has: {
    transaction: RECOVERY,
    'tags.component': 'api',
    'tags.etl_tipo': 'ventas',
    'tags.tienda': STORE,
    'tags.ubicacion_id': STORE,
    'contexts.trace.trace_id': TRACE,
    'contexts.gap_recovery.ubicacion_id': STORE,
    'contexts.gap_recovery.solicitado_por': ANY,
    'contexts.gap_recovery.ventanas': NUMBER,
    'contexts.gap_recovery.ejecuciones.0': IDENTIFIER,
    ...has,
  },
});

const browserError = (type: string, has: Record<string, Value> = {}): Row => ({
  what: `a ${type} of the browser`,
  item: 'event',
  where: { 'tags.component': 'frontend', 'exception.values.0.type': type },
  has: { transaction: '/sistema/monitoreo', 'contexts.trace.trace_id': TRACE, ...has },
});

/** What the story of sentry.spec.ts must have told of endpoints. */
export const endpoints: Row[] = [
  ...endpoint('/api/etl/tracking/ejecuciones', 'get_ejecuciones'),
  ...endpoint('/api/etl/tracking/gaps', 'get_gaps'),
  ...endpoint('/api/etl/tracking/gaps/total', 'get_gaps_total'),
  ...endpoint('/api/etl/tracking/metricas', 'get_metricas', QUERY, { 'tags.ubicacion_id': STORE }),
  ...endpoint('/api/etl/tracking/cron/status', 'cron_status'),
  ...endpoint('/api/etl/tracking/connectivity/klk', 'connectivity_klk', ['http.client']),
  // Asked for amiss only, so it never gets as far as the database.
  endpoint(RECOVERY, 'recuperar_gap')[0],
  ...endpoint(PREVIEW, 'planear_recuperacion', QUERY, { 'tags.ubicacion_id': STORE }),
  ...endpoint(START, 'recuperar_gap'),
  {
    what: 'a recovery that somebody asked for',
    item: 'transaction',
    where: { transaction: START, 'contexts.trace.status': 'ok' },
    has: {
      'tags.ubicacion_id': STORE,
      'contexts.gap_recovery.ubicacion_id': STORE,
      'contexts.gap_recovery.solicitado_por': ANY,
      'contexts.gap_recovery.ventanas': NUMBER,
      'contexts.gap_recovery.ejecuciones.0': IDENTIFIER,
    },
  },
  {
    what: 'a request that no route matches',
    item: 'transaction',
    where: { transaction: 'ruta_desconocida', 'contexts.trace.op': 'http.server' },
    has: { 'tags.component': 'api' },
  },
  gapRecovery('a gap that was recovered', { level: 'info' }, { message: /^Gap recuperado/ }),
  gapRecovery('a recovery that failed', { 'tags.error_tipo': 'api_error' }, { 'level?': 'error', 'exception.values.0.value': ANY }),
  {
    what: 'an answer of 5xx',
    item: 'event',
    where: { 'tags.component': 'api', transaction: '/api/monitoreo/prueba' },
    has: { 'level?': 'error', 'tags.endpoint': ANY, 'tags.etl_tipo': 'all', 'tags.correlacion': /^[A-Z0-9]{8}$/, 'contexts.trace.trace_id': TRACE },
  },
];

/** What the story of sentry.spec.ts must have told of the browser. */
export const browser: Row[] = [
  page('/pendientes', 'pageload'),
  page('/sistema/monitoreo', 'pageload'),
  page('/actividad', 'navigation'),
  browserError('RustPanic', {
    'exception.values.0.mechanism.handled': 'false',
    'tags.island': 'BrowserTrial',
    'contexts.panic.location': /^app\/src\/islands\/trial\.rs:\d+/,
  }),
  browserError('Error', { 'exception.values.0.mechanism.handled': 'false' }),
];

import type { Row, Value } from './compare';
import { WHERE_IT_IS_NOON } from './zone';

// What Sentry must be told, as a table. Dashboards, alerts and saved searches are written against these names.

export const ANY = /./;
export const NUMBER = /^\d+(\.\d+)?$/;
export const IDENTIFIER = /^[0-9a-f]{8}-[0-9a-f-]{27}$/;
export const STORE = /^tienda_\d\d$/;
const DAY = /^\d{4}-\d\d-\d\d$/;
const HOUR = /^\d\d:\d\d$/;
export const TRACE = /^[0-9a-f]{32}$/;

const runTags = (kind: string) => ({
  'tags.etl_name': ANY,
  'tags.etl_tipo': kind,
  'tags.tienda': STORE,
  'tags.ubicacion_id': STORE,
  'tags.modo': ANY,
  'tags.version_etl': '2.0',
  'tags.component': 'etl',
});

const runContext = {
  'contexts.etl.etl_name': ANY,
  'contexts.etl.tienda_id': STORE,
  'contexts.etl.fecha_inicio': DAY,
  'contexts.etl.fecha_fin': DAY,
  'contexts.etl.modo': ANY,
  'contexts.etl.hora_desde': HOUR,
  'contexts.etl.hora_hasta': HOUR,
  'contexts.etl.ejecucion_id': IDENTIFIER,
  'contexts.etl.intento': NUMBER,
};

const salesFigures = ['registros_extraidos', 'registros_cargados', 'facturas', 'venta_total_usd', 'duration_seconds'];
const stockFigures = ['productos_extraidos', 'productos_cargados', 'duration_seconds'];

const run = (name: string, mode: string, kind: string, figures: string[]): Row => ({
  what: `a run of ${name} that succeeded`,
  item: 'transaction',
  where: { transaction: `ETL: ${name}`, 'contexts.trace.status': 'ok' },
  has: {
    'contexts.trace.op': 'etl.run',
    'contexts.trace.trace_id': TRACE,
    ...runTags(kind),
    'tags.etl_name': name,
    'tags.modo': mode,
    ...runContext,
    ...Object.fromEntries(figures.map((figure) => [`contexts.trace.data.${figure}`, NUMBER])),
  },
  spans: ['etl.extract', 'etl.extract > http.client', 'etl.transform', 'etl.load', 'etl.load > db.query'],
});

const failure = (className: string, step: string, breadcrumbs: string[]): Row => ({
  what: `the error of a run that failed with ${className}`,
  item: 'event',
  where: { 'tags.error_tipo': className, 'tags.etl_tipo': 'ventas', 'tags.component': 'etl' },
  has: {
    'level?': 'error',
    'exception.values.0.type': new RegExp(`^ETL: ${className} en `),
    'exception.values.0.value': ANY,
    'fingerprint.0': 'etl',
    'fingerprint.1': className,
    'fingerprint.2': step,
    transaction: /^ETL: ventas_klk_/,
    'contexts.trace.trace_id': TRACE,
    ...runTags('ventas'),
    ...runContext,
  },
  breadcrumbs,
});

const checkIn = (slug: string, status: string, has: Record<string, Value> = {}): Row => ({
  what: `the check-in ${status} of ${slug}`,
  item: 'check_in',
  where: { monitor_slug: slug, status },
  has: {
    check_in_id: /^[0-9a-f-]{32,36}$/,
    environment: 'e2e',
    'monitor_config.schedule.type': 'crontab',
    'monitor_config.schedule.value': '* * * * *',
    'monitor_config.timezone': WHERE_IT_IS_NOON,
    'monitor_config.checkin_margin': NUMBER,
    'monitor_config.max_runtime': NUMBER,
    'monitor_config.failure_issue_threshold': NUMBER,
    'monitor_config.recovery_threshold': NUMBER,
    ...has,
  },
});

const metric = (name: string, type: string, kind: string): Row => ({
  what: `the metric ${name} of ${kind}`,
  item: 'trace_metric',
  where: { name, 'attributes.etl_tipo.value': kind },
  has: {
    type,
    value: NUMBER,
    trace_id: TRACE,
    'attributes.tienda.value': STORE,
    'attributes.modo.value': ANY,
    'attributes.etl_name.value': ANY,
    'attributes.component.value': 'etl',
  },
});

/** What the story of sentry.spec.ts must have told of runs. */
export const runs: Row[] = [
  run('ventas_klk_completo', 'completo', 'ventas', salesFigures),
  run('ventas_klk_incremental_30min', 'incremental_30min', 'ventas', salesFigures),
  run('ventas_klk_recuperacion', 'recuperacion', 'ventas', salesFigures),
  run('inventario_klk_completo', 'completo', 'inventario', stockFigures),
  {
    what: 'a run of ventas_klk_completo that failed',
    item: 'transaction',
    where: { transaction: 'ETL: ventas_klk_completo', 'tags.error_tipo': 'api_error' },
    has: { 'contexts.trace.op': 'etl.run', 'contexts.trace.status': 'internal_error', ...runTags('ventas'), ...runContext },
    spans: ['etl.extract', 'etl.extract > http.client'],
  },
  failure('api_error', 'etl.extract', ['petición POST /ventas', 'reintento 2: api_error']),
  failure('timeout', 'etl.extract', ['petición POST /ventas', 'sin respuesta: timeout', 'reintento 2: timeout']),
  failure('datos_invalidos', 'etl.load', ['petición POST /ventas', 'respuesta 200, ', 'transformadas', 'filas reemplazadas', 'commit']),
  checkIn('ventas-klk-incremental', 'in_progress'),
  checkIn('ventas-klk-incremental', 'ok', { duration: NUMBER }),
  checkIn('inventario-klk-completo', 'in_progress'),
  checkIn('inventario-klk-completo', 'error', { duration: NUMBER }),
  checkIn('reconciliacion-klk', 'in_progress'),
  checkIn('reconciliacion-klk', 'ok', { duration: NUMBER }),
  metric('registros_extraidos', 'counter', 'ventas'),
  metric('registros_cargados', 'counter', 'ventas'),
  metric('facturas', 'counter', 'ventas'),
  metric('venta_total_usd', 'distribution', 'ventas'),
  metric('duration_seconds', 'distribution', 'ventas'),
  metric('productos_extraidos', 'counter', 'inventario'),
  metric('productos_cargados', 'counter', 'inventario'),
  metric('duration_seconds', 'distribution', 'inventario'),
  {
    what: 'the log of a request that is sent again',
    item: 'log',
    where: { body: /^request failed/, 'attributes.component.value': 'etl' },
    has: {
      level: 'warn',
      trace_id: TRACE,
      'attributes.etl_name.value': ANY,
      'attributes.etl_tipo.value': ANY,
      'attributes.tienda.value': STORE,
      'attributes.ubicacion_id.value': STORE,
      'attributes.modo.value': ANY,
    },
  },
  {
    what: 'the log of a run that failed',
    item: 'log',
    where: { body: 'a run failed' },
    has: {
      level: 'warn',
      trace_id: TRACE,
      'attributes.etl_name.value': ANY,
      'attributes.etl_tipo.value': ANY,
      'attributes.tienda.value': STORE,
      'attributes.modo.value': ANY,
      'attributes.component.value': 'etl',
    },
  },
];

// Sentry's SDK, errors and traces only, loaded in the head of a page that has a DSN: before the WebAssembly, so that what
// goes wrong while that loads is told too.

import {
  breadcrumbsIntegration,
  browserApiErrorsIntegration,
  browserTracingIntegration,
  captureException,
  consoleIntegration,
  dedupeIntegration,
  type Event,
  eventFiltersIntegration,
  functionToStringIntegration,
  globalHandlersIntegration,
  httpContextIntegration,
  init,
  type Integration,
  linkedErrorsIntegration,
  makeBrowserOfflineTransport,
  makeFetchTransport,
  startBrowserTracingNavigationSpan,
  startInactiveSpan,
  withActiveSpan,
} from '@sentry/browser';
import { wasmIntegration } from '@sentry/wasm';
import { type Action, attach, type FailedCall, hasCrashed } from './bridge.js';
import { routeOf } from './routes';
import { scrub } from './scrub';

/** What the server says: app/src/sentry/settings.rs. */
interface Settings {
  dsn: string;
  environment: string;
  release: string;
  traces_sample_rate: number;
  routes: string[];
}

interface Report {
  message: string;
  type: string;
  level: 'error' | 'fatal';
  /** What a group of events has in common. */
  fingerprint: string[];
  tags: Record<string, string>;
  contexts: Record<string, Record<string, unknown>>;
  reference?: string;
}

const navigationAttributes = { 'sentry.segment.name.source': 'route', 'sentry.origin': 'auto.navigation.browser' };
const panicMechanism = 'wasm_panic';
const element = document.getElementById('monitoreo');
const settings: Settings | undefined = element?.textContent ? JSON.parse(element.textContent) : undefined;
if (settings) start(settings);

function start({ dsn, environment, release, traces_sample_rate, routes }: Settings): void {
  const nameOf = (path: string) => routeOf(path, routes);
  const client = init({
    dsn,
    environment,
    release,
    tunnel: '/api/monitoreo/tunel',
    tracesSampleRate: traces_sample_rate,
    // Transactions, as the server sends them too.
    traceLifecycle: 'static',
    dataCollection: {
      userInfo: false,
      cookies: false,
      httpHeaders: false,
      httpBodies: [],
      urlQueryParams: false,
      stackFrameVariables: false,
    },
    // Where the server cannot be reached, Sentry cannot be reached through it either: that waits in the browser.
    transport: makeBrowserOfflineTransport(makeFetchTransport),
    transportOptions: { flushAtStartup: true, maxQueueSize: 30 } as object,
    initialScope: { tags: { component: 'frontend' } },
    defaultIntegrations: false,
    integrations: [
      eventFiltersIntegration(),
      functionToStringIntegration(),
      browserApiErrorsIntegration(),
      breadcrumbsIntegration(),
      consoleIntegration(),
      globalHandlersIntegration(),
      linkedErrorsIntegration(),
      dedupeIntegrationOfOthers(),
      httpContextIntegration(),
      // Says which build a place in the WebAssembly is of, so that Sentry can name its function and line.
      wasmIntegration(),
      browserTracingIntegration({
        // Interactions are sent as single spans, which is more than errors and transactions.
        enableInp: false,
        // The app says when it leads somewhere: what it asks for there is asked before the address changes.
        instrumentNavigation: false,
        // A page that hears of changes asks again every second, which is no part of its being loaded: after so many
        // milliseconds of quiet it is.
        idleTimeout: 500,
        finalTimeout: 15_000,
        beforeStartSpan: (options) => ({ ...options, name: nameOf(options.name) }),
      }),
    ],
    beforeSend: (event) => {
      const isPanic = event.exception?.values?.some(({ mechanism }) => mechanism?.type === panicMechanism);
      if (hasCrashed() && !isPanic) return null;
      // Sentry takes no names from the SDK where it has none: those of the WebAssembly come from its debug file.
      for (const { stacktrace } of event.exception?.values ?? []) {
        for (const frame of stacktrace?.frames ?? []) if (frame.function === '?') delete frame.function;
      }
      return scrub(event, nameOf);
    },
    beforeSendTransaction: (event) => {
      // The SDK's own; its name is none that Sentry takes.
      delete event.measurements?.['ttfb.requestTime'];
      for (const span of event.spans ?? []) span.description = span.description?.replace(location.origin, '');
      return scrub(event, nameOf);
    },
  });
  const startNavigation = (path: string) => {
    if (client) startBrowserTracingNavigationSpan(client, { name: nameOf(path), attributes: navigationAttributes });
  };
  attach({ reportCall, reportComponent, reportPanic, startNavigation, startAction });
}

/** Of two equal errors in a row the second is dropped; not of those that we report: a page shows their reference. */
function dedupeIntegrationOfOthers(): Integration {
  const { processEvent, ...others } = dedupeIntegration();
  const isOurs = (event: Event) => event.tags?.correlacion !== undefined;
  return {
    ...others,
    processEvent: (event, hint, client) => (isOurs(event) ? event : (processEvent?.(event, hint, client) ?? null)),
  };
}

function report({ message, type, level, fingerprint, tags, contexts, reference }: Report, mechanism?: string): string {
  const eventId = crypto.getRandomValues(new Uint8Array(16)).reduce((id, byte) => id + byte.toString(16).padStart(2, '0'), '');
  const correlacion = reference || eventId.slice(0, 8).toUpperCase();
  const error = new Error(message);
  error.name = type;
  captureException(error, {
    event_id: eventId,
    mechanism: { type: mechanism ?? 'generic', handled: !mechanism },
    captureContext: { level, fingerprint, tags: { ...tags, correlacion }, contexts },
  });
  return correlacion;
}

function reportCall({ path, filters, status, code, reference }: FailedCall): string {
  const { etl_tipo, ubicacion_id } = filters;
  return report({
    message: status ? `${path} answered ${status} (${code})` : `${path} gave no answer`,
    type: 'ServerFunctionError',
    level: 'error',
    fingerprint: ['server-function', path, code],
    tags: { server_function: path, ...(etl_tipo && { etl_tipo }), ...(ubicacion_id && { ubicacion_id }) },
    contexts: { server_function: { function: path, filters, status, code, correlacion: reference || null } },
    reference,
  });
}

function reportComponent(part: string, message: string): string {
  return report({
    message,
    type: 'ComponentError',
    level: 'error',
    fingerprint: ['component', message],
    tags: {},
    contexts: { part: { name: part } },
  });
}

function reportPanic(message: string, location: string): string {
  const panic: Report = {
    message,
    type: 'RustPanic',
    level: 'fatal',
    fingerprint: ['panic', location],
    tags: {},
    contexts: { panic: { location } },
  };
  return report(panic, panicMechanism);
}

function startAction(name: string, attributes: Record<string, string>): Action {
  const span = startInactiveSpan({ name, op: 'ui.action', forceTransaction: true, attributes });
  return {
    attributes,
    within: (work) => withActiveSpan(span, work),
    end: (succeeded) => {
      span.setStatus({ code: succeeded ? 1 : 2 });
      span.end();
    },
  };
}

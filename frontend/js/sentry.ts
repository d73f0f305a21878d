// Sentry's SDK, errors and traces only, fetched by the bridge once the page is usable. What went wrong before is told by the
// bridge as soon as this is attached.

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
import { type Action, attach, type FailedCall, followsPanic } from './bridge.js';
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
  /** Of the event. */
  id: string;
  /** What the page shows; a part of the identifier where the server gave none. */
  reference?: string;
}

const navigationAttributes = { 'sentry.segment.name.source': 'route', 'sentry.origin': 'auto.navigation.browser' };
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
    beforeSend: (event, { originalException }) => {
      if (followsPanic(originalException)) return null;
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
  attach({ reportCall, reportIsland, reportPanic, reportUncaught, startNavigation, startAction });
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

function report({ message, type, level, fingerprint, tags, contexts, id, reference }: Report): void {
  const correlacion = reference || id.slice(0, 8).toUpperCase();
  const error = new Error(message);
  error.name = type;
  captureException(error, {
    event_id: id,
    mechanism: { type: 'generic', handled: true },
    captureContext: { level, fingerprint, tags: { ...tags, correlacion }, contexts },
  });
}

function reportCall({ path, filters, status, code, reference }: FailedCall, id: string): void {
  const { etl_tipo, ubicacion_id } = filters;
  report({
    message: status ? `${path} answered ${status} (${code})` : `${path} gave no answer`,
    type: 'ServerFunctionError',
    level: 'error',
    fingerprint: ['server-function', path, code],
    tags: { server_function: path, ...(etl_tipo && { etl_tipo }), ...(ubicacion_id && { ubicacion_id }) },
    contexts: { server_function: { function: path, filters, status, code, correlacion: reference || null } },
    id,
    reference,
  });
}

/** The page goes on, but does less. */
function reportIsland(error: unknown, island: string): void {
  captureException(error, { mechanism: { type: 'island', handled: false }, captureContext: { tags: { island } } });
}

function reportPanic(panic: Error, place: string, island: string): void {
  captureException(panic, {
    mechanism: { type: 'wasm_panic', handled: false },
    captureContext: {
      fingerprint: ['panic', place],
      tags: { ...(island && { island }) },
      contexts: { panic: { location: place } },
    },
  });
}

/** As the SDK's own handlers would have, had they been there. */
function reportUncaught(error: unknown, isRejection: boolean): void {
  const type = `auto.browser.global_handlers.${isRejection ? 'onunhandledrejection' : 'onerror'}`;
  captureException(error, { mechanism: { type, handled: false } });
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

// What the app calls in the browser (app/src/sentry/bindings.rs). It is always there and knows nothing of Sentry: the SDK
// is another file, which a page names only where there is a DSN, which is fetched once the page is usable, and which attaches
// itself here. What happens before is kept for it. Where that file is missing, because monitoring is off or something blocks it,
// the app runs all the same.

/** A server-function call that failed. */
export interface FailedCall {
  /** The path, which names the function. */
  path: string;
  filters: Record<string, string>;
  /** 0 where no answer came. */
  status: number;
  /** The problem's code, or what stands for one where no problem came (app/src/sentry/client.rs). */
  code: string;
  /** The server's reference; empty where it gave none. */
  reference: string;
}

/** What sentry.ts attaches. `id` is that of the event, of which the page shows a part already. */
export interface Monitoring {
  reportCall(call: FailedCall, id: string): void;
  /** `part` is what the page calls it, in its language. */
  reportComponent(part: string, message: string, id: string): void;
  reportPanic(message: string, location: string, id: string): void;
  /** What nobody has caught. */
  reportUncaught(error: unknown, isRejection: boolean): void;
  startNavigation(path: string): void;
  startAction(name: string, attributes: Record<string, string>): Action;
}

/** A click that changes something. */
export interface Action {
  attributes: Record<string, string>;
  within(work: () => void): void;
  end(succeeded: boolean): void;
}

/** More than this is not kept for the SDK. */
const waitingMax = 30;
/** The page is usable some time after it is loaded, or after so many milliseconds at the latest. */
const usableMs = 3000;

let monitoring: Monitoring | undefined;
/** Where the SDK is; undefined where the page has none. */
const sdk = document.getElementById('monitoreo')?.dataset.sdk;
const waiting: ((monitoring: Monitoring) => void)[] = [];
let fetching: Promise<unknown> | undefined;
const actions = new Map<number, Action>();
let lastAction = 0;
/** Whose work is being done right now. */
let current: Action | undefined;
let isCrashed = false;
let isLeaving = false;

// What is under way when a page is left fails; that is no failure.
addEventListener('pagehide', () => (isLeaving = true));
addEventListener('pageshow', () => (isLeaving = false));
addEventListener('beforeunload', () => (isLeaving = true));

export function attach(attached: Monitoring): void {
  monitoring = attached;
  removeEventListener('error', keepError);
  removeEventListener('unhandledrejection', keepRejection);
  for (const work of waiting.splice(0)) work(attached);
}

/** Has it told, now or once the SDK is there; false where there is none. */
function tell(work: (monitoring: Monitoring) => void): boolean {
  if (!sdk) return false;
  if (monitoring) {
    work(monitoring);
  } else if (waiting.length < waitingMax) {
    waiting.push(work);
    fetchSdk();
  }
  return true;
}

function fetchSdk(): void {
  // Where it cannot be fetched, nothing is told.
  if (sdk) fetching ??= import(sdk).catch(() => undefined);
}

function keepError({ error, message }: ErrorEvent): void {
  tell((monitoring) => monitoring.reportUncaught(error ?? new Error(message), false));
}

function keepRejection({ reason }: PromiseRejectionEvent): void {
  tell((monitoring) => monitoring.reportUncaught(reason, true));
}

if (sdk) {
  addEventListener('error', keepError);
  addEventListener('unhandledrejection', keepRejection);
  const whenIdle = () => {
    if ('requestIdleCallback' in window) requestIdleCallback(fetchSdk, { timeout: usableMs });
    else setTimeout(fetchSdk, usableMs);
  };
  if (document.readyState === 'complete') whenIdle();
  else addEventListener('load', whenIdle);
}

function newId(): string {
  return crypto.getRandomValues(new Uint8Array(16)).reduce((id, byte) => id + byte.toString(16).padStart(2, '0'), '');
}

/** The code that the page shows of an event. */
function codeOf(id: string): string {
  return id.slice(0, 8).toUpperCase();
}

/** Filters that may be told: known names, and values that can only be codes, numbers and dates. */
const filterNames = ['etl_tipo', 'ubicacion_id', 'modo', 'estado', 'limite', 'max_horas', 'dias'];
const filterValue = /^[\w.:-]{1,64}$/;

/** Functions that fail just now, and how: the same failure is told once, however often it is tried again. */
const failing = new Map<string, { code: string; reference: string }>();

/** Gives the reference code by which the event is found; empty where there is none. */
export function callFailed(address: string, status: number, code: string, reference: string): string {
  if (status >= 400 && status < 500 && code !== 'ilegible') {
    callAnswered(address);
    if (status === 401) location.assign(`/entrar?volver=${encodeURIComponent(location.pathname + location.search)}`);
    return '';
  }
  if (!sdk || isLeaving || isCrashed) return '';
  const { pathname, searchParams } = new URL(address, location.href);
  const known = failing.get(pathname);
  if (known?.code === code) return known.reference;
  const filters: Record<string, string> = { ...current?.attributes };
  for (const name of filterNames) {
    const value = searchParams.get(name);
    if (value && filterValue.test(value)) filters[name] = value;
  }
  const id = newId();
  const told = { code, reference: reference || codeOf(id) };
  tell((monitoring) => monitoring.reportCall({ path: pathname, filters, status, code, reference: told.reference }, id));
  failing.set(pathname, told);
  return told.reference;
}

export function callAnswered(address: string): void {
  failing.delete(new URL(address, location.href).pathname);
}

export function reportComponent(part: string, message: string): string {
  const id = newId();
  return !isCrashed && tell((monitoring) => monitoring.reportComponent(part, message, id)) ? codeOf(id) : '';
}

let address: string | undefined;

/** The router leads there and asks for what is there; the browser's history hears of it only afterwards. */
export function navigate(path: string, search: string): void {
  const before = address;
  address = `${path}?${search}`;
  // The first is where the page was loaded.
  if (before !== undefined && before !== address) monitoring?.startNavigation(path);
}

/** `attributes` are names and values by turns. */
export function startAction(name: string, attributes: string[]): number {
  if (!monitoring) return 0;
  const pairs: Record<string, string> = {};
  for (let index = 0; index + 1 < attributes.length; index += 2) pairs[attributes[index]] = attributes[index + 1];
  actions.set(++lastAction, monitoring.startAction(name, pairs));
  return lastAction;
}

/** Calls the server within the action, so that the server's part of the trace hangs on it. */
export function withinAction(number: number, work: () => void): void {
  const action = actions.get(number);
  if (!action) return work();
  const before = current;
  current = action;
  try {
    action.within(work);
  } finally {
    current = before;
  }
}

export function endAction(number: number, succeeded: boolean): void {
  actions.get(number)?.end(succeeded);
  actions.delete(number);
}

/** For trying out that rejections nobody handles arrive. */
export function rejectPromise(message: string): void {
  void Promise.reject(new Error(message));
}

/**
 * The WebAssembly is dead: tells so once, and lets nothing of the page reach it again. What follows a panic (the trap
 * itself, timers that run into it) is a consequence and told to nobody.
 */
export function crash(message: string, location: string): void {
  if (isCrashed) return;
  // Before the flag, which ends all reporting.
  const id = newId();
  const reference = tell((monitoring) => monitoring.reportPanic(message, location, id)) ? codeOf(id) : '';
  isCrashed = true;
  for (const type of ['click', 'submit', 'input', 'change', 'keydown', 'keyup', 'close', 'popstate', 'online', 'focusin']) {
    addEventListener(type, keepFromApp, { capture: true });
  }
  // Later: the panic is still on the stack, and showing something may call listeners.
  setTimeout(() => showCrash(reference));
}

export function hasCrashed(): boolean {
  return isCrashed;
}

const overlayId = 'fallo-total';

function keepFromApp(event: Event): void {
  if (event.target instanceof Element && event.target.closest(`#${overlayId}`)) return;
  event.stopImmediatePropagation();
  // The address has changed, and nobody is left to show what is there.
  if (event.type === 'popstate') location.reload();
  else event.preventDefault();
}

/** The texts are in the page, in its language: app/src/shell.rs. */
function showCrash(reference: string): void {
  const template = document.getElementById(`${overlayId}-plantilla`);
  if (!(template instanceof HTMLTemplateElement)) return;
  document.querySelectorAll('dialog[open]').forEach((dialog) => (dialog as HTMLDialogElement).close());
  document.body.append(template.content.cloneNode(true));
  const overlay = document.getElementById(overlayId) as HTMLDialogElement;
  const code = overlay.querySelector('code');
  if (reference && code) code.textContent = reference;
  else overlay.querySelector('.failure-reference')?.remove();
  const reload = overlay.querySelector('button');
  reload?.addEventListener('click', () => location.reload());
  overlay.addEventListener('cancel', (event) => event.preventDefault());
  // A browser may close it all the same when Escape is pressed twice.
  overlay.addEventListener('close', () => overlay.showModal());
  overlay.showModal();
  reload?.focus();
}

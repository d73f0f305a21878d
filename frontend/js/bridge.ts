// Tells what goes wrong in a page. It is always there and knows nothing of Sentry: the SDK is another file, which a page names only
// where there is a DSN, which is fetched once the page is usable, and which attaches itself here. What happens before is kept for
// it. Where that file is missing, because monitoring is off or something blocks it, the page works all the same.

/** A page or an action that the server could not be asked for. */
export interface FailedCall {
  /** Its path. */
  path: string;
  filters: Record<string, string>;
  /** 0 where no answer came. */
  status: number;
  /** What stands for a problem's code: no answer came, or none that can be read. */
  code: string;
  /** The server's reference; empty where it gave none. */
  reference: string;
}

/** What sentry.ts attaches. `id` is that of the event, of which the page shows a part already. */
export interface Monitoring {
  reportCall(call: FailedCall, id: string): void;
  /** An island that did not start; `error` says why. */
  reportIsland(error: unknown, island: string): void;
  /** `place` is in Rust, `island` is empty where it is not known. */
  reportPanic(panic: Error, place: string, island: string): void;
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
  if (followsPanic(error)) return;
  tell((monitoring) => monitoring.reportUncaught(error ?? new Error(message), false));
}

function keepRejection({ reason }: PromiseRejectionEvent): void {
  if (followsPanic(reason)) return;
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

/** Addresses that fail just now, and how: the same failure is told once, however often it is tried again. */
const failing = new Map<string, { code: string; reference: string }>();

/** Gives the reference code by which the event is found; empty where there is none. */
export function callFailed(address: string, status: number, code: string, reference: string): string {
  if (!sdk || isLeaving) return '';
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

let address: string | undefined;

/** A link leads there; what is there is fetched before the browser's history hears of it. */
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

/** As it is called in Rust: after its name, an island's component has a number of the build. */
export function nameOfIsland(island: HTMLElement | null): string {
  return island?.dataset.component?.replace(/_\d+$/, '') ?? '';
}

/** The island that starts right now. */
let starting = '';

export function withinIsland(name: string, work: () => void): void {
  starting = name;
  try {
    work();
  } finally {
    starting = '';
  }
}

export function islandFailed(name: string, error: unknown): void {
  if (isLeaving || followsPanic(error)) return;
  tell((monitoring) => monitoring.reportIsland(error, name));
}

/** A panic is told when it happens; the trap that it ends in is the same thing again. */
let isTrapDue = false;
const traps = new WeakSet<WebAssembly.RuntimeError>();

/** The WebAssembly calls it (app/src/sentry/panic.rs). */
export function panicked(message: string, place: string): void {
  isTrapDue = true;
  // Here: the stack goes through the WebAssembly.
  const panic = new Error(message);
  panic.name = 'RustPanic';
  const target = window.event?.target;
  const around = target instanceof Element ? target.closest<HTMLElement>('leptos-island') : null;
  const island = starting || nameOfIsland(around);
  tell((monitoring) => monitoring.reportPanic(panic, place, island));
}

/** Whether an error is the end of a panic that was told already. */
export function followsPanic(error: unknown): boolean {
  if (!(error instanceof WebAssembly.RuntimeError)) return false;
  if (isTrapDue) traps.add(error);
  isTrapDue = false;
  return traps.has(error);
}

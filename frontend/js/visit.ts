// Where a link or a form leads: the page is fetched, and what is shown becomes it. Whole documents are the way out wherever
// that does not work: another build, an answer that is no page of ours, a server that does not answer.

import { callAnswered, callFailed, navigate } from './bridge.js';
import { morph, type Whose } from './morph';

/** A page that was fetched. */
export interface Arrived {
  page: Document;
  address: string;
  /** The server led to another address than the one that was asked. */
  wasLed: boolean;
}

/** No page of ours came, but this status. */
export class NoPage extends Error {
  constructor(
    readonly status: number,
    readonly address: string,
  ) {
    super(`no page came, but HTTP ${status}`);
  }
}

/** A page that was fetched under the pointer is good for so long. */
const prefetchedMs = 5_000;
/** Longer than a server takes for any answer, unless KLK_REQUEST_TIMEOUT_SECONDS is larger. */
const unaskedMs = 45_000;
const noAnswer = 'sin_respuesta';
const unreadable = 'ilegible';
const prefetched = new Map<string, { at: number; page: Promise<Arrived> }>();
const listeners: ((page: Document) => void)[] = [];
/** The latest visit: an earlier one that arrives after it is not shown. */
let latest = 0;

/** To be told of each page that is shown, before it is. */
export function onArrival(listener: (page: Document) => void): void {
  listeners.push(listener);
}

export async function fetchPage(address: string, init: RequestInit = {}): Promise<Arrived> {
  const response = await fetch(address, { ...init, headers: { accept: 'text/html', ...init.headers } });
  const text = await response.text();
  const page = new DOMParser().parseFromString(text, 'text/html');
  // No page of ours: a proxy's, or one that the app draws.
  if (page.documentElement.dataset.servida === undefined) throw new NoPage(response.status, response.url || address);
  return { page, address: response.url || address, wasLed: response.redirected };
}

/** The same where nobody waits for it. A connection that is dead without a word, as one that a proxy forgot, ends as one
 * that is refused, or what asks by itself would never ask again. */
export function fetchUnasked(address: string, headers?: Record<string, string>): Promise<Arrived> {
  const silence = new AbortController();
  setTimeout(() => silence.abort(new TypeError()), unaskedMs);
  return fetchPage(address, { headers, signal: silence.signal });
}

/** The session ended: one signs in, and comes back. */
export function leadsToSignIn(error: NoPage): boolean {
  const isEntrance = error.status === 401 || new URL(error.address, location.href).pathname === '/entrar';
  if (isEntrance) location.assign(`/entrar?volver=${encodeURIComponent(location.pathname + location.search)}`);
  return isEntrance;
}

export function isOtherBuild(page: Document): boolean {
  return page.documentElement.dataset.compilacion !== document.documentElement.dataset.compilacion;
}

/** Shows a page in the place of this one. */
export function show(page: Document, whose: Whose): void {
  for (const listener of listeners) listener(page);
  if (document.title !== page.title) document.title = page.title;
  const { dataset } = page.documentElement;
  for (const name of ['theme', 'densidad', 'atajos', 'cambio', 'eventos']) {
    const value = dataset[name];
    if (value === undefined) delete document.documentElement.dataset[name];
    else document.documentElement.dataset[name] = value;
  }
  for (const id of ['marco', 'contenido']) {
    const [shown, fresh] = [document.getElementById(id), page.getElementById(id)];
    if (shown && fresh) morph(shown, document.importNode(fresh, true), whose);
  }
  document.dispatchEvent(new Event('klk:shown', { bubbles: true }));
}

/** Fetches a page that somebody is about to ask for. */
export function prefetch(address: string): void {
  if (isFresh(address) || address === location.href) return;
  const page = fetchPage(address);
  // Whoever visits it hears of what went wrong.
  page.catch(() => prefetched.delete(address));
  prefetched.set(address, { at: performance.now(), page });
}

function isFresh(address: string): boolean {
  const known = prefetched.get(address);
  return known !== undefined && performance.now() - known.at < prefetchedMs;
}

function take(address: string): Promise<Arrived> {
  const known = isFresh(address) ? prefetched.get(address)?.page : undefined;
  prefetched.clear();
  return known ?? fetchPage(address);
}

/** Leads to an address of ours. `scrollY` is where a page was left that one comes back to. */
export async function visit(address: string, { push = true, scrollY }: { push?: boolean; scrollY?: number } = {}): Promise<void> {
  const number = ++latest;
  const { pathname, search } = new URL(address, location.href);
  navigate(pathname, search);
  document.documentElement.setAttribute('data-cargando', '');
  try {
    const arrived = await take(address);
    if (number !== latest) return;
    callAnswered(address);
    if (isOtherBuild(arrived.page)) return location.assign(address);
    arrive(arrived, new URL(address, location.href).hash, push, scrollY);
  } catch (error) {
    if (number === latest) failed(error, address);
  } finally {
    if (number === latest) document.documentElement.removeAttribute('data-cargando');
  }
}

/** Shows what a link or a form led to. */
export function arrive({ page, address }: Arrived, hash: string, push: boolean, scrollY?: number): void {
  // Every text is another, also those that scripts look after.
  if (page.documentElement.lang !== document.documentElement.lang) return location.assign(address);
  const isOtherPath = new URL(address).pathname !== shownPath;
  if (push && address + hash !== location.href) {
    history.replaceState({ y: scrollTop() }, '');
    history.pushState({}, '', address + hash);
  }
  shownPath = location.pathname;
  show(page, 'address');
  const target = hash ? document.getElementById(decodeURIComponent(hash.slice(1))) : null;
  if (target) {
    target.scrollIntoView();
    target.focus({ preventScroll: true });
  } else if (scrollY !== undefined) {
    scrollTo(0, scrollY);
  } else if (isOtherPath) {
    scrollTo(0, 0);
    document.getElementById('contenido')?.focus({ preventScroll: true });
  }
}

/** The path of what is shown: when the browser leads back, its address is another one already. */
let shownPath = location.pathname;

function scrollTop(): number {
  return Math.round(window.scrollY);
}

function failed(error: unknown, address: string): void {
  if (error instanceof NoPage) {
    // Whoever answered can say so himself.
    location.assign(address);
    return;
  }
  tellNoAnswer(error, address);
}

/** The server could not be reached: what is there stays, says so, and can try again where that is a matter of an address. */
export function tellNoAnswer(error: unknown, address: string, retry = address, place = document.getElementById('contenido')): void {
  const status = error instanceof NoPage ? error.status : 0;
  const reference = callFailed(address, status, status ? unreadable : noAnswer, '');
  const template = document.getElementById('sin-respuesta-plantilla');
  if (!(template instanceof HTMLTemplateElement) || !place) return;
  document.getElementById('sin-respuesta')?.remove();
  const message = document.createElement('div');
  message.id = 'sin-respuesta';
  message.append(template.content.cloneNode(true));
  const code = message.querySelector('code');
  if (reference && code) code.textContent = reference;
  else message.querySelector('.failure-reference')?.remove();
  if (retry) message.querySelector('a')?.setAttribute('href', retry);
  else message.querySelector('a')?.remove();
  place.prepend(message);
}

export function startHistory(): void {
  history.scrollRestoration = 'manual';
  navigate(location.pathname, location.search);
  const { y } = (history.state ?? {}) as { y?: number };
  if (y) scrollTo(0, y);
  addEventListener('pagehide', () => history.replaceState({ ...history.state, y: scrollTop() }, ''));
  addEventListener('popstate', ({ state }) => {
    void visit(location.href, { push: false, scrollY: (state as { y?: number } | null)?.y ?? 0 });
  });
}

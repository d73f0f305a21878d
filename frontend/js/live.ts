// Keeps what is shown true: a page says which topics it is about, and is fetched again when one of them changes. Says whether
// changes are heard of, and how old what is shown is. A hidden page asks nothing.

import { isDialogOpen } from './dialog';
import { type Heard, Stream } from './stream';
import { fetchUnasked, isOtherBuild, leadsToSignIn, NoPage, onArrival, show } from './visit';
import type { Said } from './worker';

/** Changes come in crowds: so long is waited for the rest of one. */
const settleMs = 300;
/** Between two fetches of the same page because of changes. */
const pauseMs = 1_500;
/** How often is asked while changes are not heard of. */
const pollMs = 15_000;
/** Relative times and what changes without an event. */
const minuteMs = 60_000;
const aliveMs = 20_000;
/** What is shown is no longer held to be true when no page has come for so long. */
const staleSeconds = 90;
const topics = ['ejecuciones', 'gaps', 'progreso'];

let connection: 'starting' | 'live' | 'lost' = 'starting';
/** Whether the stream hears the server; it says so only when that changes. */
let isHeard = false;
let planned: ReturnType<typeof setTimeout> | undefined;
let plannedFor = Infinity;
let fetchedAt = performance.now();
/** Also of what did not come: a server that is gone is not asked more often than one that is there. */
let triedAt = fetchedAt;
let isFetching = false;
/** Something changed while the page was being fetched. */
let isOverdue = false;
/** Another build is there, and is taken over as soon as that takes nothing away from anybody. */
let isOutdated = false;
/** A page that a form led to has no address by which it could be fetched again. */
let hasAddress = true;

/** Whether the page is about a topic. */
function isAbout(topic: string): boolean {
  return (document.getElementById('contenido')?.dataset.temas ?? '').split(' ').includes(topic);
}

function hear(heard: Heard): void {
  if (heard.is === 'state') return connected(heard.live);
  if (heard.is === 'topic') {
    if (isAbout(heard.topic)) plan(settleMs);
    return;
  }
  // The page itself has to have come before this one goes: whoever would load it again may not be there.
  if (heard.build !== document.documentElement.dataset.compilacion && !isOutdated) plan(0);
  // What changed while nobody listened is in the counts.
  const shown = (document.documentElement.dataset.cambio ?? '').split('.');
  const told = heard.counts.split('.');
  if (topics.some((topic, place) => isAbout(topic) && shown[place] !== told[place])) plan(settleMs);
}

function connected(isLive: boolean): void {
  const before = connection;
  isHeard = isLive;
  connection = isLive ? 'live' : connection === 'starting' ? 'starting' : 'lost';
  if (connection === before) return;
  if (isLive && before === 'lost') plan(0);
  // Why it is lost, the server may be able to say: the session may have ended.
  if (connection === 'lost') plan(pauseMs);
  draw();
}

/** Refreshes after this time, or sooner where that is planned already. */
function plan(waitMs: number): void {
  const now = performance.now();
  const at = Math.max(now + waitMs, waitMs > 0 ? fetchedAt + pauseMs : now);
  if (at >= plannedFor) return;
  clearTimeout(planned);
  plannedFor = at;
  planned = setTimeout(() => void refresh(), at - now);
}

async function refresh(): Promise<void> {
  planned = undefined;
  plannedFor = Infinity;
  if (document.hidden || !hasAddress) return;
  // What is on its way may have been drawn before the change: it is fetched once more after that.
  if (isFetching) {
    isOverdue = true;
    return;
  }
  isFetching = true;
  triedAt = performance.now();
  // What somebody opens meanwhile is named after '#', and makes no other page of it.
  const shownAddress = () => location.href.split('#')[0];
  const address = shownAddress();
  try {
    const { page } = await fetchUnasked(address, { 'x-klk-refresco': '1' });
    if (address !== shownAddress()) return;
    // What failed to come before has come.
    if (isHeard) connection = 'live';
    if (isOtherBuild(page)) takeOver();
    else show(page, 'person');
  } catch (error) {
    // A proxy's page instead of ours: the server cannot be reached either.
    if (!(error instanceof NoPage || error instanceof TypeError)) throw error;
    if (error instanceof NoPage && leadsToSignIn(error)) return;
    connection = 'lost';
    draw();
  } finally {
    isFetching = false;
    if (isOverdue) plan(settleMs);
    isOverdue = false;
  }
}

/** Loads the page anew, with the new build's files, once nothing of anybody is in it. */
function takeOver(): void {
  isOutdated = true;
  if (isQuiet()) location.reload();
}

function isQuiet(): boolean {
  if (isDialogOpen() || !document.getSelection()?.isCollapsed) return false;
  const active = document.activeElement;
  if (active instanceof HTMLElement && active.matches('input, select, textarea')) return false;
  return ![...document.querySelectorAll<HTMLInputElement | HTMLTextAreaElement>('#contenido input, #contenido textarea')].some(
    (field) => ('checked' in field && field.checked !== field.defaultChecked) || field.value !== field.defaultValue,
  );
}

/** Which state the frame shows, and since when what is shown is true. */
function draw(): void {
  const seconds = Math.floor((performance.now() - fetchedAt) / 1000);
  const minutes = Math.floor(seconds / 60);
  const isStale = connection === 'lost' && seconds >= staleSeconds;
  // The style sheet dims the verdict, and takes away what counts down.
  document.documentElement.toggleAttribute('data-sin-datos', isStale);
  const noData = document.getElementById('sin-datos');
  if (noData) {
    noData.hidden = !isStale;
    if (isStale) noData.textContent = (noData.dataset.texto ?? '').replace('{n}', String(minutes));
  }
  const badge = document.getElementById('en-vivo');
  if (!badge) return;
  for (const state of badge.querySelectorAll<HTMLElement>('[data-estado]')) state.hidden = state.dataset.estado !== connection;
  const age = badge.querySelector<HTMLElement>('[data-edad]');
  if (!age) return;
  const { ahora = '', minuto = '', minutos = '' } = age.dataset;
  const text = minutes === 0 ? ahora : minutes === 1 ? minuto : minutos.replace('{n}', String(minutes));
  if (age.textContent !== text) age.textContent = text;
}

/** The worker that all tabs share; where a browser has none, a connection of this tab. */
function listen(): { shown(): void; hidden(): void } {
  const address = document.documentElement.dataset.obrero;
  if (address && 'SharedWorker' in window) {
    const { port } = new SharedWorker(address);
    port.onmessage = ({ data }: MessageEvent<Heard>) => hear(data);
    const say = (said: Said) => port.postMessage(said);
    setInterval(() => document.hidden || say('shown'), aliveMs);
    return { shown: () => say('shown'), hidden: () => say('hidden') };
  }
  const stream = new Stream(hear);
  return { shown: () => stream.open(), hidden: () => stream.close() };
}

export function startLive(): void {
  onArrival((page) => {
    fetchedAt = performance.now();
    hasAddress = page.documentElement.dataset.servida !== 'formulario';
    if (isOutdated) takeOver();
  });
  hasAddress = document.documentElement.dataset.servida !== 'formulario';
  document.addEventListener('klk:shown', draw);
  const stream = listen();
  const showOrHide = () => {
    if (document.hidden) {
      stream.hidden();
    } else {
      stream.shown();
      if (performance.now() - fetchedAt > settleMs) plan(0);
    }
  };
  document.addEventListener('visibilitychange', showOrHide);
  // A page that is kept to be gone back to must not hold a connection.
  addEventListener('pagehide', () => stream.hidden());
  addEventListener('pageshow', ({ persisted }) => persisted && showOrHide());
  if (!document.hidden) stream.shown();
  // Where no connection comes, that is said too.
  setTimeout(() => {
    if (connection !== 'starting') return;
    connection = 'lost';
    draw();
  }, 3_000);
  setInterval(() => {
    draw();
    if (isOutdated && isQuiet()) location.reload();
    const every = Number(document.getElementById('contenido')?.dataset.cada) * 1000;
    const wait = connection === 'lost' ? pollMs : every || minuteMs;
    const since = performance.now() - Math.max(fetchedAt, triedAt);
    if (!document.hidden && since >= Math.min(wait, every || wait) && plannedFor === Infinity) plan(0);
  }, 1_000);
  draw();
}

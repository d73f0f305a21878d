// Keeps the overview current: when the server announces a change, and once a minute, the page is fetched again and its <main>
// replaced. A hidden page asks nothing.

const refreshMs = 60_000;
const settleMs = 1_000;
const topics = ['ejecuciones', 'gaps', 'progreso']; // as the server names them: crates/engine/src/events.rs

let source: EventSource | undefined;
let planned: ReturnType<typeof setTimeout> | undefined;
let isFetching = false;

function connect(): void {
  if (source && source.readyState !== EventSource.CLOSED) return;
  source = new EventSource('/api/eventos');
  for (const topic of topics) source.addEventListener(topic, () => plan(settleMs));
}

/** Refreshes after this time, or sooner where that is planned already. */
function plan(waitMs: number): void {
  if (waitMs < refreshMs && planned !== undefined) {
    clearTimeout(planned);
    planned = undefined;
  }
  planned ??= setTimeout(refresh, waitMs);
}

async function refresh(): Promise<void> {
  planned = undefined;
  if (document.hidden || isFetching) return;
  isFetching = true;
  try {
    const response = await fetch(location.href, { headers: { accept: 'text/html' } });
    // The session ended: the answer is the page where one signs in.
    if (response.redirected) return location.assign(response.url);
    const fresh = new DOMParser().parseFromString(await response.text(), 'text/html').querySelector('main');
    if (!fresh) throw new Error(`no page came, but HTTP ${response.status}`);
    show(fresh);
    connect();
  } catch {
    showLost();
  } finally {
    isFetching = false;
    plan(refreshMs);
  }
}

/** Replaces what is shown. What has focus keeps it; a selection is not taken from under somebody's hands. */
function show(fresh: Element): void {
  const main = document.querySelector('main');
  if (!main || main.innerHTML === fresh.innerHTML || !document.getSelection()?.isCollapsed) return;
  const focused = main.contains(document.activeElement) ? document.activeElement?.id : undefined;
  main.replaceChildren(...fresh.childNodes);
  if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
}

function showLost(): void {
  const age = document.getElementById('actualidad');
  if (!age?.dataset.lost) return;
  age.textContent = age.dataset.lost;
  age.classList.add('is-lost');
}

document.addEventListener('visibilitychange', () => {
  if (document.hidden) {
    source?.close();
    source = undefined;
  } else {
    plan(0);
  }
});
if (!document.hidden) connect();
plan(refreshMs);

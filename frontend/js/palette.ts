// The palette under Ctrl K, the shortcuts under `?`, and the keys that lead somewhere after `g`. What they show is the server's:
// /buscar and /atajos, which are pages too.

import type { Arrived } from './visit';

/** What page.js shares, so that there is one of each. */
export interface Tools {
  closeDialog(): void;
  fetchPage(address: string): Promise<Arrived>;
  isDialogOpen(): boolean;
  openDialog(page: Document): boolean;
  showInDialog(page: Document): boolean;
  visit(address: string): Promise<void>;
}

const searchPath = '/buscar';
const shortcutsPath = '/atajos';
/** Typing pauses for so long before the server is asked. */
const settleMs = 120;
/** The key after `g` comes within this time. */
const sequenceMs = 2_000;

let tools: Tools;

const field = () => document.querySelector<HTMLInputElement>('#dialogo [data-busca]');
const results = () => [...document.querySelectorAll<HTMLAnchorElement>('#dialogo [data-encontrado]')];

/** Opens a page of ours over this one; where that does not work, goes there. */
async function open(path: string): Promise<void> {
  try {
    const { page } = await tools.fetchPage(path);
    if (!tools.isDialogOpen() && tools.openDialog(page)) return;
    if (tools.isDialogOpen()) return;
  } catch {
    // Whoever visits it hears of what went wrong.
  }
  await tools.visit(path);
}

/** What was typed last was asked for under this number, and its answer is shown once this is done. */
let latest = 0;
let shown = Promise.resolve();
let planned: ReturnType<typeof setTimeout> | undefined;

async function refresh(): Promise<void> {
  const typed = field()?.value ?? '';
  const number = ++latest;
  try {
    const { page } = await tools.fetchPage(`${searchPath}?q=${encodeURIComponent(typed)}`);
    if (number === latest && field()) tools.showInDialog(page);
  } catch {
    // What stands there stays; the next letter asks again.
  }
}

function ask(waitMs: number): void {
  clearTimeout(planned);
  planned = setTimeout(() => {
    planned = undefined;
    shown = refresh();
  }, waitMs);
}

/** Goes to the first result of what stands in the field. */
async function follow(event: Event): Promise<void> {
  if (!(event.target instanceof HTMLFormElement) || !event.target.contains(field())) return;
  event.preventDefault();
  if (planned !== undefined) ask(0);
  while (planned !== undefined) await new Promise((resolve) => setTimeout(resolve));
  await shown;
  results()[0]?.click();
}

/** Up and down lead through the field and what was found. */
function move(event: KeyboardEvent): void {
  const input = field();
  if (!input || !['ArrowDown', 'ArrowUp'].includes(event.key)) return;
  const stops: HTMLElement[] = [input, ...results()];
  const at = stops.indexOf(document.activeElement as HTMLElement);
  if (at < 0) return;
  event.preventDefault();
  stops[(at + (event.key === 'ArrowDown' ? 1 : stops.length - 1)) % stops.length].focus();
}

/** Whether a single key is meant for the page: nothing is being typed, and nobody has turned them off. */
function isFree(event: KeyboardEvent): boolean {
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || document.documentElement.dataset.atajos === 'no') return false;
  const target = event.target instanceof HTMLElement ? event.target : undefined;
  return !target?.isContentEditable && !target?.matches('input:not([type=checkbox]), select, textarea') && !tools.isDialogOpen();
}

let startedAt = -sequenceMs;
let places: Promise<Map<string, string>> | undefined;

/** Where the keys after `g` lead, as the page of shortcuts says. */
async function readPlaces(): Promise<Map<string, string>> {
  const { page } = await tools.fetchPage(shortcutsPath);
  const links = [...page.querySelectorAll<HTMLAnchorElement>('[data-tecla]')];
  return new Map(links.map((link) => [link.dataset.tecla ?? '', link.getAttribute('href') ?? '']));
}

async function go(key: string): Promise<void> {
  try {
    const address = (await (places ??= readPlaces())).get(key);
    if (address) await tools.visit(address);
  } catch {
    places = undefined;
  }
}

function press(event: KeyboardEvent): void {
  const isCommand = (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && event.key.toLowerCase() === 'k';
  if (isCommand) {
    event.preventDefault();
    if (field()) tools.closeDialog();
    else if (!tools.isDialogOpen()) void open(searchPath);
    return;
  }
  if (field()) return move(event);
  if (!isFree(event)) return;
  if (event.timeStamp - startedAt < sequenceMs && /^[a-z]$/.test(event.key)) {
    startedAt = -sequenceMs;
    event.preventDefault();
    void go(event.key);
  } else if (event.key === 'g') {
    startedAt = event.timeStamp;
    places ??= readPlaces();
    places.catch(() => (places = undefined));
  } else if (event.key === '?') {
    event.preventDefault();
    void open(shortcutsPath);
  }
}

/** Starts with what was heard until it came. */
export function start(given: Tools, heard: Event[]): void {
  tools = given;
  document.addEventListener('keydown', press);
  document.addEventListener('input', ({ target }) => target === field() && ask(settleMs));
  // Before the form is followed to its own page.
  document.addEventListener('submit', (event) => void follow(event), { capture: true });
  for (const event of heard) if (event instanceof KeyboardEvent) press(event);
  if (field()?.value) ask(0);
}

// The grid of coverage: what has focus is described, boxes are ticked by rectangle, and what is missing of them is counted. The boxes,
// the links and the form are the server's, and do all of it one by one without this file.

const halfHourMs = 1_800_000;

const grid = () => document.querySelector<HTMLTableElement>('.grid[data-cuadro]');
const detail = () => document.getElementById('celda-detalle');
/** Of the table, or of the list that says the same. */
const boxes = () => [...document.querySelectorAll<HTMLInputElement>('input[name=celda]')];

/** The heads of the days, then those of stores with their cells, as the table has them. */
function rows(): HTMLTableCellElement[][] {
  return [...(grid()?.rows ?? [])].map((row) => [...row.cells]);
}

/** A row, and the column in which a cell begins: a cell may be of several columns. */
type Place = [row: number, column: number];

function columnOf(row: HTMLTableCellElement[], cell: HTMLTableCellElement): number {
  return row.slice(0, row.indexOf(cell)).reduce((columns, { colSpan }) => columns + colSpan, 0);
}

function placeOf(cell: Element | null): Place | undefined {
  const all = rows();
  const row = all.findIndex((cells) => cells.includes(cell as HTMLTableCellElement));
  return row < 0 ? undefined : [row, columnOf(all[row], cell as HTMLTableCellElement)];
}

const cellOf = (event: Event) => (event.target instanceof Element ? event.target.closest<HTMLTableCellElement>('.grid[data-cuadro] :is(td, th)') : null);

/** More would make an address that nobody can copy. */
const keptMax = 60;

function setParameter(name: string, value: string): void {
  const address = new URL(location.href);
  if (value) address.searchParams.set(name, value);
  else address.searchParams.delete(name);
  if (address.search !== location.search) history.replaceState(history.state, '', address);
}

/** Who copies the address, or loads it again, has the same cells chosen. Not while a rectangle is being drawn: browsers refuse
 * an address that changes with each movement. */
function choose(): void {
  count();
  const chosen = boxes().filter((box) => box.checked).map(({ value }) => value);
  setParameter('elegidas', chosen.length <= keptMax ? chosen.join(' ') : '');
}

const openers = '[data-cuadro] a[data-dialogo]';
/** The day that is explained over the grid. */
let open = '';

function dayOf({ href }: HTMLAnchorElement): string {
  const { searchParams } = new URL(href);
  return `${searchParams.get('tienda')}|${searchParams.get('fecha')}`;
}

/** Opens what the address says is open. */
function openNamed(): void {
  const named = new URLSearchParams(location.search).get('ver') ?? '';
  if (named === open) return;
  open = named;
  if (document.querySelector('dialog[open]')) return;
  [...document.querySelectorAll<HTMLAnchorElement>(openers)].find((link) => dayOf(link) === named)?.click();
}

function noteOpened(event: MouseEvent): void {
  const link = event.target instanceof Element ? event.target.closest<HTMLAnchorElement>(openers) : null;
  // With a key it is opened elsewhere.
  if (!link || event.defaultPrevented || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  open = dayOf(link);
  setParameter('ver', open);
}

function noteClosed({ target }: Event): void {
  if (open === '' || !(target instanceof HTMLDialogElement) || document.querySelector('dialog[open]')) return;
  open = '';
  setParameter('ver', '');
}

/** Says what is missing of what is chosen. */
function count(): void {
  const line = detail();
  if (!line) return;
  const chosen = boxes().filter((box) => box.checked);
  const sum = (name: 'faltan' | 'usd') => chosen.reduce((total, box) => total + Number(box.dataset[name]), 0);
  const number = new Intl.NumberFormat(document.documentElement.lang);
  const [missing, usd] = [sum('faltan'), sum('usd')];
  const { nada = '', una = '', varias = '', valor = '' } = line.dataset;
  const said = missing === 1 ? una : varias.replace('{n}', number.format(missing));
  const worth = usd > 0 ? `, ${valor.replace('{usd}', `USD\u00a0${number.format(usd)}`)}` : '';
  line.textContent = missing === 0 ? nada : said + worth;
  for (const button of document.querySelectorAll('.grid-bar [type=submit]')) button.toggleAttribute('disabled', missing === 0);
  for (const box of boxes()) box.closest('td')?.setAttribute('aria-selected', String(box.checked));
}

/** Describes a cell while it is pointed at or has focus. */
function describe(event: Event): void {
  const words = cellOf(event)?.querySelector('a')?.getAttribute('aria-label');
  const line = detail();
  if (words && line) line.textContent = words;
}

/** Ticks, or unticks, every box between two cells. */
function tick(from: Place, to: Place, isChosen: boolean): void {
  const [top, bottom] = [Math.min(from[0], to[0]), Math.max(from[0], to[0])];
  const [left, right] = [Math.min(from[1], to[1]), Math.max(from[1], to[1])];
  for (const row of rows().slice(top, bottom + 1)) {
    for (const cell of row) {
      const column = columnOf(row, cell);
      const box = column <= right && column + cell.colSpan > left && cell.querySelector('input');
      if (box) box.checked = isChosen;
    }
  }
  count();
}

/** Moves focus to what a cell can be reached by. Only one of the table can be tabbed to. */
function focus(cell: HTMLTableCellElement | undefined): void {
  if (!cell) return;
  const target = cell.querySelector('a') ?? cell;
  target.tabIndex = 0;
  settle(target);
  target.focus();
}

/** One stop of Tab for the whole grid: what had focus, or the first cell with something wrong. */
function settle(stop?: HTMLElement): void {
  const table = grid();
  if (!table) return;
  // Its rows, cells and heads are those of a grid by that alone.
  table.setAttribute('role', 'grid');
  table.setAttribute('aria-multiselectable', 'true');
  for (const box of boxes()) if (table.contains(box)) box.tabIndex = -1;
  const stops = [...table.querySelectorAll<HTMLElement>('a, [tabindex]:not(input)')];
  const had = stops.find((one) => one.getAttribute('tabindex') === '0');
  const current = stop ?? had ?? stops.find((one) => one.closest('td')) ?? stops[0];
  for (const one of stops) one.tabIndex = one === current ? 0 : -1;
}

/** Where focus is in the grid, so that it is there again when the cell has been drawn anew. */
let focused: { row: string; column: number } | undefined;

function noteFocus(event: Event): void {
  const cell = cellOf(event);
  const row = cell?.closest('tr');
  if (cell && row) focused = { row: row.id, column: columnOf([...row.cells], cell) };
  // While a page is shown, focus moves to what is left near it; that is over before this is forgotten.
  else setTimeout(() => document.activeElement?.closest('.grid[data-cuadro]') ?? (focused = undefined));
}

function refocus(place: typeof focused): void {
  const active = document.activeElement;
  // Somebody who is elsewhere by now stays there.
  if (!place || (active && active !== document.body && active.closest('tr')?.id !== place.row)) return;
  const cells = rows().find(([head]) => head.closest('tr')?.id === place.row) ?? [];
  const cell = cells.findLast((one) => columnOf(cells, one) <= place.column);
  if (cell && !cell.contains(active)) focus(cell);
}

const pageRows = 10;
/** Where Shift began to extend, and what was chosen then. */
let anchor: { at: Place; before: boolean[] } | undefined;

/** Where a key leads from a cell; undefined where it leads nowhere. */
function targetOf({ key, ctrlKey }: KeyboardEvent, [row, column]: Place, { colSpan }: HTMLTableCellElement): Place | undefined {
  const last = rows().length - 1;
  const within = (to: number) => Math.min(Math.max(to, 0), last);
  if (ctrlKey) return key === 'Home' ? [Math.min(1, last), 1] : key === 'End' ? [last, Infinity] : undefined;
  switch (key) {
    case 'ArrowUp': return [within(row - 1), column];
    case 'ArrowDown': return [within(row + 1), column];
    case 'ArrowLeft': return [row, Math.max(column - 1, 0)];
    case 'ArrowRight': return [row, column + colSpan];
    case 'PageUp': return [within(row - pageRows), column];
    case 'PageDown': return [within(row + pageRows), column];
    // The first day; from there the name of the store.
    case 'Home': return [row, column > 1 ? 1 : 0];
    case 'End': return [row, Infinity];
  }
}

/** Opens the page of a day that has no link of its own because all of it is well. */
function openDay([row, column]: Place): boolean {
  const [heads, cells] = [rows()[0] ?? [], rows()[row] ?? []];
  const store = cells[0]?.querySelector('a');
  const day = heads.findLast((head) => columnOf(heads, head) <= column)?.querySelector('a');
  const date = grid()?.dataset.fecha ?? (day && new URL(day.href).searchParams.get('hasta'));
  if (!store || !date || column === 0 || grid()?.matches('.grid-anio')) return false;
  const link = document.createElement('a');
  link.href = `${store.pathname}/${date}`;
  document.body.append(link);
  link.click();
  link.remove();
  return true;
}

function toggle({ shiftKey, ctrlKey }: KeyboardEvent, [row, column]: Place, cell: HTMLTableCellElement): void {
  // With Shift it is the row, with Ctrl the column.
  if (shiftKey) tick([row, 0], [row, Infinity], true);
  else if (ctrlKey) tick([0, column], [Infinity, column], true);
  else tick([row, column], [row, column], !cell.querySelector('input')?.checked);
  choose();
}

function onKey(event: KeyboardEvent): void {
  const cell = cellOf(event);
  const place = placeOf(cell);
  if (!cell || !place || event.metaKey || event.altKey) return;
  const target = targetOf(event, place, cell);
  if (target) {
    const cells = rows()[target[0]] ?? [];
    const next = cells.findLast((one) => columnOf(cells, one) <= target[1]);
    if (event.shiftKey && next) {
      anchor ??= { at: place, before: boxes().map((box) => box.checked) };
      restore(anchor.before);
      tick(anchor.at, [target[0], columnOf(cells, next)], true);
      choose();
    } else anchor = undefined;
    focus(next);
  } else if (event.key === ' ') toggle(event, place, cell);
  else if (event.ctrlKey) return;
  else if (event.key === 'Enter') {
    // A link follows by itself.
    if (cell.querySelector('a') || !openDay(place)) return;
  } else if (event.key === '+' || event.key === '-') document.querySelector<HTMLElement>(`a[data-zoom="${event.key}"]`)?.click();
  else if (event.key === '.') {
    const wrong = rows().flat().filter((one) => one.matches('.grid-mixed'));
    focus(wrong[(wrong.indexOf(cell) + 1) % wrong.length]);
  } else return;
  event.preventDefault();
}

/** A half hour of the slider is a moment of the field beside it, which shows it, and is what is asked. */
function slide({ target, type }: Event): void {
  const field = document.getElementById('campo-en');
  if (!(target instanceof HTMLInputElement) || target.id !== 'campo-media-hora' || !(field instanceof HTMLInputElement)) return;
  const moment = new Date(Number(target.value) * halfHourMs);
  field.value = moment.toISOString().slice(0, 16);
  const words = moment.toLocaleString(document.documentElement.lang, { timeZone: 'UTC', dateStyle: 'medium', timeStyle: 'short' });
  target.setAttribute('aria-valuetext', words);
  if (type === 'change') field.form?.requestSubmit();
}

/** A pointer has moved so far that it draws, and does not click. */
const slackPx = 4;
let drag: { at: Place; x: number; y: number; before: boolean[]; isDrawing: boolean } | undefined;

function onDown(event: PointerEvent): void {
  const cell = cellOf(event);
  // Whoever presses elsewhere has left the grid, also where nothing takes the focus.
  if (!cell) focused = undefined;
  const at = placeOf(cell);
  // A finger scrolls; it ticks boxes one by one.
  if (!at || event.button !== 0 || event.pointerType === 'touch') return;
  if (event.target instanceof HTMLInputElement) return;
  drag = { at, x: event.clientX, y: event.clientY, before: boxes().map((box) => box.checked), isDrawing: false };
}

function onMove(event: PointerEvent): void {
  if (!drag) return;
  if (!drag.isDrawing && Math.hypot(event.clientX - drag.x, event.clientY - drag.y) < slackPx) return;
  drag.isDrawing = true;
  document.documentElement.setAttribute('data-arrastra', '');
  const at = placeOf(document.elementFromPoint(event.clientX, event.clientY)?.closest('td') ?? null);
  if (!at) return;
  restore(drag.before);
  tick(drag.at, at, true);
}

function restore(before: boolean[]): void {
  for (const [index, box] of boxes().entries()) box.checked = before[index] ?? box.checked;
}

function onUp(): void {
  if (drag?.isDrawing) {
    addEventListener('click', (event) => event.preventDefault(), { capture: true, once: true });
    setTimeout(() => document.documentElement.removeAttribute('data-arrastra'));
    choose();
  }
  drag = undefined;
}

function undo(event: KeyboardEvent): void {
  if (event.key !== 'Escape' || !drag?.isDrawing) return;
  restore(drag.before);
  onUp();
}

export function startGrid(): void {
  const shown = () => {
    const place = focused;
    settle();
    refocus(place);
    count();
    openNamed();
  };
  document.addEventListener('klk:shown', shown);
  document.addEventListener('change', (event) => {
    if (event.target instanceof Element && event.target.matches('input[name=celda]')) choose();
    slide(event);
  });
  document.addEventListener('input', slide);
  document.addEventListener('keydown', onKey);
  document.addEventListener('keydown', undo);
  document.addEventListener('pointerdown', onDown);
  document.addEventListener('pointermove', onMove);
  document.addEventListener('pointerup', onUp);
  document.addEventListener('dragstart', (event) => drag && event.preventDefault());
  document.addEventListener('pointerover', describe);
  document.addEventListener('pointerout', (event) => cellOf(event) && count());
  document.addEventListener('focusin', describe);
  document.addEventListener('focusin', noteFocus);
  document.addEventListener('focusout', (event) => cellOf(event) && count());
  // Before the click is followed, which then counts as prevented.
  document.addEventListener('click', noteOpened, true);
  // It does not bubble.
  document.addEventListener('close', noteClosed, true);
  document.addEventListener('click', (event) => {
    if (!(event.target instanceof Element) || event.target.closest('#elegir-faltantes') === null) return;
    const isAll = boxes().every((box) => box.checked);
    for (const box of boxes()) box.checked = !isAll;
    choose();
  });
  shown();
}

// The grid of coverage: what has focus is described, boxes are ticked by rectangle, and what is missing of them is counted. The boxes,
// the links and the form are the server's, and do all of it one by one without this file.

const grid = () => document.querySelector<HTMLTableElement>('table[data-cuadro]');
const detail = () => document.getElementById('celda-detalle');
/** Of the table, or of the list that says the same. */
const boxes = () => [...document.querySelectorAll<HTMLInputElement>('input[name=celda]')];

/** The cells of stores by days, as the table has them. */
function rows(): HTMLTableCellElement[][] {
  const found = [...(grid()?.tBodies[0]?.rows ?? [])];
  return found.map((row) => [...row.cells].filter((cell) => !cell.matches('th, .grid-total'))).filter((row) => row.length > 0);
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

const cellOf = (event: Event) => (event.target instanceof Element ? event.target.closest<HTMLTableCellElement>('table[data-cuadro] td') : null);

/** More would make an address that nobody can copy. */
const keptMax = 60;

/** Who copies the address, or loads it again, has the same cells chosen. */
function keep(chosen: HTMLInputElement[]): void {
  const address = new URL(location.href);
  if (chosen.length > 0 && chosen.length <= keptMax) address.searchParams.set('elegidas', chosen.map(({ value }) => value).join(' '));
  else address.searchParams.delete('elegidas');
  if (address.search !== location.search) history.replaceState(history.state, '', address);
}

/** Says what is missing of what is chosen. */
function count(): void {
  const line = detail();
  if (!line) return;
  const chosen = boxes().filter((box) => box.checked);
  keep(chosen);
  const sum = (name: 'faltan' | 'usd') => chosen.reduce((total, box) => total + Number(box.dataset[name]), 0);
  const number = new Intl.NumberFormat(document.documentElement.lang);
  const [missing, usd] = [sum('faltan'), sum('usd')];
  const { nada = '', una = '', varias = '', valor = '' } = line.dataset;
  const said = missing === 1 ? una : varias.replace('{n}', number.format(missing));
  const worth = usd > 0 ? `, ${valor.replace('{usd}', `USD\u00a0${number.format(usd)}`)}` : '';
  line.textContent = missing === 0 ? nada : said + worth;
  for (const button of document.querySelectorAll('.grid-bar [type=submit]')) button.toggleAttribute('disabled', missing === 0);
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
  settle(cell);
  const target = cell.querySelector('a') ?? cell;
  if (target === cell) cell.tabIndex = 0;
  target.focus();
}

/** One stop of Tab for the whole grid: the cell that had focus, or the first with something wrong. */
function settle(cell?: Element): void {
  const links = [...(grid()?.querySelectorAll<HTMLElement>('td a, td[tabindex]') ?? [])];
  const current = cell?.querySelector<HTMLElement>('a') ?? links.find((link) => link.tabIndex === 0) ?? links[0];
  for (const link of links) if (link !== current) link.tabIndex = -1;
  if (current) current.tabIndex = 0;
  for (const box of boxes()) box.tabIndex = -1;
  // Its rows and cells are those of a grid by that alone.
  grid()?.setAttribute('role', 'grid');
}

const moves: Record<string, Place> = {
  ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1], PageUp: [-10, 0], PageDown: [10, 0],
};
let anchor: Place | undefined;

function onKey(event: KeyboardEvent): void {
  const cell = cellOf(event);
  const place = placeOf(cell);
  if (!cell || !place || event.metaKey || event.altKey) return;
  const all = rows();
  if (event.ctrlKey) {
    if (event.key === 'Home') focus(all[0]?.[0]);
    else if (event.key === 'End') focus(all.at(-1)?.at(-1));
    else return;
    event.preventDefault();
    return;
  }
  const to = (row: number, column: number) =>
    column < 0 ? undefined : all[row]?.findLast((one) => columnOf(all[row], one) <= column);
  if (event.key in moves) {
    const [down, right] = moves[event.key];
    // A page further than there are rows is the last one.
    const row = Math.abs(down) > 1 ? Math.min(Math.max(place[0] + down, 0), all.length - 1) : place[0] + down;
    const next: Place = [row, place[1] + (right > 0 ? cell.colSpan : right)];
    if (event.shiftKey && to(...next)) tick((anchor ??= place), next, true);
    else anchor = undefined;
    focus(to(...next));
  } else if (event.key === 'Home') focus(to(place[0], 0));
  else if (event.key === 'End') focus(all[place[0]].at(-1));
  else if (event.key === ' ') tick(place, place, !cell.querySelector('input')?.checked);
  else if (event.key === '+' || event.key === '-') document.querySelector<HTMLElement>(`a[data-zoom="${event.key}"]`)?.click();
  else if (event.key === '.') {
    const wrong = all.flat().filter((one) => one.matches('.grid-mixed'));
    focus(wrong[(wrong.indexOf(cell) + 1) % wrong.length]);
  } else return;
  event.preventDefault();
}

/** A pointer has moved so far that it draws, and does not click. */
const slackPx = 4;
let drag: { at: Place; x: number; y: number; before: boolean[]; isDrawing: boolean } | undefined;

function onDown(event: PointerEvent): void {
  const at = placeOf(cellOf(event));
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
  if (drag?.isDrawing) addEventListener('click', (event) => event.preventDefault(), { capture: true, once: true });
  if (drag?.isDrawing) setTimeout(() => document.documentElement.removeAttribute('data-arrastra'));
  drag = undefined;
}

function undo(event: KeyboardEvent): void {
  if (event.key !== 'Escape' || !drag?.isDrawing) return;
  restore(drag.before);
  onUp();
  count();
}

export function startGrid(): void {
  const shown = () => {
    if (grid()) settle();
    count();
  };
  document.addEventListener('klk:shown', shown);
  document.addEventListener('change', (event) => event.target instanceof Element && event.target.matches('input[name=celda]') && count());
  document.addEventListener('keydown', onKey);
  document.addEventListener('keydown', undo);
  document.addEventListener('pointerdown', onDown);
  document.addEventListener('pointermove', onMove);
  document.addEventListener('pointerup', onUp);
  document.addEventListener('dragstart', (event) => drag && event.preventDefault());
  document.addEventListener('pointerover', describe);
  document.addEventListener('pointerout', (event) => cellOf(event) && count());
  document.addEventListener('focusin', describe);
  document.addEventListener('focusout', (event) => cellOf(event) && count());
  document.addEventListener('click', (event) => {
    if (!(event.target instanceof Element) || event.target.closest('#elegir-faltantes') === null) return;
    const isAll = boxes().every((box) => box.checked);
    for (const box of boxes()) box.checked = !isAll;
    count();
  });
  shown();
}

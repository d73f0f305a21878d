// What a first visit does not need comes later: the grid's script with the first page that has a grid, that of the palette and the
// shortcuts with the first key or field that is theirs. A page is whole without them.

import { closeDialog, isDialogOpen, openDialog, showInDialog } from './dialog';
import type { Tools } from './palette';
import { fetchPage, visit } from './visit';

const tools: Tools = { closeDialog, fetchPage, isDialogOpen, openDialog, showInDialog, visit };

/** Whether an event is the palette's, as long as its own script cannot say so. Where no link leads to the search, as on a wall, none is. */
function isOfPalette(event: Event): boolean {
  if (!(event instanceof KeyboardEvent)) return event.target instanceof Element && event.target.matches('[data-busca]');
  const { key, ctrlKey, metaKey } = event;
  return ctrlKey || metaKey ? key === 'k' : key === '?' || key === 'g';
}

function startPalette(): void {
  const heard: Event[] = [];
  const hear = (event: Event) => {
    if (heard.length === 0 && !(isOfPalette(event) && document.querySelector('.search-link'))) return;
    // The browser has a use of its own for this key.
    if (event instanceof KeyboardEvent && (event.ctrlKey || event.metaKey) && event.key === 'k') event.preventDefault();
    if (heard.push(event) > 1) return;
    import('./palette.js').then(
      ({ start }: typeof import('./palette')) => {
        for (const type of types) document.removeEventListener(type, hear);
        start(tools, heard);
      },
      () => heard.splice(0),
    );
  };
  const types = ['keydown', 'focusin'];
  for (const type of types) document.addEventListener(type, hear);
}

function startGrid(): void {
  let loading: Promise<unknown> | undefined;
  const look = () => {
    if (loading || !document.querySelector('[data-cuadro]')) return;
    loading = import('./grid.js').then(
      ({ startGrid }: typeof import('./grid')) => startGrid(),
      () => (loading = undefined),
    );
  };
  document.addEventListener('klk:shown', look);
  look();
}

/** Open details and notes matter once somebody does something, or comes by an address that names what is open. */
function startKept(): void {
  let loading: Promise<unknown> | undefined;
  let clicked: EventTarget | null = null;
  const load = (event?: Event) => {
    // What is clicked gets the focus first.
    if (event?.type === 'click') clicked = event.target;
    loading ??= import('./kept.js').then(
      ({ start }: typeof import('./kept')) => start(clicked),
      () => (loading = undefined),
    );
  };
  document.addEventListener('click', load);
  document.addEventListener('focusin', load);
  // Whoever leaves takes their notes along.
  document.addEventListener('submit', ({ target }) => {
    if ((target as HTMLFormElement).matches('[action="/salir"]')) sessionStorage.clear();
  });
  if (location.hash) load();
}

export function startLate(): void {
  startPalette();
  startGrid();
  startKept();
}

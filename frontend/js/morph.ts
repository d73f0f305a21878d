// Makes what is shown into what has come, node by node: what did not change stays as it is, with its focus, its selection and
// its place on the screen.

import { Idiomorph } from 'idiomorph';
import { keepIsland } from './islands';

/** Of whom a field's value is: of the person, who may be writing, or of the address that was visited. */
export type Whose = 'person' | 'address';

/** What somebody may be writing in. Anything else that has focus, as a link or the whole page that a link led to, changes
 * with the rest. */
const field = 'input, select, textarea';
const focusable = `a[href], button:not([disabled]), summary, ${field}`;

export function morph(shown: Element, fresh: Element, whose: Whose): void {
  if (shown.isEqualNode(fresh)) return;
  if (whose === 'person') carryNames(shown, fresh);
  const active = shown.contains(document.activeElement) ? document.activeElement : undefined;
  const focused = active && namesAbove(active);
  const still = active ?? (whose === 'person' && scrollY > 0 ? rowInView(shown) : undefined);
  const top = still?.getBoundingClientRect().top ?? 0;
  Idiomorph.morph(shown, fresh, {
    morphStyle: 'outerHTML',
    ignoreActiveValue: whose === 'person' && active?.matches(field) === true,
    callbacks: {
      beforeNodeMorphed: (old: Node, next: Node) => {
        if (old instanceof Element && old.hasAttribute('data-propio')) return false;
        return !old.isEqualNode(next) && !keepIsland(old, next);
      },
      // What can still be undone stays until somebody goes on.
      beforeNodeRemoved: (node: Node) => !(whose === 'person' && node instanceof Element && node.hasAttribute('data-queda')),
      beforeAttributeUpdated: (name: string, element: Element) => whose !== 'person' || !isOfPerson(name, element),
    },
  });
  if (focused && (!document.activeElement || document.activeElement === document.body)) refocus(focused);
  // What somebody is at, or reads, stays where it is on the screen, also where rows came before it.
  if (whose === 'person' && still?.isConnected) scrollBy(0, still.getBoundingClientRect().top - top);
}

function rowInView(shown: Element): Element | undefined {
  return [...shown.querySelectorAll('tr[id]')].find((row) => row.getBoundingClientRect().top > 0);
}

/** What somebody opened, chose or wrote since it was drawn. */
function isOfPerson(name: string, element: Element): boolean {
  // What the grid lets Tab reach has focus, and would lose it with this.
  if (name === 'open' || name === 'tabindex') return true;
  if (element instanceof HTMLInputElement) {
    if (name === 'checked') return element.checked !== element.defaultChecked;
    return name === 'value' && element.value !== element.defaultValue;
  }
  if (element instanceof HTMLTextAreaElement) return name === 'value' && element.value !== element.defaultValue;
  return name === 'selected' && element instanceof HTMLOptionElement && element.selected !== element.defaultSelected;
}

/** A gap is named by its beginning (`….<seconds>`), which it loses half hour by half hour, and which is an earlier one
 * where what came before it is missing too. What is shown of it takes the name that it has now, so that it goes on as the
 * same row: of a gap that begins within the one that is shown, or in which that one begins. */
function carryNames(shown: Element, fresh: Element): void {
  const rows = (page: Element) => [...page.querySelectorAll<HTMLElement>('[data-fin]')];
  const came = rows(fresh);
  const begins = (id: string, { id: from, dataset }: HTMLElement) => from < id && id < dataset.fin!;
  const names = new Set(rows(shown).map(({ id }) => id));
  for (const row of rows(shown)) {
    const { id } = row;
    const now = came.find((gap) => gap.id === id) ?? came.find((gap) => begins(gap.id, row) || begins(id, gap));
    // Of two that became one, the first goes on.
    if (!now || names.has(now.id)) continue;
    names.add(now.id);
    const [before, after] = [id.slice(3), now.id.slice(3)];
    for (const named of [row, ...row.querySelectorAll('[id]')]) named.id = named.id.replace(before, after);
  }
}

function namesAbove(element: Element | null): string[] {
  const names: string[] = [];
  for (let at = element; at; at = at.parentElement) if (at.id) names.push(at.id);
  return names;
}

/** What had the focus is gone: whatever is nearest to it has it now, never the whole page. */
function refocus(names: string[]): void {
  for (const name of names) {
    const element = document.getElementById(name);
    const target = element?.matches(focusable) ? element : (element?.querySelector<HTMLElement>(focusable) ?? element);
    target?.focus({ preventScroll: true });
    if (document.activeElement !== document.body) return;
  }
}

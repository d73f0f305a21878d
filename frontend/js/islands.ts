// Starts the islands of what is shown, each by itself: one that fails is told and marked, what the server drew of it stands, and
// all others run. The WebAssembly comes with the first page that has an island.

import { islandFailed, nameOfIsland, withinIsland } from './bridge.js';

type Start = (island: HTMLElement) => void;
type Module = Record<string, Start> & {
  default(options: { module_or_path: string }): Promise<unknown>;
  start(): void;
};

const tag = 'leptos-island';
const started = new WeakSet<Element>();
let loading: Promise<Module> | undefined;
/** That the WebAssembly does not come is told once. */
let isMissingTold = false;

async function load(): Promise<Module> {
  const { islas, islasWasm } = document.documentElement.dataset;
  const islands = (await import(islas ?? '')) as Module;
  await islands.default({ module_or_path: islasWasm ?? '' });
  islands.start();
  return islands;
}

function start(island: HTMLElement, islands: Module): void {
  started.add(island);
  const { component = '' } = island.dataset;
  try {
    if (!(component in islands)) throw new Error('the WebAssembly has no such island');
    withinIsland(nameOfIsland(island), () => islands[component](island));
  } catch (error) {
    mark(island);
    islandFailed(nameOfIsland(island), error);
  }
}

function mark(island: HTMLElement): void {
  island.setAttribute('data-fallida', '');
}

async function startAll(): Promise<void> {
  const waiting = () => [...document.querySelectorAll<HTMLElement>(tag)].filter((island) => !started.has(island));
  if (waiting().length === 0) return;
  try {
    const islands = await (loading ??= load());
    for (const island of waiting()) start(island, islands);
  } catch (error) {
    // None runs, for one reason. Those of a later page may.
    loading = undefined;
    const islands = waiting();
    for (const island of islands) {
      started.add(island);
      mark(island);
    }
    if (!isMissingTold && islands.length > 0) islandFailed(nameOfIsland(islands[0]), error);
    isMissingTold = true;
  }
}

/** What a page that comes makes of an island: the same one goes on as it is, another one takes its place and starts. */
export function keepIsland(shown: Node, fresh: Node): boolean {
  if (!(shown instanceof HTMLElement && fresh instanceof HTMLElement) || shown.localName !== tag) return false;
  const names = ['data-component', 'data-props'];
  if (names.some((name) => shown.getAttribute(name) !== fresh.getAttribute(name))) {
    for (const name of shown.getAttributeNames()) shown.removeAttribute(name);
    for (const { name, value } of fresh.attributes) shown.setAttribute(name, value);
    shown.replaceChildren(...fresh.cloneNode(true).childNodes);
    started.delete(shown);
  }
  return true;
}

export function startIslands(): void {
  document.addEventListener('klk:shown', () => void startAll());
  void startAll();
}

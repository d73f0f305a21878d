// Parts of a page that come later than the page, because they ask somebody who may take long: `data-parte` is the address of a
// page that shows the same.

import { fetchUnasked, NoPage } from './visit';

/** How often such a part is asked for. */
const everyMs = 60_000;

async function load(part: HTMLElement): Promise<void> {
  const address = part.dataset.parte;
  if (!address || document.hidden || part.getAttribute('aria-busy') === 'true') return;
  part.setAttribute('aria-busy', 'true');
  try {
    const { page } = await fetchUnasked(address);
    const fresh = page.querySelector('#contenido [data-contenido]');
    const place = part.querySelector('[data-contenido]');
    if (fresh && place) place.replaceWith(document.importNode(fresh, true));
  } catch (error) {
    // What stands there says that it is not known.
    if (!(error instanceof NoPage || error instanceof TypeError)) throw error;
  } finally {
    part.removeAttribute('aria-busy');
  }
}

export function startParts(): void {
  const parts = () => document.querySelectorAll<HTMLElement>('[data-parte]');
  const loadAll = () => parts().forEach((part) => void load(part));
  document.addEventListener('click', (event) => {
    const again = event.target instanceof Element ? event.target.closest('[data-parte-otra-vez]') : null;
    const part = again?.closest<HTMLElement>('[data-parte]');
    if (!part) return;
    event.preventDefault();
    void load(part);
  });
  setInterval(loadAll, everyMs);
  loadAll();
}

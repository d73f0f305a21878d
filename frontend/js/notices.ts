// Short notices that go by themselves. A page says what was done; here that becomes a notice beside whatever comes next.
// That something was queued becomes what came of it.

import { onArrival } from './visit';

const staysMs = 8_000;

/** The latest is shown: more would cover the page. Of a batch (`of`), it says how that ended. */
export function say(text: string, of?: string): void {
  const [region, template] = [document.getElementById('avisos'), document.getElementById('aviso-plantilla')];
  if (!region || !(template instanceof HTMLTemplateElement)) return;
  const notice = (template.content.cloneNode(true) as DocumentFragment).firstElementChild as HTMLElement;
  const words = notice.querySelector('p');
  if (words) words.textContent = text;
  if (of) notice.dataset.de = of;
  notice.querySelector('button')?.addEventListener('click', () => notice.remove());
  region.replaceChildren(notice);
  setTimeout(() => notice.remove(), staysMs);
}

function take(page: Document): void {
  const notice = page.getElementById('aviso');
  if (notice && !notice.hasAttribute('data-queda')) {
    notice.remove();
    say(notice.textContent?.trim() ?? '', notice.dataset.de);
  }
  const shown = document.querySelector<HTMLElement>('#avisos [data-de]');
  const { resultado, fallas } = (shown && page.getElementById(shown.dataset.de!)?.dataset) ?? {};
  if (!resultado) return;
  say(resultado);
  // A tick is for what is well.
  if (fallas !== undefined) document.querySelector('#avisos .icon')?.remove();
}

export function startNotices(): void {
  onArrival(take);
  take(document);
}

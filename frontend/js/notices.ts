// Short notices that go by themselves. A page says what was done; here that becomes a notice beside whatever comes next.

import { onArrival } from './visit';

const staysMs = 8_000;
/** More than these at once cover the page. */
const most = 3;

export function say(text: string): void {
  const [region, template] = [document.getElementById('avisos'), document.getElementById('aviso-plantilla')];
  if (!region || !(template instanceof HTMLTemplateElement)) return;
  const notice = (template.content.cloneNode(true) as DocumentFragment).firstElementChild as HTMLElement;
  const words = notice.querySelector('p');
  if (words) words.textContent = text;
  notice.querySelector('button')?.addEventListener('click', () => notice.remove());
  region.append(notice);
  while (region.children.length > most) region.firstElementChild?.remove();
  setTimeout(() => notice.remove(), staysMs);
}

function take(page: Document): void {
  const notice = page.getElementById('aviso');
  if (!notice || notice.hasAttribute('data-queda')) return;
  notice.remove();
  say(notice.textContent?.trim() ?? '');
}

export function startNotices(): void {
  onArrival(take);
  take(document);
}

// Links and forms of ours, followed without leaving the document. Without this file they do the same with whole documents.

import { endAction, startAction, withinAction } from './bridge.js';
import { closeDialog, isInDialog, openDialog, showInDialog } from './dialog';
import { type Arrived, arrive, fetchPage, leadsToSignIn, NoPage, prefetch, tellNoAnswer, visit } from './visit';

/** So long a pointer rests on a link that is meant. */
const restMs = 65;

/** The element that a click was on, where it is a link of ours that shows a page. */
function linkOf(event: Event): HTMLAnchorElement | undefined {
  const link = event.target instanceof Element ? event.target.closest('a') : null;
  if (!link?.href || link.target || link.hasAttribute('download') || link.relList.contains('external')) return undefined;
  const { origin, pathname } = new URL(link.href);
  return origin === location.origin && !/^\/(api|pkg|health)\//.test(pathname) ? link : undefined;
}

const isPlain = (event: MouseEvent) =>
  event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;

function followLink(event: MouseEvent): void {
  const link = linkOf(event);
  if (!link || event.defaultPrevented || !isPlain(event)) return;
  const { pathname, search, hash } = new URL(link.href);
  if (hash && pathname === location.pathname && search === location.search) return;
  event.preventDefault();
  if (link.hasAttribute('data-cerrar') && isInDialog(link)) return closeDialog();
  if (link.hasAttribute('data-dialogo')) {
    openFrom(link, () => fetchPage(link.href)).catch((error: unknown) => failed(error, link.href));
    return;
  }
  // What a dialog leads to is a page of its own.
  if (isInDialog(link)) closeDialog();
  void visit(link.href);
}

/** What failed on the way: the person is told where they are looking. */
function failed(error: unknown, address: string, place?: HTMLElement | null): void {
  if (!(error instanceof NoPage || error instanceof TypeError)) throw error;
  if (error instanceof NoPage && leadsToSignIn(error)) return;
  tellNoAnswer(error, address, place ? '' : location.href, place ?? undefined);
}

/** Shows in a dialog what a link or a form leads to; where that is no step of something, it is visited. */
async function openFrom(opener: HTMLElement, ask: () => Promise<Arrived>): Promise<void> {
  await busy(opener, async () => {
    const arrived = await ask();
    if (!openDialog(arrived.page)) arrive(arrived, '', arrived.wasLed);
  });
}

/** What a submitted form says, with the button that submitted it; what is empty is left out of an address. */
function entriesOf(form: HTMLFormElement, submitter: HTMLElement | null, isAddress: boolean): URLSearchParams {
  const entries = new URLSearchParams();
  for (const [name, value] of new FormData(form, submitter)) {
    if (typeof value === 'string' && !(isAddress && value === '')) entries.append(name, value);
  }
  return entries;
}

function followForm(event: SubmitEvent): void {
  const form = event.target as HTMLFormElement;
  const submitter = event.submitter as HTMLButtonElement | HTMLInputElement | null;
  const address = new URL(submitter?.hasAttribute('formaction') ? submitter.formAction : form.action);
  if (event.defaultPrevented || form.target || address.origin !== location.origin) return;
  if (form.method === 'dialog' || form.hasAttribute('data-documento')) return;
  event.preventDefault();
  if (form.method === 'get') {
    address.search = entriesOf(form, submitter, true).toString();
    void visit(address.href);
    return;
  }
  void post(form, submitter, address.href);
}

/** The latest question: an answer to an earlier one is not shown under it. */
let latest = 0;

async function post(form: HTMLFormElement, submitter: HTMLElement | null, address: string): Promise<void> {
  const body = entriesOf(form, submitter, false);
  const action = actionOf(form);
  const ask = () => {
    let asked: Promise<Arrived> | undefined;
    // Whoever is given a promise there looks after it, and its failure would be told twice.
    withinAction(action, () => {
      asked = fetchPage(address, { method: 'POST', body });
    });
    return asked as Promise<Arrived>;
  };
  const opener = submitter ?? form;
  const opensDialog = (submitter ?? form).hasAttribute('data-dialogo') || form.hasAttribute('data-dialogo');
  let succeeded = false;
  try {
    if (isInDialog(form)) {
      const number = ++latest;
      await busy(opener, async () => {
        const arrived = await ask();
        if (number !== latest) return;
        succeeded = arrived.page.querySelector('[role="alert"]') === null;
        follow(arrived);
      });
    } else if (opensDialog) {
      await openFrom(opener, ask);
      succeeded = true;
    } else {
      await busy(opener, async () => {
        const arrived = await ask();
        succeeded = arrived.page.querySelector('[role="alert"]') === null;
        arrive(arrived, '', arrived.wasLed);
      });
    }
  } catch (error) {
    const place = isInDialog(form) ? form.closest('dialog')?.querySelector<HTMLElement>('.dialog-body') : undefined;
    withinAction(action, () => failed(error, address, place));
  } finally {
    endAction(action, succeeded);
  }
}

/** The next step in the dialog, or, where there is none, the page that it led to. */
function follow(arrived: Arrived): void {
  if (showInDialog(arrived.page)) return;
  closeDialog();
  arrive(arrived, '', true);
}

/** `data-accion` names what a form does, `data-accion-*` what about. */
function actionOf(element: HTMLElement): number {
  const name = element.dataset.accion;
  if (!name) return 0;
  const attributes = Object.entries(element.dataset)
    .filter(([key]) => key.startsWith('accion') && key !== 'accion')
    .flatMap(([key, value]) => [key.slice('accion'.length).replace(/[A-Z]/g, (letter, at) => (at ? '_' : '') + letter.toLowerCase()), value ?? '']);
  return startAction(name, attributes);
}

async function busy(element: HTMLElement, work: () => Promise<void>): Promise<void> {
  // A button is pressed once; a form may ask again with what has changed since.
  if (element instanceof HTMLButtonElement && element.getAttribute('aria-busy') === 'true') return;
  element.setAttribute('aria-busy', 'true');
  try {
    await work();
  } finally {
    element.removeAttribute('aria-busy');
  }
}

let resting: ReturnType<typeof setTimeout> | undefined;

function rest(event: Event): void {
  clearTimeout(resting);
  const link = linkOf(event);
  if (!link || link.hasAttribute('data-dialogo') || link.hasAttribute('data-cerrar')) return;
  const { href } = link;
  resting = setTimeout(() => prefetch(href), event.type === 'pointerdown' ? 0 : restMs);
}

/** A choice that is the whole question is asked at once. */
function change(event: Event): void {
  const field = event.target;
  if (!(field instanceof HTMLElement) || !('form' in field)) return;
  const form = field.form as HTMLFormElement | null;
  if (form?.hasAttribute('data-al-cambiar') && form.checkValidity()) form.requestSubmit();
}

/** What looks like a button is pressed like one. */
function press(event: KeyboardEvent): void {
  if (event.key !== ' ' || !(event.target instanceof HTMLElement) || !event.target.matches('a[role="button"]')) return;
  event.preventDefault();
  event.target.click();
}

export function startForms(): void {
  document.addEventListener('keydown', press);
  document.addEventListener('click', followLink);
  document.addEventListener('submit', followForm);
  document.addEventListener('change', change);
  for (const type of ['pointerover', 'pointerdown', 'focusin']) document.addEventListener(type, rest, { passive: true });
  document.addEventListener('pointerout', () => clearTimeout(resting), { passive: true });
}


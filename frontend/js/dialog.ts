// The steps of an action in a dialog over the page that it is about. A step is the same on a page of its own, where there are
// no scripts: app/src/forms/step.rs.

import { morph } from './morph';

const identifier = 'dialogo';

function current(): HTMLDialogElement | null {
  return document.getElementById(identifier) as HTMLDialogElement | null;
}

function made(page: Document): HTMLDialogElement | undefined {
  const step = page.querySelector('#contenido [data-paso]');
  if (!step) return undefined;
  const dialog = document.createElement('dialog');
  dialog.id = identifier;
  dialog.className = 'dialog';
  dialog.setAttribute('aria-labelledby', step.getAttribute('aria-labelledby') ?? '');
  for (const child of [...step.childNodes]) dialog.append(document.importNode(child, true));
  return dialog;
}

/** Opens the step that a page is; false where it is none. */
export function openDialog(page: Document): boolean {
  const dialog = made(page);
  if (!dialog) return false;
  closeDialog();
  dialog.addEventListener('close', () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
  return true;
}

/** Shows the step that a page is in the place of the one that is open. */
export function showInDialog(page: Document): boolean {
  const [open, fresh] = [current(), made(page)];
  if (!open || !fresh) return false;
  fresh.setAttribute('open', '');
  morph(open, fresh, 'person');
  return true;
}

export function closeDialog(): void {
  current()?.close();
}

export function isInDialog(element: Element): boolean {
  return element.closest(`#${identifier}`) !== null;
}

export function isDialogOpen(): boolean {
  return document.querySelector('dialog[open]') !== null;
}

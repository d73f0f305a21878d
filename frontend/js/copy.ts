// Puts a text on the clipboard. Browsers offer it to secure pages only; elsewhere the text can still be selected.

/** So long the button says that it did. */
const saysSoMs = 2_000;

export function startCopying(): void {
  document.addEventListener('click', (event) => {
    const button = event.target instanceof Element ? event.target.closest<HTMLElement>('[data-copiar]') : null;
    if (!button) return;
    if (isSecureContext) void navigator.clipboard.writeText(button.dataset.copiar ?? '');
    button.classList.add('is-copied');
    const told = button.nextElementSibling;
    if (told) told.textContent = button.dataset.copiado ?? '';
    setTimeout(() => {
      button.classList.remove('is-copied');
      if (told) told.textContent = '';
    }, saysSoMs);
  });
}

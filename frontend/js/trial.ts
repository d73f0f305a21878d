// Has this page fail on demand, to try out that Sentry hears of it.

export function startTrial(): void {
  document.addEventListener('click', (event) => {
    const button = event.target instanceof Element ? event.target.closest<HTMLElement>('[data-prueba]') : null;
    if (!button) return;
    const told = button.nextElementSibling;
    if (told) told.textContent = button.dataset.hecho ?? '';
    if (button.dataset.prueba === 'promesa') {
      void Promise.reject(new Error('a promise was rejected because somebody tried out what happens then'));
    } else {
      throw new Error('the page failed because somebody tried out what happens then');
    }
  });
}

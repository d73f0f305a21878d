// What a person did to a page, and would lose with it: which details are open stands in the address after '#', and a note that
// is not stored yet stays in the tab until it is, also while one signs in again.

const prefix = 'nota:';

function openNames(): string[] {
  return location.hash.slice(1).split(',').filter(Boolean);
}

function openNamed(): void {
  const names = openNames();
  for (const details of document.querySelectorAll<HTMLDetailsElement>('details[id]')) {
    if (names.includes(encodeURIComponent(details.id))) details.open = true;
  }
}

function nameOpen(details: HTMLDetailsElement): void {
  const name = encodeURIComponent(details.id);
  const names = openNames().filter((other) => other !== name);
  if (details.open) names.push(name);
  const hash = names.length > 0 ? `#${names.join(',')}` : '';
  history.replaceState(history.state, '', location.pathname + location.search + hash);
}

/** What a form is about: its address and what it sends unseen. */
function keyOf(form: HTMLFormElement): string {
  const hidden = [...form.querySelectorAll<HTMLInputElement>('input[type="hidden"]')];
  return `${prefix}${form.action}?${hidden.map(({ name, value }) => `${name}=${value}`).join('&')}`;
}

function restoreNotes(notes: Storage): void {
  for (const field of document.querySelectorAll('textarea')) {
    if (field.value === '' && field.form) field.value = notes.getItem(keyOf(field.form)) ?? '';
  }
}

function keepNotes(notes: Storage): void {
  let sent: { form: HTMLFormElement; key: string } | undefined;
  document.addEventListener('input', ({ target }) => {
    if (!(target instanceof HTMLTextAreaElement) || !target.form) return;
    if (target.value === '') notes.removeItem(keyOf(target.form));
    else notes.setItem(keyOf(target.form), target.value);
  });
  document.addEventListener('submit', ({ target }) => {
    const form = target as HTMLFormElement;
    if (notes.getItem(keyOf(form)) !== null) sent = { form, key: keyOf(form) };
  });
  // The page that a stored form led to has it no more; one that was refused, or that led to the entrance, is there still.
  document.addEventListener('klk:shown', () => {
    if (sent && !(sent.form.checkVisibility() && keyOf(sent.form) === sent.key)) {
      notes.removeItem(sent.key);
      sent = undefined;
    }
    restoreNotes(notes);
  });
  // A dialog has the focus once it is open.
  document.addEventListener('focusin', () => restoreNotes(notes));
  restoreNotes(notes);
}

function storage(): Storage | undefined {
  try {
    return sessionStorage;
  } catch {
    // Somebody forbids pages to keep anything.
    return undefined;
  }
}

/** `opened` is what was clicked before this script was there. */
export function start(opened: EventTarget | null): void {
  const note = (target: EventTarget | null) => {
    const details = target instanceof Element ? target.closest('summary')?.parentElement : undefined;
    // It is open or closed only after the click.
    if (details instanceof HTMLDetailsElement && details.id) setTimeout(() => nameOpen(details));
  };
  document.addEventListener('click', ({ target }) => note(target));
  document.addEventListener('klk:shown', openNamed);
  const notes = storage();
  if (notes) keepNotes(notes);
  openNamed();
  note(opened);
}

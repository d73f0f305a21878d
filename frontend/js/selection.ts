// Rows that are chosen by their checkboxes: how many, said on the button that acts on them; with Shift a whole stretch of them.

const box = 'input[type="checkbox"][data-elige]';
let last: HTMLInputElement | undefined;

function boxes(): HTMLInputElement[] {
  return [...document.querySelectorAll<HTMLInputElement>(box)];
}

function count(): void {
  const chosen = boxes().filter(({ checked }) => checked).length;
  for (const button of document.querySelectorAll<HTMLButtonElement>('button[data-elegidos]')) {
    button.disabled = chosen === 0;
    const text = (button.dataset.elegidos ?? '').replace('{n}', String(chosen));
    if (button.textContent !== text) button.textContent = text;
  }
}

function click(event: MouseEvent): void {
  const clicked = event.target;
  if (!(clicked instanceof HTMLInputElement) || !clicked.matches(box)) return;
  const all = boxes();
  if (event.shiftKey && last?.isConnected) {
    const [from, to] = [all.indexOf(last), all.indexOf(clicked)].sort((one, other) => one - other);
    for (const between of all.slice(from, to + 1)) between.checked = clicked.checked;
  }
  last = clicked;
  count();
}

export function startSelection(): void {
  document.addEventListener('click', click);
  document.addEventListener('klk:shown', count);
  count();
}

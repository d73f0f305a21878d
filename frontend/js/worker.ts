// One connection for all tabs of a browser, open as long as one of them is shown.

import { type Heard, Stream } from './stream';

/** What a tab says: that it is shown, or no more. */
export type Said = 'shown' | 'hidden';

/** A tab that says nothing for so long is gone without a word. */
const goneMs = 60_000;

const shown = new Map<MessagePort, number>();
const stream = new Stream((heard) => shown.forEach((_, port) => port.postMessage(heard)));

function leave(port: MessagePort): void {
  shown.delete(port);
  if (shown.size === 0) stream.close();
}

addEventListener('connect', (event) => {
  const [port] = (event as MessageEvent).ports;
  port.onmessage = ({ data }: MessageEvent<Said>) => {
    if (data === 'hidden') return leave(port);
    const isNew = !shown.has(port);
    shown.set(port, Date.now());
    if (isNew) {
      port.postMessage({ is: 'state', live: false } satisfies Heard);
      stream.open();
    }
  };
});

setInterval(() => {
  for (const [port, at] of shown) if (Date.now() - at > goneMs) leave(port);
}, goneMs / 4);

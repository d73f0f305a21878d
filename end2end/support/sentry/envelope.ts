/** Whatever JSON holds; what is in it is the contract's to say. */
export type Json = any;

export type ItemType = 'event' | 'transaction' | 'check_in' | 'log' | 'trace_metric' | 'span';

/** One thing that was told to Sentry. Logs, metrics and spans travel many to an item; here each is one of its own. */
export type Item = { type: string; payload: Json };

/** Takes an envelope apart: a header line, and for each item a header line and a payload. */
export function itemsOf(bytes: Buffer): Item[] {
  const items: Item[] = [];
  let rest = line(bytes).rest;
  while (rest.length > 0) {
    const { text, rest: after } = line(rest);
    rest = after;
    if (text === '') continue;
    const header = JSON.parse(text) as { type: string; length?: number };
    const length = header.length ?? Buffer.byteLength(line(rest).text);
    const payload = JSON.parse(rest.subarray(0, length).toString()) as Json;
    rest = rest.subarray(length);
    const parts: Json[] = Array.isArray(payload.items) ? payload.items : [payload];
    items.push(...parts.map((part) => ({ type: header.type, payload: part })));
  }
  return items;
}

function line(bytes: Buffer): { text: string; rest: Buffer } {
  const end = bytes.indexOf('\n');
  if (end < 0) return { text: bytes.toString(), rest: Buffer.alloc(0) };
  return { text: bytes.subarray(0, end).toString(), rest: bytes.subarray(end + 1) };
}

// What must not leave the browser is taken out here; the tunnel's other end sees only what is left.

import type { Event } from '@sentry/browser';

/** An address from its question mark or fragment on; the path before it stays. */
const query = /([^\s?#"'<>()]*\/[^\s?#"'<>()]*)[?#][^\s"'<>()]*/g;
/** name@example.com, also as it stands in an address. A release is none: its last part is a number. */
const email = /[\p{L}\p{N}._%+-]+(?:@|%40)(?:[\p{L}\p{N}-]+\.)+\p{L}[\p{L}\p{N}-]+/gu;

/** Beyond this many levels nothing of use comes, and a circle would have no end. */
const depthMax = 12;

/** The event without query strings, e-mail addresses, cookies, people; its transaction named by route. */
export function scrub<E extends Event>(event: E, nameOf: (path: string) => string): E {
  for (const key of Object.keys(event) as (keyof E & string)[]) {
    // The SDK's own notes, which are not sent.
    if (key !== 'sdkProcessingMetadata') event[key] = masked(event[key], 0) as E[typeof key];
  }
  if (event.transaction) event.transaction = nameOf(event.transaction);
  const page = event.request?.url;
  event.request = page ? { url: page } : undefined;
  delete event.user;
  return event;
}

function masked(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return value.replace(query, '$1').replace(email, '[correo]');
  if (typeof value !== 'object' || value === null) return value;
  if (depth > depthMax) return undefined;
  if (Array.isArray(value)) return value.map((part) => masked(part, depth + 1));
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, masked(part, depth + 1)]));
}

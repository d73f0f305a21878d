import type { Item, Json } from './envelope';

/**
 * The part of Sentry's search language that our saved searches use: `key:value` terms side by side, which all must hold
 * (AND may be written between them); `!` before a key for "does not hold"; `*` in a value for any text; quotes around a
 * value with spaces. Keys are fields of events or, where there is no such field, tags. What else Sentry understands
 * (OR, parentheses, comparisons, free text) is refused rather than misread.
 */
export function search(query: string): (item: Item) => boolean {
  const terms = words(query)
    .filter((word) => word !== 'AND')
    .map(term);
  if (terms.length === 0) throw new Error('an empty search would match everything');
  return (item) => terms.every((holds) => holds(item));
}

function words(query: string): string[] {
  return query.match(/(?:[^\s"]|"[^"]*")+/g) ?? [];
}

function term(word: string): (item: Item) => boolean {
  const parts = /^(!?)([a-zA-Z0-9_.-]+):(.+)$/.exec(word);
  if (!parts || /[()[\]<>]/.test(word)) throw new Error(`not in our part of the search language: ${word}`);
  const [, negation, key, text] = parts;
  const pattern = new RegExp(`^${text.replaceAll('"', '').split('*').map(escaped).join('.*')}$`, 's');
  return (item) => {
    const value = valueOf(item, key);
    return (value !== undefined && pattern.test(value)) !== (negation === '!');
  };
}

function escaped(text: string): string {
  return text.replace(/[.+?^${}()|[\]\\]/g, '\\$&');
}

function valueOf({ type, payload }: Item, key: string): string | undefined {
  switch (key) {
    case 'event.type':
      return eventType(type, payload);
    case 'level':
      // The SDK leaves the usual one out.
      return type === 'event' ? (payload.level ?? 'error') : undefined;
    case 'transaction':
    case 'release':
    case 'environment':
      return payload[key];
    default:
      return payload.tags?.[key];
  }
}

/** As Sentry names them: what has an exception is an error, any other message is a "default". */
function eventType(type: string, payload: Json): string {
  if (type !== 'event') return type;
  return payload.exception ? 'error' : 'default';
}

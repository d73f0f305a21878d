import type { Json } from './envelope';
import type { Sentry } from './sentry';

// How what was told is compared with a table of what must be told.

/** A text that a value must be, or a pattern that it must fit. */
export type Value = string | RegExp;

/** What every item of one kind must have. */
export type Row = {
  /** What it is, for whoever reads that it is missing. */
  what: string;
  item: 'transaction' | 'event' | 'check_in' | 'trace_metric' | 'log';
  /** Which items of the kind are meant, by path and value; at least one must be there. */
  where: Record<string, Value>;
  /** What each of them has, by path and value. */
  has: Record<string, Value>;
  /** Of a transaction: its spans, a child behind its parent. */
  spans?: string[];
  /** Of an error: its breadcrumbs of category `etl`, by how their messages begin. */
  breadcrumbs?: string[];
};

/** What is missing, a line each: empty where everything was told as the table says. */
export function missing(sentry: Sentry, rows: Row[]): string[] {
  const lines = rows.flatMap((row) => {
    const meant = sentry.items(row.item).filter((item) => unmet(item, row.where).length === 0);
    if (meant.length === 0) return [`${row.what}: nothing of the kind was told (${row.item} where ${JSON.stringify(row.where)})`];
    return meant.flatMap((item) => lacks(item, row).map((lack) => `${row.what}: ${lack}`));
  });
  return [...new Set(lines)];
}

function lacks(item: Json, row: Row): string[] {
  const spans = (row.spans ?? []).filter((span) => !spansOf(item).has(span)).map((span) => `no span ${span}`);
  const messages: string[] = breadcrumbsOf(item)
    .filter((breadcrumb: Json) => breadcrumb.category === 'etl')
    .map((breadcrumb: Json) => breadcrumb.message);
  const breadcrumbs = (row.breadcrumbs ?? [])
    .filter((start) => !messages.some((message) => message.startsWith(start)))
    .map((start) => `no breadcrumb '${start}…' of category etl`);
  return [...unmet(item, row.has), ...spans, ...breadcrumbs];
}

/** A path with `?` at its end may be absent: the SDK leaves usual values out. */
function unmet(item: Json, wanted: Record<string, Value>): string[] {
  return Object.entries(wanted).flatMap(([path, value]) => {
    const found = at(item, path.replace(/\?$/, ''));
    if (found === undefined) return path.endsWith('?') ? [] : [`no ${path}`];
    const fits = value instanceof RegExp ? value.test(String(found)) : String(found) === value;
    return fits ? [] : [`${path} is '${String(found)}' instead of ${value}`];
  });
}

/** The value at a path of names with dots between; a name may itself have dots. */
function at(value: Json, path: string): Json {
  if (path === '' || value === null || value === undefined) return value ?? undefined;
  if (typeof value !== 'object') return undefined;
  const names = path.split('.');
  for (let length = 1; length <= names.length; length++) {
    const name = names.slice(0, length).join('.');
    if (name in value) return at(value[name], names.slice(length).join('.'));
  }
  return undefined;
}

/** The Rust SDK wraps them, the browser's does not. */
function breadcrumbsOf(item: Json): Json[] {
  return Array.isArray(item.breadcrumbs) ? item.breadcrumbs : (item.breadcrumbs?.values ?? []);
}

function spansOf(transaction: Json): Set<string> {
  const spans: Json[] = transaction.spans ?? [];
  const parent = new Map(spans.map((span) => [span.span_id, span.op]));
  return new Set(spans.flatMap((span) => [span.op, `${parent.get(span.parent_span_id)} > ${span.op}`]));
}

// What `sentry local` received, a line an item: when, what, and enough to know which.

const widthOfType = 12;

/** The lines of one envelope as /stream tells it: [header, [[item header, payload], ...]]. */
export function linesOf([, items]) {
  return items.flatMap(([header, payload]) => {
    const parts = Array.isArray(payload?.items) ? payload.items : [payload];
    return parts.map((part) => lineOf(header.type ?? "item", part ?? {}));
  });
}

function lineOf(type, payload) {
  const describe = descriptions[type] ?? (() => []);
  const words = describe(payload).filter((word) => word !== undefined && word !== "");
  return [timeOf(payload), type.padEnd(widthOfType), ...words].join(" ").trimEnd().replaceAll(/\s*\n\s*/g, " ");
}

const descriptions = {
  event: (event) => [
    `[${event.level ?? "error"}]`,
    event.exception?.values?.map(({ type, value }) => `${type}: ${value}`).at(-1) ?? messageOf(event),
    ...tagsOf(event),
  ],
  transaction: (transaction) => [
    transaction.transaction,
    secondsBetween(transaction.start_timestamp, transaction.timestamp),
    transaction.contexts?.trace?.status,
    `${transaction.spans?.length ?? 0} spans`,
    ...tagsOf(transaction),
  ],
  check_in: ({ monitor_slug, status, duration }) => [
    monitor_slug, status, duration === undefined || duration === null ? undefined : `${duration.toFixed(1)} s`,
  ],
  log: ({ level, body }) => [`[${level}]`, body],
  trace_metric: ({ name, value, unit, attributes }) => [
    `${name} ${value}`, unit, ...["tienda", "etl_tipo", "modo"].map((key) => valueOf(attributes?.[key])),
  ],
  span: ({ name, start_timestamp, end_timestamp }) => [name, secondsBetween(start_timestamp, end_timestamp)],
  session: ({ status, errors }) => [status, `${errors ?? 0} errors`],
  client_report: ({ discarded_events }) =>
    (discarded_events ?? []).map(({ category, reason, quantity }) => `${quantity} ${category} ${reason}`),
};

function messageOf({ message, logentry }) {
  return logentry?.formatted ?? logentry?.message ?? message?.formatted ?? message ?? "(no message)";
}

function tagsOf({ tags }) {
  const shown = ["component", "tienda", "endpoint", "etl_tipo", "modo", "error_tipo"];
  return shown.filter((key) => tags?.[key]).map((key) => `${key}:${tags[key]}`);
}

function valueOf(attribute) {
  return attribute?.value;
}

function secondsBetween(start, end) {
  const [from, to] = [millisecondsOf(start), millisecondsOf(end)];
  return Number.isNaN(to - from) ? undefined : `${Math.round(to - from)} ms`;
}

/** A time is a number of seconds or a text. */
function millisecondsOf(time) {
  return typeof time === "number" ? time * 1000 : Date.parse(time);
}

/** Of items that have no time of their own, now. */
function timeOf({ timestamp, end_timestamp }) {
  const time = millisecondsOf(timestamp ?? end_timestamp);
  return new Date(Number.isNaN(time) ? Date.now() : time).toLocaleTimeString("en-GB");
}

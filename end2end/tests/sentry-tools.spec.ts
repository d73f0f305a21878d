import { expect, test } from '@playwright/test';
import type { Item } from '../support/sentry/envelope';
import { relayRemarks } from '../support/sentry/relay';
import { search } from '../support/sentry/search';

// What sentry.spec.ts judges with is judged first. The search language is the part that our saved searches use of
// docs.sentry.io, "Searchable properties" and "Wildcards".

const error: Item = {
  type: 'event',
  payload: { exception: { values: [] }, transaction: '/api/etl/tracking/gaps', tags: { tienda: 'tienda_01', etl_name: 'ventas_klk_completo' } },
};
const message: Item = { type: 'event', payload: { level: 'info', message: 'hola', tags: { endpoint: 'recuperar_gap' } } };
const transaction: Item = { type: 'transaction', payload: { transaction: '/gaps', tags: { tienda: 'tienda_010' } } };
const items = [error, message, transaction];

for (const [query, expected] of [
  ['tienda:tienda_01', [error]],
  ['tienda:tienda_0*', [error, transaction]],
  ['etl_name:ventas_klk_*', [error]],
  ['etl_name:ventas', []],
  ['!tienda:tienda_01', [message, transaction]],
  ['transaction:/api/*', [error]],
  ['transaction:*gaps', [error, transaction]],
  ['transaction:/gap.', []],
  ['event.type:error', [error]],
  ['event.type:default', [message]],
  ['event.type:transaction', [transaction]],
  ['level:info', [message]],
  ['level:error', [error]],
  ['tienda:tienda_01 transaction:/api/etl/tracking/*', [error]],
  ['tienda:tienda_01 AND level:info', []],
  ['endpoint:"recuperar_gap"', [message]],
  ['no_such_tag:*', []],
] as const) {
  test(`search ${query}`, () => {
    expect(items.filter(search(query))).toEqual(expected);
  });
}

test('what is not understood is refused', () => {
  for (const query of ['', 'free text', 'tienda:[a,b]', '(tienda:a OR tienda:b)', 'duration:>5']) {
    expect(() => search(query), query).toThrow();
  }
});

test("Relay's normaliser says what it refuses, drops and cuts", async () => {
  const envelope = (type: string, payload: object) => Buffer.from(`{}\n{"type":"${type}"}\n${JSON.stringify(payload)}\n`);
  const now = Date.now() / 1000;
  const trace = { trace_id: 'c'.repeat(32), span_id: 'd'.repeat(16), op: 'etl.run' };
  const whole = { transaction: 'whole', contexts: { trace }, start_timestamp: now - 1, timestamp: now, tags: { tienda: 'a' } };
  expect(await relayRemarks([envelope('transaction', whole)])).toEqual(['1 events and transactions, 0 remarks']);
  const said = await relayRemarks([
    envelope('transaction', { ...whole, start_timestamp: undefined }),
    envelope('transaction', { ...whole, transaction: 't'.repeat(250) }),
    envelope('event', { tags: { año: '2026' }, level: 'wrong', unheard_of: { a: 1 } }),
  ]);
  for (const part of ['rejected: ', 'transaction: rem ["!limit"', '"value": "wrong"', 'dropped: tags.año', 'dropped: unheard_of']) {
    expect(said.join('\n')).toContain(part);
  }
});

import { expect, test } from 'vitest';
import { parseLimitRules, parseSubgraphRules } from './option-rules.ts';

test('what is said of one subgraph is stronger than what is said of all', () => {
  const { all, byName } = parseSubgraphRules(
    'products/query-timeout=500ms, query-timeout=5s, retries=0, a/circuit=off',
  );
  expect(all).toEqual({ queryTimeoutMs: 5_000, retries: 0 });
  expect(byName.get('products')).toEqual({ queryTimeoutMs: 500, retries: 0 });
  expect(byName.get('a')).toEqual({ queryTimeoutMs: 5_000, retries: 0, circuitBreaker: null });
});

test('a circuit that is off for all may be on for one', () => {
  const { byName } = parseSubgraphRules('circuit=off, a/circuit=on, a/subscriptions=callback, a/http2=on');
  expect(byName.get('a')).toEqual({ circuitBreaker: {}, subscriptions: 'callback', allowH2: true });
});

test.each([
  ['', { all: {}, byName: new Map() }],
  [' , ', { all: {}, byName: new Map() }],
])('nothing said (%j) is nothing changed', (text, rules) => {
  expect(parseSubgraphRules(text)).toEqual(rules);
});

test.each([
  ['timeout=5s', /^expected query-timeout, mutation-timeout, .* got "timeout=5s"$/],
  ['query-timeout=5', /^query-timeout: expected a time such as 500ms, 5s or 2m, up to a day, got "5"$/],
  ['query-timeout', /expected a time/],
  ['retries=11', /^retries: expected a whole number from 0 to 10, got "11"$/],
  ['retries=-1', /whole number/],
  ['circuit=maybe', /^circuit: expected on, off, got "maybe"$/],
  ['subscriptions=carrier', /auto, ws, sse, callback/],
  ['toString=1', /^expected query-timeout/],
])('the option %s says what was expected', (text, message) => {
  expect(() => parseSubgraphRules(text)).toThrow(message);
});

test('limits go to where they hold', () => {
  expect(parseLimitRules('depth=15, cost=50000, batch=0, streams-per-address=100')).toEqual({
    operation: { maxDepth: 15, maxCost: 50_000 },
    streams: { perAddress: 100 },
    batch: 0,
  });
  expect(parseLimitRules('')).toEqual({ operation: {}, streams: {}, batch: null });
});

test.each([
  ['deep=1', /^expected tokens, definitions, depth, .*batch, got "deep=1"$/],
  ['depth=0', /^depth: expected a whole number of 1 or more, got "0"$/],
  ['depth=1e3', /whole number/],
])('the limit %s says what was expected', (text, message) => {
  expect(() => parseLimitRules(text)).toThrow(message);
});

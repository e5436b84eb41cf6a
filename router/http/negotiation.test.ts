import { expect, test } from 'vitest';
import { negotiate } from './negotiation.ts';

test.each([
  [undefined, 'application/json', null],
  ['*/*', 'application/json', null],
  ['application/*;q=0.5', 'application/json', null],
  ['application/json', 'application/json', null],
  ['application/graphql-response+json', 'application/graphql-response+json', null],
  ['application/json, application/graphql-response+json', 'application/json', null],
  ['application/json;q=0.8, application/graphql-response+json', 'application/graphql-response+json', null],
  ['text/event-stream', null, 'event-stream'],
  ['multipart/mixed;boundary="graphql";subscriptionSpec=1.0, application/json', 'application/json', 'multipart'],
  ['text/html', null, null],
  ['application/json;q=0', null, null],
])('accept %s is answered with %s, a stream with %s', (accept, result, stream) => {
  expect(negotiate(accept)).toMatchObject({ result, stream });
});

test('a client that names an event stream first wants one for a query too', () => {
  expect(negotiate('text/event-stream, application/json').prefersStream).toBe(true);
  expect(negotiate('application/json, text/event-stream').prefersStream).toBe(false);
  expect(negotiate('text/event-stream;q=0.1, application/json').prefersStream).toBe(false);
});

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type RunningFixture, startFixtureRouter } from '../fixture/router.ts';
import { HOSTILE, type Hostile } from './requests.ts';

let running: RunningFixture;

beforeAll(async () => {
  running = await startFixtureRouter();
});

afterAll(() => running[Symbol.asyncDispose]());

async function send({ method = 'POST', search, contentType, body }: Hostile) {
  running.fixture.seen.length = 0;
  const response = await fetch(search === undefined ? running.endpoint : `${running.endpoint}?${search}`, {
    method,
    headers: {
      accept: 'application/json',
      ...(method === 'POST' && { 'content-type': contentType ?? 'application/json' }),
    },
    ...(body !== undefined && { body }),
  });
  const text = await response.text();
  return { text, bytes: Buffer.byteLength(text), fetches: running.fixture.seen.length };
}

// A message may quote what was sent, but is no way to have it sent back many times.
const MAX_REFUSAL_BYTES = 30_000;

describe('over HTTP', () => {
  test.each(HOSTILE.map((hostile) => [hostile.name, hostile] as const))('%s', async (_, hostile) => {
    const { text, bytes, fetches } = await send(hostile);
    const { expect: expected } = hostile;
    if ('code' in expected) {
      const { data, errors } = JSON.parse(text);
      expect(errors?.[0], text.slice(0, 500)).toMatchObject({
        message: expect.stringMatching(expected.says),
        extensions: { code: expected.code, requestId: expect.any(String) },
      });
      expect({ data, fetches }).toEqual({ data: undefined, fetches: 0 });
      expect(bytes).toBeLessThan(MAX_REFUSAL_BYTES);
    } else {
      expect(JSON.parse(text).data, text.slice(0, 500)).toBeDefined();
      expect(fetches).toBeLessThanOrEqual(expected.fetches);
      expect(bytes).toBeLessThanOrEqual(expected.bytes);
    }
  });
});

test('after all of it the router answers as before, and nothing that every object has was changed', async () => {
  const answer = await running.post({ query: '{ me { name } }' });
  expect(await answer.json()).toEqual({ data: { me: { name: 'Ada' } } });
  expect(Object.keys(Object.prototype)).toEqual([]);
  expect(({} as Record<string, unknown>).isAdmin).toBeUndefined();
});

test('no two requests have one name, so that each is one rule', () => {
  expect(new Set(HOSTILE.map(({ name }) => name)).size).toBe(HOSTILE.length);
  expect(HOSTILE.length).toBeGreaterThanOrEqual(60);
});

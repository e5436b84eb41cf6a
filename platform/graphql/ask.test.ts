import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { UnavailableError } from '../errors/index.ts';
import { createIdentityVerifier, IDENTITY_HEADER, permissionsOf, type Viewer } from '../identity/index.ts';
import { createAskAs, type Fetch } from './ask.ts';

const KEY = 'a key of this process';
const viewer: Viewer = {
  userId: 'ana',
  organizationId: 'lab',
  sessionId: 's-1',
  roles: ['analyst'],
  permissions: permissionsOf(['analyst']),
  clientId: null,
};

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const askOf = (fetch: Fetch) => createAskAs(new Map([['samples', fetch]]), KEY)(viewer, 'request-1');

test('a question carries its document, its request and who asks', async () => {
  const ask = askOf(async (request) => {
    expect(await request.json()).toEqual({ query: '{ a }', variables: { b: 1 } });
    expect(request.headers.get('x-request-id')).toBe('request-1');
    expect(createIdentityVerifier(KEY)(request.headers.get(IDENTITY_HEADER) ?? '', Date.now())).toEqual(viewer);
    return Response.json({ data: { a: 2 } });
  });
  expect(await ask('samples', '{ a }', { b: 1 })).toEqual({ a: 2 });
});

test('whatever comes of a question, its timer goes with it', async () => {
  await askOf(async () => Response.json({ data: {} }))('samples', '{ a }');
  await askOf(async () => Response.json({ errors: [{ message: 'no' }] }))('samples', '{ a }').catch(() => {});
  await askOf(() => Promise.reject(new Error('gone')))('samples', '{ a }').catch(() => {});
  expect(vi.getTimerCount()).toBe(0);
});

test('a question that is not answered within ten seconds is given up', async () => {
  const ask = askOf(
    ({ signal }) =>
      new Promise((_, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason));
      }),
  );
  const asked = expect(ask('samples', '{ a }')).rejects.toSatisfy(
    (error) => error instanceof UnavailableError && (error.cause as Error).name === 'TimeoutError',
  );
  await vi.advanceTimersByTimeAsync(10_000);
  await asked;
});

test('a subgraph gets requests of the class that it reads best, any other those of the platform', async () => {
  class Own extends Request {}
  const classes: string[] = [];
  const fetch = async (request: Request) => {
    classes.push(request.constructor.name);
    return Response.json({ data: {} });
  };
  await askOf(Object.assign(fetch, { Request: Own }))('samples', '{ a }');
  await askOf((request) => fetch(request))('samples', '{ a }');
  expect(classes).toEqual(['Own', 'Request']);
});

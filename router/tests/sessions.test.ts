import { afterEach, describe, expect, test } from 'vitest';
import { UnavailableError } from '#platform/errors/index.ts';
import { createAuthenticator, type SessionState } from '#platform/identity/index.ts';
import { openStream, type Stream, TRANSPORTS } from '#tests/streams.ts';
import { type Authenticate, identifyViewer } from '../identify.ts';
import { startFixtureRouter } from './fixture/router.ts';

const ACTIVE: SessionState = { active: true, roles: ['analyst'], clientId: null };
const ENDED: SessionState = { active: false, roles: [], clientId: null };
const SILENT = 'subscription { slowReviews { id } }';
/** Events for as long as anybody reads them, each completed by another subgraph. */
const BUSY =
  'subscription { reviewAdded(count: 1000000) { ... on Review { id subject { name } } ... on Gap { reason } } }';

const disposables: AsyncDisposable[] = [];
const streams: Stream<unknown>[] = [];

afterEach(async () => {
  for (const stream of streams.splice(0)) stream.leave();
  while (disposables.length > 0) await disposables.pop()?.[Symbol.asyncDispose]();
});

/** The fixture's router before accounts that answer as the test says. Every token is of one session. */
async function start() {
  const accounts = { state: ACTIVE, away: false, asked: 0 };
  const identify = createAuthenticator({
    verify: async () => ({
      userId: 'u',
      organizationId: 'o',
      sessionId: 's',
      expiresAt: new Date(Date.now() + 60_000),
    }),
    async sessionState() {
      accounts.asked += 1;
      if (accounts.away) throw new UnavailableError('accounts is away');
      return { ...accounts.state };
    },
    identityKey: 'a key of the test',
  });
  const authenticate: Authenticate = async (token, requestId) => identifyViewer(await identify(token, requestId));
  const running = await startFixtureRouter({ authenticate, stopTimeoutMs: 2_000 });
  disposables.push(running);
  const subscribe = (transport: (typeof TRANSPORTS)[number], query: string) => {
    const stream = openStream(transport, running.router.url, { query, token: 'good' });
    streams.push(stream);
    return stream;
  };
  return { accounts, running, subscribe };
}

/** The code of the last answer, and how long after `since` it came. */
async function endOf(stream: Stream<unknown>, since: number): Promise<{ code: unknown; ms: number }> {
  let code: unknown = null;
  for (let answer = await stream.next(); answer; answer = await stream.next()) {
    code = answer.errors?.[0]?.extensions?.code ?? 'event';
  }
  return { code, ms: performance.now() - since };
}

describe.each(TRANSPORTS)('over %s', (transport) => {
  test.each([
    ['silent', SILENT],
    ['busy', BUSY],
  ])('a %s stream ends with UNAUTHENTICATED within a second of the end of its session', async (_, query) => {
    const { accounts, running, subscribe } = await start();
    const stream = subscribe(transport, query);
    if (query === BUSY) await stream.next();
    else await expect.poll(() => running.fixture.open.count).toBe(1);
    const ended = endOf(stream, performance.now());
    accounts.state = ENDED;
    const { code, ms } = await ended;
    expect(code).toBe('UNAUTHENTICATED');
    // The second itself is proven with a clock of its own in platform/identity; a busy machine adds to it here.
    expect(ms).toBeLessThan(3_000);
    await expect.poll(() => running.fixture.open.count).toBe(0);
  });

  test('while accounts does not answer nothing is delivered and nothing ends; then the stream goes on', async () => {
    const { accounts, subscribe } = await start();
    const stream = subscribe(transport, BUSY);
    let events = 0;
    const reading = (async () => {
      for (let answer = await stream.next(); answer; answer = await stream.next()) {
        expect(answer.errors).toBeUndefined();
        events += 1;
      }
    })();
    await expect.poll(() => events).toBeGreaterThan(0);
    accounts.away = true;
    // Asked in vain twice: what was confirmed before is older than a second.
    const before = accounts.asked;
    await expect.poll(() => accounts.asked, { interval: 20 }).toBeGreaterThan(before + 2);
    const delivered = events;
    await expect.poll(() => accounts.asked, { interval: 20 }).toBeGreaterThan(before + 3);
    expect(events).toBe(delivered);
    accounts.away = false;
    await expect.poll(() => events).toBeGreaterThan(delivered);
    stream.leave();
    await reading.catch(() => {});
  });
});

test('many streams of one session ask accounts no more often than one', async () => {
  const { accounts, running, subscribe } = await start();
  for (let count = 0; count < 40; count += 1)
    subscribe(TRANSPORTS[count % 2] ?? 'SSE', SILENT.replace('{', `S${count} {`))
      .next()
      .catch(() => {});
  await expect.poll(() => running.fixture.open.count).toBe(40);
  const before = accounts.asked;
  const started = performance.now();
  await expect.poll(() => accounts.asked).toBeGreaterThanOrEqual(before + 2);
  expect(accounts.asked - before).toBeLessThanOrEqual(1 + (performance.now() - started) / 800);
});

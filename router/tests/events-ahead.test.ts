import { expect, onTestFinished, test } from 'vitest';
import { openStream, TRANSPORTS } from '#tests/streams.ts';
import { createFixture } from './fixture/federation.ts';
import { startFixtureRouter } from './fixture/router.ts';

interface Added {
  readonly reviewAdded: { readonly id?: string };
}

test.each(TRANSPORTS)(
  'over %s several events are completed at the same time, and delivered in their order',
  async (transport) => {
    const { subgraphs } = createFixture();
    const people = subgraphs.get('people');
    const waiting: (() => void)[] = [];
    const enough = Promise.withResolvers<void>();
    subgraphs.set('people', async (request) => {
      const turn = Promise.withResolvers<void>();
      if (waiting.push(turn.resolve) === 3) enough.resolve();
      await turn.promise;
      return people?.(request) ?? new Response(null, { status: 404 });
    });
    const running = await startFixtureRouter({ subgraphs, stopTimeoutMs: 2_000 });
    onTestFinished(() => running[Symbol.asyncDispose]());
    const query =
      'subscription { reviewAdded(count: 4) { ... on Review { id author { email } } ... on Gap { reason } } }';
    const stream = openStream<Added>(transport, running.router.url, { query, token: null });
    onTestFinished(() => stream.leave());
    const first = stream.next();
    await enough.promise;
    for (const answer of waiting.toReversed()) answer();
    const answers = [await first, await stream.next(), await stream.next(), await stream.next()];
    expect(answers.map((answer) => answer?.data?.reviewAdded.id ?? 'gap')).toEqual(['r1', 'gap', 'r3', 'r4']);
  },
);

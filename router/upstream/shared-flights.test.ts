import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { RouterMetrics } from '../metrics.ts';
import { createSubgraphClient, type SubgraphCall, type SubgraphClientOptions } from './subgraph-client.ts';
import { callerIn, createHeldSubgraph, type HeldSubgraph } from './testing/held-subgraph.ts';

const QUERY = '{"query":"{ me { name } }","variables":{}}';
const MUTATION = '{"query":"mutation { rename { name } }","variables":{}}';

function start(options: Partial<SubgraphClientOptions> = {}) {
  const subgraph = createHeldSubgraph();
  const client = createSubgraphClient({
    name: 'people',
    url: 'http://people/graphql',
    fetch: subgraph.fetch,
    ...options,
  });
  const ask = (call: Partial<SubgraphCall> = {}) =>
    client.ask({ body: QUERY, kind: 'query', operationName: null, caller: callerIn('ada'), shareable: true, ...call });
  const mutate = () => ask({ body: MUTATION, kind: 'mutation', shareable: false });
  return { subgraph, client, ask, mutate };
}

/** How often the subgraph has been asked when all questions are answered. */
async function asked(subgraph: HeldSubgraph, ...questions: Promise<unknown>[]): Promise<number> {
  subgraph.release({ data: { me: { name: 'Ada' } } });
  await Promise.all(questions);
  return subgraph.requests.length;
}

describe('the same question of one scope', () => {
  test('is asked once while it is under way, and every caller gets a copy of its own', async () => {
    const { subgraph, ask } = start();
    const questions = [ask(), ask(), ask()];
    expect(await asked(subgraph, ...questions)).toBe(1);
    const [first, second, third] = await Promise.all(questions);
    expect(second).toEqual(first);
    (first?.data?.me as { name: string }).name = 'merged over';
    expect([second, third].map((answer) => answer?.data)).toEqual([{ me: { name: 'Ada' } }, { me: { name: 'Ada' } }]);
  });

  test('is asked again once it has been answered', async () => {
    const { subgraph, ask } = start();
    await asked(subgraph, ask());
    const again = ask();
    expect(await asked(subgraph, again)).toBe(2);
  });

  test('is told its failure together, and is asked again after that', async () => {
    const { subgraph, ask } = start();
    const questions = [ask(), ask()];
    await subgraph.arrived(1);
    subgraph.requests[0]?.answer('not JSON');
    for (const question of questions) await expect(question).rejects.toMatchObject({ reason: 'invalid-answer' });
    const again = ask();
    expect(await asked(subgraph, again)).toBe(2);
  });

  test('counts as shared in the metrics for all but the first', async () => {
    const outcomes: string[] = [];
    const metrics = { subgraphFetch: (_: string, outcome: string) => outcomes.push(outcome) };
    const { subgraph, ask } = start({ metrics: metrics as unknown as RouterMetrics });
    await asked(subgraph, ask(), ask(), ask());
    expect(outcomes.sort()).toEqual(['ok', 'shared', 'shared']);
  });
});

describe('never shared', () => {
  test.each<[string, Partial<SubgraphCall>]>([
    ['across scopes', { caller: callerIn('bob') }],
    ['with other variables', { body: '{"query":"{ me { name } }","variables":{"id":"p2"}}' }],
    ['when the operation is no query', { shareable: false }],
    ['when nobody said that it may be', { shareable: undefined }],
  ])('%s', async (_, other) => {
    const { subgraph, ask } = start();
    expect(await asked(subgraph, ask(), ask(other))).toBe(2);
  });

  test('mutations', async () => {
    const { subgraph, ask } = start();
    const mutation = { body: MUTATION, kind: 'mutation', shareable: true } as const;
    expect(await asked(subgraph, ask(mutation), ask(mutation))).toBe(2);
  });

  test('when sharing is off', async () => {
    const { subgraph, ask } = start({ shareFetches: false });
    expect(await asked(subgraph, ask(), ask())).toBe(2);
  });
});

describe('a caller reads what has been written', () => {
  test('a question after a mutation does not join one from before its answer', async () => {
    const { subgraph, ask, mutate } = start();
    const before = ask();
    const mutation = mutate();
    const meanwhile = ask();
    await subgraph.arrived(2);
    expect(subgraph.requests.map(({ body }) => body)).toEqual([QUERY, MUTATION]);
    subgraph.requests[1]?.answer({ data: { rename: { name: 'Ada' } } });
    await mutation;
    const after = ask();
    const joining = ask();
    expect(await asked(subgraph, before, meanwhile, after, joining)).toBe(3);
  });

  test('a mutation that failed may have written all the same', async () => {
    const { subgraph, ask, mutate } = start();
    const before = ask();
    const mutation = mutate();
    await subgraph.arrived(2);
    subgraph.requests[1]?.answer('not JSON');
    await expect(mutation).rejects.toThrow();
    expect(await asked(subgraph, before, ask())).toBe(3);
  });

  test('a mutation of one subgraph may show in another', async () => {
    const changes = { count: 0 };
    const people = start({ changes });
    const reviews = start({ changes });
    const before = people.ask();
    await asked(reviews.subgraph, reviews.mutate());
    expect(await asked(people.subgraph, before, people.ask())).toBe(2);
  });

  test('the end of an old flight does not end the sharing of the new one', async () => {
    const { subgraph, ask, mutate } = start();
    const before = ask();
    const mutation = mutate();
    await subgraph.arrived(2);
    subgraph.requests[1]?.answer({ data: { rename: null } });
    await mutation;
    const after = ask();
    await subgraph.arrived(3);
    subgraph.requests[0]?.answer({ data: { me: null } });
    await before;
    expect(await asked(subgraph, after, ask())).toBe(3);
  });

  test('a question after an event does not join one from before it', async () => {
    const { subgraph, client, ask } = start();
    const call = { body: '{"query":"subscription { renamed }"}', operationName: null, caller: callerIn('ada') };
    const opening = client.subscribe({ ...call, kind: 'subscription' });
    await subgraph.arrived(1);
    const stream = subgraph.requests[0]?.stream();
    const events = (await opening)[Symbol.asyncIterator]();
    const before = ask();
    stream?.('event: next\ndata: {"data":{"renamed":"Ada"}}\n\n');
    await events.next();
    expect(await asked(subgraph, before, ask())).toBe(3);
    await events.return?.();
  });

  // One register behind a subgraph that answers in any order: an answer is never older than what its caller knew.
  test('in whatever order questions and answers come', async () => {
    const operations = fc.array(fc.constantFrom('query' as const, 'mutation' as const), {
      minLength: 2,
      maxLength: 12,
    });
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), operations, async (scheduler, kinds) => {
        let written = 0;
        const fetch = async (request: Request) => {
          if ((await request.text()) === MUTATION) written += 1;
          const read = written;
          await scheduler.schedule(Promise.resolve(), 'answer');
          return Response.json({ data: { me: read } });
        };
        const { ask, mutate } = start({ fetch });
        let known = 0;
        const operate = async (kind: 'query' | 'mutation') => {
          await scheduler.schedule(Promise.resolve(), kind);
          const knownBefore = known;
          const { data } = await (kind === 'query' ? ask() : mutate());
          expect(data?.me).toBeGreaterThanOrEqual(knownBefore);
          known = Math.max(known, data?.me as number);
        };
        const running = Promise.all(kinds.map(operate));
        await scheduler.waitFor(running);
      }),
      { numRuns: 300 },
    );
  });
});

describe('a caller who leaves', () => {
  test('takes nothing from the others', async () => {
    const { subgraph, ask } = start();
    const leaving = new AbortController();
    const left = ask({ caller: callerIn('ada', leaving.signal) });
    const staying = ask();
    await subgraph.arrived(1);
    leaving.abort();
    await expect(left).rejects.toMatchObject({ reason: 'aborted' });
    expect(subgraph.requests[0]?.signal.aborted).toBe(false);
    expect(await asked(subgraph, staying)).toBe(1);
  });

  test('ends the fetch when nobody else waits, and whoever comes later asks anew', async () => {
    const { subgraph, ask } = start();
    const leaving = [new AbortController(), new AbortController()];
    const left = leaving.map(({ signal }) => ask({ caller: callerIn('ada', signal) }));
    await subgraph.arrived(1);
    for (const controller of leaving) controller.abort();
    for (const question of left) await expect(question).rejects.toMatchObject({ reason: 'aborted' });
    expect(subgraph.requests[0]?.signal.aborted).toBe(true);
    expect(await asked(subgraph, ask())).toBe(2);
  });

  test('before the question is told so, and the subgraph is not asked', async () => {
    const { subgraph, ask } = start();
    await expect(ask({ caller: callerIn('ada', AbortSignal.abort()) })).rejects.toMatchObject({ reason: 'aborted' });
    expect(await asked(subgraph, ask())).toBe(1);
  });
});

import { type DocumentNode, type ExecutionResult, parse } from 'graphql';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { NO_ACCESS } from '../access.ts';
import { buildSupergraph, type SupergraphState } from '../supergraph.ts';
import { createFixture } from '../tests/fixture/federation.ts';
import { silentLogger } from '../tests/fixture/logger.ts';
import { startFixtureRouter } from '../tests/fixture/router.ts';
import { DEFAULT_LIMITS } from './limits.ts';
import { createOperationCache } from './operation-cache.ts';
import { type Planner, PlanningRefused } from './planner.ts';
import { createPlanningWorker, DEFAULT_PLANNING_LIMITS, type PlanningLimits } from './planning-worker.ts';

// Threads start slowly where many tests share a machine.
vi.setConfig({ testTimeout: 120_000 });

function odd(limits: Partial<PlanningLimits> = {}) {
  return createPlanningWorker({
    supergraphSdl: '',
    limits: { ...DEFAULT_PLANNING_LIMITS, ...limits },
    logger: silentLogger,
    thread: new URL('../tests/fixture/odd-thread.ts', import.meta.url),
  });
}

const query = (name: string): DocumentNode => parse(`query ${name} { a }`);

async function refusalOf(plan: () => unknown): Promise<{ code: unknown; message: string; rememberMs: number }> {
  try {
    await plan();
  } catch (error) {
    if (!(error instanceof PlanningRefused)) throw error;
    const { message, extensions } = error.refusal;
    return { code: extensions.code, message, rememberMs: error.rememberMs };
  }
  throw new Error('was planned');
}

describe('a thread that plans', () => {
  test('makes the plan that the same supergraph gives without it', async () => {
    const { supergraphSdl } = createFixture();
    const state = buildSupergraph(supergraphSdl);
    using worker = createPlanningWorker({
      supergraphSdl: state.adapted.sdl,
      limits: DEFAULT_PLANNING_LIMITS,
      logger: silentLogger,
    });
    const document = parse('query ($n: Int) { latest { author { name email } } items(first: $n) { name rating } }');
    const expected = await state.planner.plan(document);
    expect(await worker.plan(document)).toEqual(JSON.parse(JSON.stringify(expected)));
  });

  test('is what a router plans with unless it is told otherwise', async () => {
    await using running = await startFixtureRouter({ planning: {} });
    const response = await running.post({ query: '{ latest { id author { name email } } }' });
    const { data } = (await response.json()) as ExecutionResult<{ latest: unknown[] }>;
    expect(data?.latest[0]).toEqual({ id: 'r1', author: { name: 'Ada', email: 'ada@x.test' } });
  });

  test('is replaced when a planning takes too long: that operation is refused, the next is planned', async () => {
    using worker = odd({ timeLimitMs: 1_000 });
    const next = worker.plan(query('Next'));
    expect(await refusalOf(() => worker.plan(query('Sleep')))).toEqual({
      code: 'BAD_INPUT',
      message: expect.stringMatching(/could not be planned within 1 s.*Select fewer fields/),
      rememberMs: 300_000,
    });
    expect(await next).toMatchObject({ planned: 1 });
    // A new thread counts anew.
    expect(await worker.plan(query('Again'))).toMatchObject({ planned: 1 });
  });

  test('is replaced when a planning takes too much memory', async () => {
    using worker = odd({ maxMemoryMb: 64 });
    const { code, message } = await refusalOf(() => worker.plan(query('Eat')));
    expect([code, message]).toEqual(['BAD_INPUT', expect.stringContaining('within 64 MiB')]);
    expect(await worker.plan(query('Again'))).toMatchObject({ planned: 1 });
  });

  test('fails those who wait for it when it breaks, and comes back for the next', async () => {
    using worker = odd();
    const both = [worker.plan(query('Crash')), worker.plan(query('Behind'))];
    const results = await Promise.allSettled(both);
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(await worker.plan(query('Again'))).toMatchObject({ planned: 1 });
  });

  test('goes on after an operation that it could not plan', async () => {
    using worker = odd();
    await expect(worker.plan(query('Fail'))).rejects.toThrow('failed on purpose');
    expect(await worker.plan(query('Again'))).toMatchObject({ planned: 1 });
  });

  test('lets only so many wait', async () => {
    using worker = odd({ maxWaiting: 2 });
    // The thread has not started, so both wait.
    const waiting = [worker.plan(query('A')), worker.plan(query('B'))];
    expect(await refusalOf(() => worker.plan(query('C')))).toEqual({
      code: 'UNAVAILABLE',
      message: expect.stringContaining('2 new operations wait'),
      rememberMs: 0,
    });
    expect(await Promise.all(waiting)).toMatchObject([{ planned: 1 }, { planned: 2 }]);
    expect(await worker.plan(query('C'))).toMatchObject({ planned: 3 });
  });

  test('that is disposed of refuses who waits and who comes', async () => {
    const worker = odd();
    const waiting = refusalOf(() => worker.plan(query('A')));
    worker[Symbol.dispose]();
    expect(await waiting).toMatchObject({ code: 'UNAVAILABLE' });
    expect(await refusalOf(() => worker.plan(query('B')))).toMatchObject({ code: 'UNAVAILABLE' });
  });
});

describe('an operation that is planned elsewhere', () => {
  let state: SupergraphState;
  const prepare = (planner: Planner) => {
    state ??= buildSupergraph(createFixture().supergraphSdl);
    const options = { state, planner, limits: DEFAULT_LIMITS, maxOperations: 10 };
    const cache = createOperationCache({ ...options, unauthorized: 'filter', introspection: true, suggestions: true });
    const prepared = cache.get('{ me { name } }', null);
    if ('errors' in prepared) throw new Error('refused');
    return prepared;
  };
  afterEach(() => {
    vi.useRealTimers();
  });

  test('is planned once for all who ask meanwhile, and known at once from then on', async () => {
    let planned = 0;
    const prepared = prepare({
      async plan() {
        planned += 1;
        return { kind: 'QueryPlan' };
      },
    });
    const [first, second] = await Promise.all([prepared.for(NO_ACCESS), prepared.for(NO_ACCESS)]);
    expect(second).toBe(first);
    expect(prepared.for(NO_ACCESS)).toBe(first);
    expect(planned).toBe(1);
  });

  test('that was refused stays refused for as long as the refusal says, and is then tried again', async () => {
    vi.useFakeTimers({ toFake: ['performance'] });
    let planned = 0;
    const prepared = prepare({
      async plan() {
        planned += 1;
        const refusal = Object.assign(new Error('too long'), { extensions: { code: 'BAD_INPUT' } });
        throw new PlanningRefused(refusal as never, 1_000);
      },
    });
    expect(await prepared.for(NO_ACCESS)).toMatchObject({ errors: [{ message: 'too long' }] });
    expect(await prepared.for(NO_ACCESS)).toMatchObject({ errors: [{ message: 'too long' }] });
    expect(planned).toBe(1);
    vi.advanceTimersByTime(1_001);
    await prepared.for(NO_ACCESS);
    expect(planned).toBe(2);
  });

  test('whose planning broke is planned again by the next request', async () => {
    let planned = 0;
    const prepared = prepare({
      async plan() {
        planned += 1;
        if (planned === 1) throw new Error('broke');
        return { kind: 'QueryPlan' };
      },
    });
    await expect(prepared.for(NO_ACCESS)).rejects.toThrow('broke');
    expect(await prepared.for(NO_ACCESS)).toMatchObject({ kind: 'query' });
  });
});

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { resolveAhead } from './resolve-ahead.ts';

interface Case {
  readonly items: number;
  readonly limit: number;
  /** How the source ends. */
  readonly lost: boolean;
  /** The item whose resolution fails, if there is such an item. */
  readonly fails: number;
  /** The reader leaves after so many results. */
  readonly leaves: number;
}

const someCase: fc.Arbitrary<Case> = fc.record({
  items: fc.nat(30),
  limit: fc.integer({ min: 1, max: 8 }),
  lost: fc.boolean(),
  fails: fc.oneof(fc.constant(Number.POSITIVE_INFINITY), fc.nat(30)),
  leaves: fc.oneof(fc.constant(Number.POSITIVE_INFINITY), fc.nat(30)),
});

/** A source whose items come, and a resolver that answers, when the scheduler says so. */
function stage(scheduler: fc.Scheduler, { items, lost, fails }: Case) {
  const seen = { started: 0, delivered: 0, mostAhead: 0, returned: false, startedAfterReturn: 0 };
  let index = 0;
  const source: AsyncIterableIterator<number> = {
    async next() {
      await scheduler.schedule(Promise.resolve(), 'source');
      if (index < items) return { done: false, value: index++ };
      if (lost) throw new Error('lost');
      return { done: true, value: undefined };
    },
    async return() {
      seen.returned = true;
      return { done: true, value: undefined };
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
  const resolve = async (item: number): Promise<string> => {
    seen.started += 1;
    if (seen.returned) seen.startedAfterReturn += 1;
    seen.mostAhead = Math.max(seen.mostAhead, seen.started - seen.delivered);
    await scheduler.schedule(Promise.resolve(), `resolve ${item}`);
    if (item === fails) throw new Error(`item ${item}`);
    return `result ${item}`;
  };
  return { seen, source, resolve };
}

test('whatever comes and answers when: results are in the order of their items, at most so many are ahead, a failure ends them in its place', async () => {
  await fc.assert(
    fc.asyncProperty(fc.scheduler(), someCase, async (scheduler, each) => {
      const { seen, source, resolve } = stage(scheduler, each);
      const results: string[] = [];
      let failure = '';
      const reading = (async () => {
        if (each.leaves === 0) return;
        for await (const result of resolveAhead(source, each.limit, resolve)) {
          seen.delivered += 1;
          results.push(result);
          if (results.length === each.leaves) break;
          // The reader takes its time, too.
          await scheduler.schedule(Promise.resolve(), 'reader');
        }
      })().catch((error: Error) => {
        failure = error.message;
      });
      await scheduler.waitFor(reading);
      await scheduler.waitIdle();

      const whole = Math.min(each.items, each.fails);
      const expected = Math.min(whole, each.leaves);
      expect(results).toEqual(Array.from({ length: expected }, (_, index) => `result ${index}`));
      const ending = each.fails < each.items ? `item ${each.fails}` : each.lost ? 'lost' : '';
      expect(failure).toBe(each.leaves <= whole ? '' : ending);
      expect(seen.mostAhead).toBeLessThanOrEqual(each.limit + 1);
      expect(seen.startedAfterReturn).toBe(0);
    }),
    { numRuns: 500 },
  );
});

test('as many are under way as may be, and the next one starts when the first is taken', async () => {
  const answers: PromiseWithResolvers<number>[] = [];
  const source = (async function* () {
    for (let index = 0; index < 20; index += 1) yield index;
  })();
  const stream = resolveAhead(source, 8, () => {
    const answer = Promise.withResolvers<number>();
    answers.push(answer);
    return answer.promise;
  });
  const first = stream.next();
  await expect.poll(() => answers.length).toBe(8);
  for (const [index, answer] of answers.toReversed().entries()) answer.resolve(7 - index);
  expect((await first).value).toBe(0);
  await expect.poll(() => answers.length).toBe(9);
  expect((await stream.next()).value).toBe(1);
  await stream.return(undefined);
});

test('a result is given although the source is silent, and leaving does not wait for it', async () => {
  const silent = Promise.withResolvers<never>();
  let returned = false;
  const steps = [Promise.resolve({ done: false, value: 'a' } as const), silent.promise];
  const source: AsyncIterableIterator<string> = {
    next: () => steps.shift() ?? silent.promise,
    async return() {
      returned = true;
      return { done: true, value: undefined };
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
  const stream = resolveAhead(source, 8, async (item) => item.toUpperCase());
  expect((await stream.next()).value).toBe('A');
  expect((await stream.return(undefined)).done).toBe(true);
  expect(returned).toBe(true);
});

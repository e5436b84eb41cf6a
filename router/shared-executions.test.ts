import { describe, expect, test } from 'vitest';
import type { PlannedOperation } from './operation/operation.ts';
import type { GraphQLResult } from './results.ts';
import { createSharedExecutions } from './shared-executions.ts';

const OPERATION = {} as PlannedOperation;
const ANSWER: GraphQLResult = { data: '{"a":1}' };

function start() {
  const changes = { count: 0 };
  const shared = createSharedExecutions(changes);
  const runs: { signal: AbortSignal; end: (result: GraphQLResult) => void }[] = [];
  const run = (key: string, signal: AbortSignal | null = null, operation = OPERATION) =>
    shared.run(operation, key, signal, (own) => {
      const { promise, resolve } = Promise.withResolvers<GraphQLResult>();
      runs.push({ signal: own, end: resolve });
      return promise;
    });
  return { changes, runs, run };
}

describe('a query that is under way', () => {
  test('serves everybody who asks the same', async () => {
    const { runs, run } = start();
    const answers = [run('ada {}'), run('ada {}'), run('ada {}')];
    expect(runs).toHaveLength(1);
    runs[0]?.end(ANSWER);
    expect(await Promise.all(answers)).toEqual([ANSWER, ANSWER, ANSWER]);
    void run('ada {}');
    expect(runs).toHaveLength(2);
  });

  test('serves nobody of another scope, with other variables, or of another operation', () => {
    const { runs, run } = start();
    void run('ada {}');
    void run('bob {}');
    void run('ada {"first":1}');
    void run('ada {}', null, {} as PlannedOperation);
    expect(runs).toHaveLength(4);
  });

  test('serves nobody who asks after a change: what was written is read', () => {
    const { changes, runs, run } = start();
    void run('ada {}');
    changes.count += 1;
    void run('ada {}');
    expect(runs).toHaveLength(2);
  });

  test('goes on while one of its clients waits, and is given up when the last has left', async () => {
    const { runs, run } = start();
    const [one, two] = [new AbortController(), new AbortController()];
    void run('ada {}', one.signal);
    const staying = run('ada {}', two.signal);
    one.abort();
    expect(runs[0]?.signal.aborted).toBe(false);
    runs[0]?.end(ANSWER);
    expect(await staying).toBe(ANSWER);
    void run('ada {}', one.signal);
    expect(runs[1]?.signal.aborted).toBe(true);
  });
});

import { expect, test } from 'vitest';
import { createMetrics } from './index.ts';

test('an instrument asked for twice is one instrument', async () => {
  const metrics = createMetrics({ processMetrics: false });
  const ask = () => metrics.counter({ name: 'alims_test_things_total', help: 'Things.', labels: ['kind'] });
  ask().inc({ kind: 'a' });
  ask().inc({ kind: 'a' });
  const { contentType, body } = await metrics.render();
  expect(contentType).toContain('text/plain');
  expect(body).toContain('alims_test_things_total{kind="a"} 2');
});

test('two processes in one test do not share figures', async () => {
  const [one, other] = [createMetrics({ processMetrics: false }), createMetrics({ processMetrics: false })];
  one.counter({ name: 'alims_test_things_total', help: 'Things.' }).inc();
  expect((await other.render()).body).not.toContain('alims_test_things_total');
});

test('a name means one type of instrument', () => {
  const metrics = createMetrics({ processMetrics: false });
  metrics.counter({ name: 'alims_test_things_total', help: 'Things.' });
  expect(() => metrics.gauge({ name: 'alims_test_things_total', help: 'Things.' })).toThrow(/another type/);
});

test('names outside alims_* and labels without a bound are refused', () => {
  const metrics = createMetrics({ processMetrics: false });
  expect(() => metrics.counter({ name: 'things_total', help: 'Things.' })).toThrow(/alims_/);
  expect(() => metrics.counter({ name: 'alims_x_total', help: 'X.', labels: ['organization_id'] })).toThrow(/no bound/);
});

test('a histogram has buckets, gauges and counters are collected when they are asked, and the process is measured', async () => {
  const metrics = createMetrics();
  metrics.histogram({ name: 'alims_test_seconds', help: 'Time.', buckets: [1, 2] }).observe(1.5);
  metrics.gauge({ name: 'alims_test_size', help: 'Size.', read: () => 7 });
  const read = () => [[{ kind: 'a' }, 3] as const];
  metrics.counter({ name: 'alims_test_reads_total', help: 'Reads.', labels: ['kind'], read });
  await metrics.render();
  const { body } = await metrics.render();
  expect(body).toContain('alims_test_seconds_bucket{le="2"} 1');
  expect(body).toContain('alims_test_size 7');
  expect(body).toContain('alims_test_reads_total{kind="a"} 3');
  expect(body).toContain('alims_process_resident_memory_bytes');
});

import { expect, test, vi } from 'vitest';
import { createHealth, withoutSecrets } from './index.ts';

const get = (path: string) => new Request(`http://localhost${path}`);

test('a process whose dependencies answer is ready', async () => {
  const health = createHealth();
  health.register('database', async () => {});
  for (const path of ['/health', '/health/ready']) {
    const response = await health.handle(get(path));
    expect(response?.status).toBe(200);
    expect(await response?.json()).toMatchObject({ status: 'up', checks: { database: { status: 'up' } } });
  }
});

test('one dependency down makes the process not ready, but it stays alive and says what is down', async () => {
  const health = createHealth();
  health.register('database', async () => {});
  health.register('redis', () => Promise.reject(new Error('connect ECONNREFUSED redis://:hunter2@cache:6379/0')));
  const ready = await health.handle(get('/health/ready'));
  expect(ready?.status).toBe(503);
  const body = await ready?.text();
  expect(JSON.parse(body ?? '')).toMatchObject({
    status: 'down',
    checks: { database: { status: 'up' }, redis: { status: 'down', error: 'connect ECONNREFUSED redis://…' } },
  });
  expect(body).not.toContain('hunter2');
  expect((await health.handle(get('/health/live')))?.status).toBe(200);
});

test('a dependency that does not answer in time is down', async () => {
  vi.useFakeTimers();
  try {
    const health = createHealth();
    health.register('slow', () => new Promise(() => {}), { timeoutMs: 500 });
    const state = health.state();
    await vi.advanceTimersByTimeAsync(500);
    expect((await state).checks.slow).toMatchObject({ status: 'down', error: 'no answer within 500 ms' });
  } finally {
    vi.useRealTimers();
  }
});

test('probes that arrive together share one round of checks', async () => {
  const health = createHealth();
  let rounds = 0;
  health.register('database', async () => {
    rounds += 1;
  });
  await Promise.all([health.state(), health.state(), health.handle(get('/health'))]);
  expect(rounds).toBe(1);
});

test('a draining process is alive but takes no more work', async () => {
  const health = createHealth();
  health.drain();
  expect((await health.handle(get('/health/ready')))?.status).toBe(503);
  expect((await health.handle(get('/health/live')))?.status).toBe(200);
});

test('other paths are not its business', async () => {
  expect(await createHealth().handle(get('/graphql'))).toBeNull();
});

test('an error is told without secrets', () => {
  expect(withoutSecrets(new Error('failed: password=abc host=x\nstack'))).toBe('failed: password=… host=x');
  expect(withoutSecrets('text')).toBe('unknown error');
});

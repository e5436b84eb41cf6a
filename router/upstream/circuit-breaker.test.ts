import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type CallOutcome, createCircuitBreaker, DEFAULT_CIRCUIT_BREAKER, type Ticket } from './circuit-breaker.ts';

const OPTIONS = { threshold: 0.5, minimumCalls: 4, windowMs: 1_000, openMs: 500 };

function start(options = OPTIONS) {
  let time = 0;
  const changes: boolean[] = [];
  const breaker = createCircuitBreaker(options, { now: () => time, onChange: (open) => changes.push(open) });
  const call = (outcome: CallOutcome) => {
    const ticket = breaker.enter();
    if (ticket) breaker.report(ticket, outcome);
    return ticket;
  };
  const wait = (ms: number) => {
    time += ms;
  };
  return { breaker, call, wait, changes };
}

function opened() {
  const running = start();
  for (let calls = 0; calls < 4; calls++) running.call('failure');
  expect(running.breaker.open).toBe(true);
  return running;
}

test('it opens when the share of failures is reached, not before, and not with few calls', () => {
  const { breaker, call } = start();
  for (const outcome of ['failure', 'success', 'failure'] as const) call(outcome);
  expect(breaker.open).toBe(false);
  for (const outcome of ['success', 'success'] as const) call(outcome);
  expect(breaker.open).toBe(false);
  call('failure');
  expect(breaker.open).toBe(true);
  expect(call('success')).toBeNull();
});

test('what was longer ago than the window counts no more, however long nothing came since', () => {
  for (const ms of [1_001, 60_000]) {
    const { breaker, call, wait } = start();
    for (let calls = 0; calls < 3; calls++) call('failure');
    wait(ms);
    call('failure');
    expect(breaker.open).toBe(false);
  }
});

test('after a while one call at a time tries the subgraph; its success closes, its failure opens for as long again', () => {
  const { breaker, call, wait, changes } = opened();
  wait(499);
  expect(breaker.admits).toBe(false);
  wait(1);
  expect(breaker.enter()).toBe('probe');
  expect(breaker.enter()).toBeNull();
  breaker.report('probe', 'failure');
  wait(499);
  expect(call('success')).toBeNull();
  wait(1);
  expect(call('success')).toBe('probe');
  expect(breaker.open).toBe(false);
  expect(call('failure')).toBe('call');
  expect(breaker.open).toBe(false);
  expect(changes).toEqual([true, false]);
});

test('a probe that ends for reasons of its own lets the next one try', () => {
  const { breaker, call, wait } = opened();
  wait(500);
  expect(call('unknown')).toBe('probe');
  expect(breaker.open).toBe(true);
  expect(call('success')).toBe('probe');
  expect(breaker.open).toBe(false);
});

test('what was asked before it opened neither closes it nor keeps it open longer', () => {
  const { breaker, wait } = opened();
  wait(100);
  breaker.report('call', 'success');
  expect(breaker.open).toBe(true);
  breaker.report('call', 'failure');
  wait(400);
  expect(breaker.admits).toBe(true);
});

test('calls whose end says nothing are not counted', () => {
  const { breaker, call } = start();
  for (let calls = 0; calls < 100; calls++) call('unknown');
  for (let calls = 0; calls < 3; calls++) call('failure');
  expect(breaker.open).toBe(false);
});

test('whatever happens in whatever order, at most one probe is out, and a subgraph that is well again is asked again', () => {
  const step = fc.record({
    kind: fc.constantFrom('enter' as const, 'report' as const),
    outcome: fc.constantFrom<CallOutcome>('success', 'failure', 'unknown'),
    ms: fc.integer({ min: 0, max: 700 }),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const { breaker, call, wait } = start();
      const out: Ticket[] = [];
      for (const { kind, outcome, ms } of steps) {
        wait(ms);
        if (kind === 'enter') {
          const admits = breaker.admits;
          const ticket = breaker.enter();
          expect(ticket !== null).toBe(admits);
          if (ticket) out.push(ticket);
        } else {
          const ticket = out.shift();
          if (ticket) breaker.report(ticket, outcome);
        }
        expect(out.filter((ticket) => ticket === 'probe').length).toBeLessThanOrEqual(1);
      }
      for (const ticket of out) breaker.report(ticket, 'unknown');
      wait(DEFAULT_CIRCUIT_BREAKER.openMs);
      expect(call('success')).not.toBeNull();
      expect(breaker.open).toBe(false);
    }),
  );
});

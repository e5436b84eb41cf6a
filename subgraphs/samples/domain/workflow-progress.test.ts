import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { aSample, T0 } from './testing.ts';
import { applyProgress, type WorkflowProgress } from './workflow-progress.ts';

const announced = aSample({ status: 'REGISTERED', receivedAt: null, dueAt: null, condition: null });

function progress(stage: string, version: number, status = 'ACTIVE'): WorkflowProgress {
  return { stage, version, status, at: T0 };
}

describe('a sample follows its workflow', () => {
  test('reception is stamped with the time of the event, once', () => {
    const arrived = applyProgress(announced, progress('SAMPLE_RECEPTION', 2));
    expect(arrived).toMatchObject({ status: 'RECEIVED', receivedAt: T0, version: 2, workflowVersion: 2 });
    expect(applyProgress(arrived, { ...progress('SAMPLE_RECEPTION', 2), at: new Date() })).toBe(arrived);
  });

  test('it is IN_PROGRESS from PROCESSING on and COMPLETED at the end', () => {
    const working = applyProgress(aSample(), progress('PROCESSING', 5));
    expect(working).toMatchObject({ status: 'IN_PROGRESS', version: 2, factsVersion: 1 });
    expect(applyProgress(working, progress('TESTING', 6))).toMatchObject({ status: 'IN_PROGRESS', version: 2 });
    expect(applyProgress(working, progress('COMPLETION', 8, 'COMPLETED')).status).toBe('COMPLETED');
  });

  test('rework before processing does not undo that work has begun; rework after completion reopens', () => {
    expect(
      applyProgress(aSample({ status: 'IN_PROGRESS', workflowVersion: 5 }), progress('ASSIGNMENT', 6)).status,
    ).toBe('IN_PROGRESS');
    expect(applyProgress(aSample({ status: 'COMPLETED', workflowVersion: 8 }), progress('RESULTS', 9)).status).toBe(
      'IN_PROGRESS',
    );
  });

  test('an older event does not take back what a later one said, but still tells when the sample arrived', () => {
    const ahead = applyProgress(announced, progress('PROCESSING', 5));
    const late = applyProgress(ahead, progress('SAMPLE_RECEPTION', 2));
    expect(late).toMatchObject({ status: 'IN_PROGRESS', receivedAt: T0, workflowVersion: 5 });
    const done = aSample({ status: 'COMPLETED', workflowVersion: 9 });
    expect(applyProgress(done, progress('TESTING', 6))).toBe(done);
  });

  test('a cancelled sample stays cancelled', () => {
    const cancelled = applyProgress(announced, progress('INITIATION', 2, 'CANCELLED'));
    expect(cancelled.status).toBe('CANCELLED');
    expect(applyProgress(cancelled, progress('SAMPLE_RECEPTION', 3))).toMatchObject({
      status: 'CANCELLED',
      receivedAt: null,
    });
  });
});

test('in whatever order and however often events come, the end is that of the right order', () => {
  const stages = ['INITIATION', 'SAMPLE_RECEPTION', 'REGISTRATION', 'ASSIGNMENT', 'PROCESSING', 'TESTING', 'RESULTS'];
  const events = stages.map((stage, index) => progress(stage, index + 1));
  const end = (list: readonly WorkflowProgress[]) => {
    const { status, receivedAt, workflowVersion } = list.reduce(applyProgress, announced);
    return { status, receivedAt, workflowVersion };
  };
  fc.assert(
    fc.property(fc.nat(), fc.shuffledSubarray(events, { minLength: events.length }), (seed, shuffled) => {
      const again = shuffled.slice(0, seed % events.length);
      expect(end([...shuffled, ...again])).toEqual(end(events));
    }),
  );
});

test('versions never shrink, and the status changes only with the version', () => {
  const any = fc.record({
    stage: fc.constantFrom('INITIATION', 'SAMPLE_RECEPTION', 'ASSIGNMENT', 'PROCESSING', 'RESULTS', 'COMPLETION'),
    status: fc.constantFrom('ACTIVE', 'ON_HOLD', 'FAILED', 'CANCELLED', 'COMPLETED'),
    version: fc.integer({ min: 1, max: 20 }),
    at: fc.constant(T0),
  });
  fc.assert(
    fc.property(fc.array(any), (events) => {
      let sample = announced;
      for (const event of events) {
        const next = applyProgress(sample, event);
        expect(next.version).toBeGreaterThanOrEqual(sample.version);
        if (next.status !== sample.status) expect(next.version).toBe(sample.version + 1);
        expect(next.workflowVersion).toBeGreaterThanOrEqual(sample.workflowVersion);
        sample = next;
      }
    }),
  );
});

import fc from 'fast-check';
import { v7 } from 'uuid';
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import type { StoredEvent } from '#platform/events/index.ts';
import type { Viewer } from '#platform/identity/index.ts';
import { type Actions, actionsOf, codes } from './actions.ts';
import { DETAIL } from './documents.ts';
import { createSamplesLab, newLaboratory, person, type SamplesLab, workflowEvent } from './harness.ts';
import type { RegisteredSample } from './shapes.ts';

interface Detail extends RegisteredSample {
  readonly receivedAt: string | null;
  readonly condition: string | null;
  readonly children: readonly { readonly id: string }[];
  readonly custody: {
    readonly totalCount: number;
    readonly edges: readonly { readonly node: { readonly action: string } }[];
  };
}

let lab: SamplesLab;
let act: Actions;
let manager: Viewer;

beforeAll(async () => {
  lab = await createSamplesLab();
  act = actionsOf(lab);
});
afterAll(() => lab[Symbol.asyncDispose]());
beforeEach(async () => {
  manager = await newLaboratory(lab);
});

async function detail(id: string): Promise<Detail> {
  return (await lab.ask<{ sample: Detail }>(manager, DETAIL, { id })).sample;
}

function announced(over: object = {}): Promise<RegisteredSample> {
  return act.sample(manager, { receivedAt: null, ...over });
}

describe('reception', () => {
  test('a sample that arrives gets its due time, its condition and an entry in custody', async () => {
    const { id } = await announced({ priority: 'URGENT' });
    const [item] = await act.receive(manager, [
      {
        sampleId: id,
        expectedVersion: 1,
        receivedAt: '2026-03-01T08:00:00Z',
        condition: 'LEAKING',
        location: 'fridge 2',
      },
    ]);
    expect(item?.sample).toMatchObject({
      status: 'RECEIVED',
      version: 2,
      condition: 'LEAKING',
      dueAt: '2026-03-02T08:00:00.000Z',
    });
    expect((await detail(id)).custody.edges[0]?.node).toMatchObject({ action: 'received', location: 'fridge 2' });
    expect((await lab.events(manager)).at(-1)).toMatchObject({
      type: 'sample.received',
      payload: {
        sampleVersion: 2,
        dueAt: '2026-03-02T08:00:00.000Z',
        before: { status: 'REGISTERED' },
        after: { status: 'RECEIVED' },
      },
    });
  });

  test('every cause of refusal has its code; the others of the request are received', async () => {
    const here = await act.sample(manager);
    const coming = await announced({ collectedAt: '2026-02-28T08:00:00Z' });
    const cancelled = await announced();
    await lab.workflowMoved(manager, { sampleId: cancelled.id, to: 'INITIATION', status: 'CANCELLED', version: 2 });
    const future = new Date(Date.now() + 86_400_000).toISOString();
    const results = await act.receive(manager, [
      { sampleId: 'nothing', expectedVersion: 1 },
      { sampleId: here.id, expectedVersion: 1 },
      { sampleId: cancelled.id, expectedVersion: 2 },
      { sampleId: coming.id, expectedVersion: 1, receivedAt: future },
      { sampleId: coming.id, expectedVersion: 1, receivedAt: '2026-02-27T08:00:00Z' },
      { sampleId: coming.id, expectedVersion: 9 },
      { sampleId: coming.id, expectedVersion: 1 },
      { sampleId: coming.id, expectedVersion: 1 },
    ]);
    expect(codes(results)).toEqual([
      'NOT_FOUND',
      'ALREADY_RECEIVED',
      'CANCELLED',
      'RECEIVED_IN_FUTURE',
      'RECEIVED_BEFORE_COLLECTED',
      'VERSION_CONFLICT',
      'SampleReceived',
      'VERSION_CONFLICT',
    ]);
    expect(results[5]).toMatchObject({ currentVersion: 1 });
    expect(results[7]).toMatchObject({ currentVersion: 2 });
  });

  test('a retry with the same key receives nothing twice; 501 at once are refused', async () => {
    const { id } = await announced();
    const inputs = [{ sampleId: id, expectedVersion: 1 }];
    const first = await act.receive(manager, inputs, 'k');
    expect(await act.receive(manager, inputs, 'k')).toEqual(first);
    await expect(
      act.receive(
        manager,
        Array.from({ length: 501 }, () => inputs[0] ?? {}),
      ),
    ).rejects.toThrow('BAD_INPUT');
  });

  test('of two who receive at once one is told of the other', async () => {
    const { id } = await announced();
    const clerk = person('lab_clerk', manager);
    const inputs = [{ sampleId: id, expectedVersion: 1 }];
    const both = await Promise.all([act.receive(manager, inputs), act.receive(clerk, inputs)]);
    expect(codes(both.flat()).sort()).toEqual(['SampleReceived', 'VERSION_CONFLICT']);
  });
});

describe('a sample follows its workflow', () => {
  test('reception through the workflow is stamped with the time of the event, once however often it comes', async () => {
    const { id } = await announced();
    const at = new Date('2026-03-01T08:00:00Z');
    const eventId = v7();
    for (let i = 0; i < 2; i += 1) {
      await lab.workflowMoved(manager, { sampleId: id, to: 'SAMPLE_RECEPTION', version: 2 }, { id: eventId, at });
    }
    expect(await detail(id)).toMatchObject({
      status: 'RECEIVED',
      receivedAt: at.toISOString(),
      dueAt: '2026-03-06T08:00:00.000Z',
      version: 2,
      custody: { totalCount: 2 },
    });
    expect((await lab.events(manager)).map(({ type }) => type)).toEqual(['sample.registered', 'sample.received']);
  });

  test('it is in progress from PROCESSING on, completed at the end, and late events do not take it back', async () => {
    const { id } = await act.sample(manager);
    const move = (to: string, version: number, status = 'ACTIVE') =>
      lab.workflowMoved(manager, { sampleId: id, to, version, status });
    await move('PROCESSING', 5);
    expect((await detail(id)).status).toBe('IN_PROGRESS');
    await move('COMPLETION', 8, 'COMPLETED');
    await move('TESTING', 6);
    expect(await detail(id)).toMatchObject({ status: 'COMPLETED', version: 3 });
    const events = await lab.events(manager);
    expect(events.map(({ type }) => type)).toEqual([
      'sample.registered',
      'sample.status_changed',
      'sample.status_changed',
    ]);
  });

  test('events that come together leave what they leave one by one, each in the name of who caused it', async () => {
    const clerk = person('lab_clerk', manager);
    lab.now = new Date('2026-03-01T12:00:00Z');
    onTestFinished(() => {
      lab.now = null;
    });
    const moved = fc.record({
      sample: fc.nat(2),
      to: fc.constantFrom('INITIATION', 'SAMPLE_RECEPTION', 'PROCESSING', 'COMPLETION'),
      status: fc.constantFrom('ACTIVE', 'ACTIVE', 'COMPLETED', 'CANCELLED'),
      version: fc.integer({ min: 1, max: 6 }),
      by: fc.constantFrom(manager, clerk),
      again: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(moved, { minLength: 2, maxLength: 12 }), async (moves) => {
        const left = async (deliver: (events: readonly StoredEvent[]) => Promise<void>) => {
          const samples = [await announced(), await announced(), await act.sample(manager)];
          const before = (await lab.events(manager)).length;
          const events = moves.flatMap(({ sample, by, again, ...payload }, index) => {
            const over = { at: new Date(Date.UTC(2026, 2, 2, 0, index)), requestId: `r${index}` };
            const event = workflowEvent(by, { ...payload, sampleId: samples[sample]?.id }, over);
            return again ? [event, event] : [event];
          });
          await deliver(events);
          const nameOf = (id: unknown) => samples.findIndex((sample) => sample.id === id);
          const announcements = (await lab.events(manager)).slice(before);
          return {
            samples: (await Promise.all(samples.map(({ id }) => detail(id)))).map(
              ({ status, version, receivedAt, dueAt, custody }) => ({ status, version, receivedAt, dueAt, custody }),
            ),
            announced: announcements.map(({ type, subject_id, actor_id, payload: { before, after } }) => ({
              type,
              subject: nameOf(subject_id),
              actor_id,
              before,
              after,
            })),
          };
        };
        const alone = await left(async (events) => {
          for (const event of events) await lab.bus.publish([event]);
        });
        const together = await left((events) => lab.bus.publish(events));
        const plain = (value: object) => JSON.stringify(value, (key, each) => (key === 'cursor' ? undefined : each));
        expect(plain(together)).toBe(plain(alone));
      }),
      { numRuns: 12 },
    );
  }, 60_000);

  test('an event about a sample that is not there changes nothing', async () => {
    await lab.workflowMoved(manager, { sampleId: v7(), to: 'PROCESSING', version: 5 });
    await lab.workflowMoved(manager, { sampleId: 'nonsense', to: 'PROCESSING', version: 5 });
    const stranger = await newLaboratory(lab);
    const { id } = await act.sample(manager);
    await lab.workflowMoved(stranger, { sampleId: id, to: 'INITIATION', status: 'CANCELLED', version: 5 });
    expect((await detail(id)).status).toBe('RECEIVED');
  });
});

test('aliquots know their parent, the parent its aliquots, oldest first', async () => {
  const parent = await act.sample(manager);
  const first = await act.sample(manager, { parentId: parent.id });
  // An id in capitals is the same id.
  const second = await act.sample(manager, { parentId: parent.id.toUpperCase() });
  expect((await detail(parent.id)).children.map(({ id }) => id)).toEqual([first.id, second.id]);
  expect((await detail(second.id)).parent?.id).toBe(parent.id);
});

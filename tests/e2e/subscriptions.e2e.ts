import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type GraphQLClient, signedIn } from '#demo/graphql-client.ts';
import { DEMO_PASSWORD } from '#demo/people.ts';
import { createRandom } from '#demo/random.ts';
import { operation } from '../documents.ts';
import { createLab, type Lab } from '../lab.ts';
import { openStream, type Stream, TRANSPORTS, type Transport } from '../streams.ts';

interface WorkflowEvent {
  readonly __typename: string;
  readonly id: string;
  readonly cursor: string;
  readonly type: string;
  readonly workflow: { readonly id: string; readonly version: number };
}
interface Update {
  readonly workflowUpdated: WorkflowEvent;
}
interface Started {
  readonly id: string;
  readonly accessionNumber: string;
  readonly workflow: { readonly id: string };
}

const WORKFLOW_UPDATED = operation('workflows', 'WorkflowUpdated');
const STAGES = ['SAMPLE_RECEPTION', 'REGISTRATION', 'ASSIGNMENT', 'PROCESSING', 'TESTING'];
let lab: Lab;
let manager: GraphQLClient;
let stranger: GraphQLClient;
const streams: Stream<Update>[] = [];

beforeAll(async () => {
  lab = await createLab({ catalogue: true });
  manager = await lab.as('manager');
  stranger = await lab.as('manager@other.test');
  await Promise.all([register(manager, 1), register(stranger, 1)]);
});
afterAll(() => lab[Symbol.asyncDispose]());
afterEach(() => {
  for (const stream of streams.splice(0)) stream.leave();
});

function subscribe(transport: Transport, who: GraphQLClient, variables: Record<string, unknown>): Stream<Update> {
  const stream = openStream<Update>(transport, lab.url, {
    query: WORKFLOW_UPDATED,
    variables,
    token: who.accessToken,
  });
  streams.push(stream);
  return stream;
}

async function register(who: GraphQLClient, count: number): Promise<Started[]> {
  const clientCode = who === stranger ? 'HARBOUR' : 'UTAHDWQ';
  const received = { collectedAt: '2026-05-04T16:20:00Z', receivedAt: '2026-05-05T15:00:00Z', condition: 'INTACT' };
  const input = { typeCode: 'WATER', clientCode, ...received, analyses: ['NITRATE'], startWorkflow: true };
  const inputs = Array.from({ length: count }, () => input);
  const { registerSamples } = await who.request<{ registerSamples: { results: { sample: Started }[] } }>(
    operation('samples', 'RegisterSamples'),
    { inputs },
  );
  return registerSamples.results.map(({ sample }) => sample);
}

/** Moves to stage number `step` (1 to 5), from the version that a workflow has when it was only ever moved. */
async function advance(who: GraphQLClient, { workflow }: Started, step: number): Promise<string> {
  const input = { workflowId: workflow.id, to: STAGES[step - 1], expectedVersion: step, reason: `step ${step}` };
  const { advanceWorkflow } = await who.request<{ advanceWorkflow: { event?: { cursor: string } } }>(
    operation('workflows', 'AdvanceWorkflow'),
    { input },
  );
  if (!advanceWorkflow.event) throw new Error(JSON.stringify(advanceWorkflow));
  return advanceWorkflow.event.cursor;
}

interface Page {
  readonly workflowEvents: {
    readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
    readonly edges: readonly { readonly cursor: string; readonly node: { readonly id: string } }[];
  };
}

/** All events after a cursor, in pages of seven. */
async function pageThrough(who: GraphQLClient, after: string | null): Promise<{ cursor: string; id: string }[]> {
  const { workflowEvents } = await who.request<Page>(operation('workflows', 'WorkflowEvents'), { first: 7, after });
  const { edges, pageInfo } = workflowEvents;
  const found = edges.map(({ cursor, node }) => ({ cursor, id: node.id }));
  return pageInfo.hasNextPage ? [...found, ...(await pageThrough(who, pageInfo.endCursor))] : found;
}

async function lastCursor(who: GraphQLClient): Promise<string> {
  const last = (await pageThrough(who, null)).at(-1);
  if (!last) throw new Error('The log is empty.');
  return last.cursor;
}

async function nextEvent(stream: Stream<Update>): Promise<WorkflowEvent> {
  const answer = await stream.next();
  if (!answer?.data || answer.errors) throw new Error(`No event but ${JSON.stringify(answer)}`);
  return answer.data.workflowUpdated;
}

async function nextEvents(stream: Stream<Update>, count: number): Promise<WorkflowEvent[]> {
  const events: WorkflowEvent[] = [];
  while (events.length < count) events.push(await nextEvent(stream));
  return events;
}

describe.each(TRANSPORTS)('over %s', (transport) => {
  test('an event comes whole: workflow, sample, sample type and the person who acted', async () => {
    const [sample] = await register(manager, 1);
    const stream = subscribe(transport, manager, { workflowId: sample!.workflow.id, after: await lastCursor(manager) });
    const cursor = await advance(manager, sample!, 1);
    expect(await nextEvent(stream)).toEqual({
      __typename: 'WorkflowEvent',
      id: expect.any(String),
      cursor,
      type: 'workflow.advanced',
      at: expect.stringMatching(/Z$/),
      from: 'INITIATION',
      to: 'SAMPLE_RECEPTION',
      reason: 'step 1',
      actor: { id: expect.any(String), name: 'Mara Okafor' },
      workflow: {
        id: sample!.workflow.id,
        stage: 'SAMPLE_RECEPTION',
        status: 'ACTIVE',
        version: 2,
        sample: { id: sample!.id, accessionNumber: sample!.accessionNumber, type: { name: 'Surface water' } },
      },
    });
  });

  test('without a cursor only what happens from now on comes', async () => {
    const [before] = await register(manager, 1);
    const stream = subscribe(transport, manager, {});
    const first = nextEvent(stream);
    let arrived = false;
    void first.then(() => {
      arrived = true;
    });
    // The client is not told when its subscription stands, so something happens until the first event arrives.
    await expect
      .poll(async () => {
        if (!arrived) await register(manager, 1);
        return arrived;
      })
      .toBe(true);
    expect((await first).workflow.id).not.toBe(before!.workflow.id);
  });

  test('filters by workflow and by sample let nothing else through', async () => {
    const after = await lastCursor(manager);
    const samples = await register(manager, 3);
    const [a, b] = samples as [Started, Started, Started];
    const ofWorkflow = subscribe(transport, manager, { workflowId: a.workflow.id, after });
    const ofSample = subscribe(transport, manager, { sampleId: b.id, after });
    const ofBoth = subscribe(transport, manager, { workflowId: a.workflow.id, sampleId: a.id, after });
    const ofNone = subscribe(transport, manager, { workflowId: a.workflow.id, sampleId: b.id, after });
    for (const step of [1, 2, 3]) for (const sample of samples) await advance(manager, sample, step);

    const seen = (events: WorkflowEvent[]) => events.map(({ type, workflow }) => [type, workflow.id]);
    const expected = ({ workflow }: Started) =>
      ['started', 'advanced', 'advanced', 'advanced'].map((type) => [`workflow.${type}`, workflow.id]);
    expect(seen(await nextEvents(ofWorkflow, 4))).toEqual(expected(a));
    expect(seen(await nextEvents(ofSample, 4))).toEqual(expected(b));
    expect(seen(await nextEvents(ofBoth, 4))).toEqual(expected(a));
    ofNone.leave();
  });

  test('a cursor that is none is BAD_INPUT and says what to send', async () => {
    for (const after of ['nonsense', '', 'e30', '🧪', 'x'.repeat(5_000)]) {
      const answer = await subscribe(transport, manager, { after }).next();
      expect(answer?.errors, after.slice(0, 20)).toMatchObject([
        {
          message: expect.stringContaining('cursor'),
          extensions: { code: 'BAD_INPUT', requestId: expect.any(String) },
        },
      ]);
    }
  });

  test('nobody is UNAUTHENTICATED', async () => {
    const answer = await subscribe(transport, lab.anonymous, {}).next();
    expect(answer?.errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED', requestId: expect.any(String) } }]);
    expect(answer?.data?.workflowUpdated ?? null).toBeNull();
  });

  test('a subscriber of another organization hears of its own workflows only', async () => {
    const all = subscribe(transport, stranger, { after: await lastCursor(stranger) });
    const [foreign] = await register(manager, 1);
    const ofSample = subscribe(transport, stranger, { sampleId: foreign!.id, after: await lastCursor(stranger) });
    await advance(manager, foreign!, 1);
    const ofWorkflow = await subscribe(transport, stranger, { workflowId: foreign!.workflow.id }).next();
    expect(ofWorkflow?.errors).toMatchObject([{ extensions: { code: 'NOT_FOUND' } }]);

    const [own] = await register(stranger, 1);
    expect(await nextEvent(all)).toMatchObject({ type: 'workflow.started', workflow: { id: own!.workflow.id } });
    // A cursor is a place in one's own log: with another organization's, what comes is still one's own.
    const borrowed = subscribe(transport, stranger, { after: await lastCursor(manager) });
    await advance(stranger, own!, 1);
    const answer = await borrowed.next();
    const update = answer?.data?.workflowUpdated;
    if (update?.__typename === 'WorkflowEvent') expect(update.workflow.id).not.toBe(foreign!.workflow.id);
    ofSample.leave();
  });

  test.each([
    ['silent', false],
    ['busy', true],
  ])(
    'a %s stream ends with UNAUTHENTICATED within a second of its session, others of the person go on',
    async (_, busy) => {
      const leaving = await signedIn(lab.endpoint, 'manager@demo.test', DEMO_PASSWORD);
      const after = await lastCursor(manager);
      const stream = subscribe(transport, leaving, { after });
      const staying = subscribe(transport, manager, { after });
      const [sample] = await register(manager, 1);
      expect((await nextEvent(stream)).workflow.id).toBe(sample!.workflow.id);
      let over = false;
      const writing = (async () => {
        while (busy && !over) await register(manager, 1);
      })();
      const ended = (async () => {
        const codes: unknown[] = [];
        for (let answer = await stream.next(); answer; answer = await stream.next()) {
          codes.push(answer.errors?.[0]?.extensions?.code ?? 'event');
        }
        return { codes, at: performance.now() };
      })();
      await leaving.request(operation('accounts', 'SignOut'));
      const signedOut = performance.now();
      const { codes, at } = await ended;
      over = true;
      await writing;
      expect(codes.filter((code) => code !== 'event')).toEqual(['UNAUTHENTICATED']);
      expect(codes.at(-1)).toBe('UNAUTHENTICATED');
      // The second itself is proven with a clock of its own in platform/identity; a busy machine adds to it here.
      expect(at - signedOut).toBeLessThan(3_000);
      expect((await nextEvent(staying)).workflow.id).toBe(sample!.workflow.id);
    },
  );
});

test('the cursor of a mutation’s answer, of a page and of the stream are one', async () => {
  const after = await lastCursor(manager);
  const [sample] = await register(manager, 1);
  const answered = [await advance(manager, sample!, 1), await advance(manager, sample!, 2)];
  const paged = (await pageThrough(manager, after)).map(({ cursor }) => cursor);
  expect(paged.slice(1)).toEqual(answered);
  for (const transport of TRANSPORTS) {
    const streamed = await nextEvents(subscribe(transport, manager, { after }), 3);
    expect(streamed.map(({ cursor }) => cursor)).toEqual(paged);
  }
});

test('a reader that drops its connection at any moment and comes back with its last cursor misses and repeats nothing', async () => {
  const random = createRandom(20_261_122);
  const start = await lastCursor(manager);
  const writers = 4;
  const total = writers * (1 + STAGES.length);
  const writing = Promise.all(
    Array.from({ length: writers }, async () => {
      const [sample] = await register(manager, 1);
      for (let step = 1; step <= STAGES.length; step++) await advance(manager, sample!, step);
    }),
  );

  const received: WorkflowEvent[] = [];
  const reading = async () => {
    for (let visit = 0; received.length < total; visit++) {
      const after = received.at(-1)?.cursor ?? start;
      const stream = subscribe(TRANSPORTS[visit % 2]!, manager, { after });
      const wanted = Math.min(Math.floor(random() * 4), total - received.length);
      received.push(...(await nextEvents(stream, wanted)));
      // Half of the time an event is under way while the reader leaves.
      if (random() < 0.5) stream.next().catch(() => {});
      stream.leave();
    }
  };
  await Promise.all([writing, reading()]);
  expect(received.map(({ id, cursor }) => ({ id, cursor }))).toEqual(await pageThrough(manager, start));

  const quiet = subscribe('SSE', manager, { after: received.at(-1)!.cursor });
  const [next] = await register(manager, 1);
  expect((await nextEvent(quiet)).workflow.id).toBe(next!.workflow.id);
});

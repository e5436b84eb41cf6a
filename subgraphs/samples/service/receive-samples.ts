import { idOf } from '#platform/identity/index.ts';
import { actorOf, type SamplesContext } from '../context.ts';
import type { SampleWriter } from '../data/sample-store.ts';
import { type Reception, type ReceptionRefusalCode, receive } from '../domain/reception.ts';
import type { CustodyEntry, Sample } from '../domain/types.ts';
import { sampleReceived } from '../events.ts';
import { checkInputs, checkWords } from './input.ts';
import { done, type Outcome, type Outcomes, refused } from './outcome.ts';

export interface ReceptionRequest extends Omit<Reception, 'receivedAt'> {
  /** Now when null. */
  readonly receivedAt: Date | null;
  readonly location: string | null;
}

export async function receiveSamples(
  ctx: SamplesContext,
  requests: readonly ReceptionRequest[],
  idempotencyKey: string | null,
): Promise<Outcomes<ReceptionRefusalCode>> {
  checkInputs(requests);
  checkWords(requests);
  const results = await ctx.store.write(actorOf(ctx), ctx.viewer.clientId, (writer) =>
    writer.once({ operation: 'receiveSamples', key: idempotencyKey, request: requests }, () =>
      receiveAll(ctx, writer, requests),
    ),
  );
  return { results };
}

interface Received {
  readonly before: Sample;
  readonly after: Sample;
  readonly location: string | null;
}

async function receiveAll(
  ctx: SamplesContext,
  writer: SampleWriter,
  requests: readonly ReceptionRequest[],
): Promise<Outcome<ReceptionRefusalCode>[]> {
  const now = ctx.clock();
  const locked = await writer.lockSamples(requests.map(({ sampleId }) => sampleId));
  const samples = new Map(locked.map((sample) => [sample.id, sample]));
  const changes: Received[] = [];
  const outcomes = requests.map((request, index) => {
    const before = samples.get(idOf(request.sampleId));
    const after = receive(before, { ...request, receivedAt: request.receivedAt ?? now }, now);
    if ('refusal' in after) return refused(index, after.refusal);
    samples.set(after.id, after);
    if (before) changes.push({ before, after, location: request.location });
    return done(after.id);
  });
  if (changes.length > 0) await save(ctx, writer, changes);
  return outcomes;
}

async function save(ctx: SamplesContext, writer: SampleWriter, changes: readonly Received[]): Promise<void> {
  await writer.changeSamples(changes);
  await writer.insertCustody(
    changes.map(
      ({ after, location }): CustodyEntry => ({
        id: ctx.newId(),
        sampleId: after.id,
        at: after.receivedAt ?? ctx.clock(),
        action: 'received',
        location,
        by: ctx.viewer.userId,
        reason: null,
      }),
    ),
  );
  await writer.announce(changes.map(({ before, after, location }) => sampleReceived(before, after, location)));
}

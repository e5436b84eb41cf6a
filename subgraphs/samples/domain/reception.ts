import { dueTime } from './due-time.ts';
import { type Refusal, refuse, type Sample, type SampleCondition } from './types.ts';

export type ReceptionRefusalCode =
  | 'NOT_FOUND'
  | 'ALREADY_RECEIVED'
  | 'CANCELLED'
  | 'RECEIVED_IN_FUTURE'
  | 'RECEIVED_BEFORE_COLLECTED'
  | 'VERSION_CONFLICT';

export interface Reception {
  readonly sampleId: string;
  readonly expectedVersion: number;
  readonly receivedAt: Date;
  readonly condition: SampleCondition;
}

/** The sample as reception leaves it. A stale version is answered before anything else about the sample. */
export function receive(
  sample: Sample | undefined,
  reception: Reception,
  now: Date,
): Sample | { readonly refusal: Refusal<ReceptionRefusalCode> } {
  if (!sample) return refuse('NOT_FOUND', `No sample has the id ${JSON.stringify(reception.sampleId.slice(0, 100))}.`);
  const wrong = (code: ReceptionRefusalCode, message: string) => refuse(code, message, sample.version);
  if (sample.version !== reception.expectedVersion) {
    return wrong(
      'VERSION_CONFLICT',
      `The sample is at version ${sample.version}, expected was ${reception.expectedVersion}: read it again.`,
    );
  }
  if (sample.status === 'CANCELLED')
    return wrong('CANCELLED', `Sample ${sample.accessionNumber} was cancelled: register a new one.`);
  if (sample.receivedAt) {
    return wrong(
      'ALREADY_RECEIVED',
      `Sample ${sample.accessionNumber} was received at ${sample.receivedAt.toISOString()}.`,
    );
  }
  const { receivedAt, condition } = reception;
  if (receivedAt > now) {
    return wrong(
      'RECEIVED_IN_FUTURE',
      `receivedAt is ${receivedAt.toISOString()}, after now (${now.toISOString()}): leave it out for now.`,
    );
  }
  if (sample.collectedAt && receivedAt < sample.collectedAt) {
    return wrong(
      'RECEIVED_BEFORE_COLLECTED',
      `receivedAt (${receivedAt.toISOString()}) is before the collection (${sample.collectedAt.toISOString()}).`,
    );
  }
  return received(sample, receivedAt, condition);
}

/** Reception never takes back progress: work may have begun before the arrival was noted. */
export function received(sample: Sample, receivedAt: Date, condition: SampleCondition | null): Sample {
  return {
    ...sample,
    status: sample.status === 'REGISTERED' ? 'RECEIVED' : sample.status,
    receivedAt,
    condition,
    dueAt: dueTime(sample.priority, receivedAt),
    version: sample.version + 1,
    factsVersion: sample.factsVersion + 1,
  };
}

import { BadInputError } from '#platform/errors/index.ts';
import { type SamplesContext, scopeOf } from '../context.ts';
import type { SampleReader } from '../data/sample-store.ts';
import { factsOf } from '../domain/facts.ts';
import type { Sample } from '../domain/types.ts';
import { loadCases } from './change-analyses.ts';
import { MAX_INPUTS } from './input.ts';

/** What decides about a sample as of `version`. */
export interface SampleFacts {
  readonly sample: Sample;
  readonly facts: string[];
}

export async function sampleFacts(ctx: SamplesContext, ids: readonly string[]): Promise<SampleFacts[]> {
  if (ids.length > MAX_INPUTS) throw new BadInputError(`"ids" takes at most ${MAX_INPUTS}, got ${ids.length}.`);
  return ctx.store.read({ ...scopeOf(ctx), deciding: true }, (reader) => readFacts(reader, ids));
}

/** Samples are read first: what changes meanwhile makes the facts newer than their version, never older. */
async function readFacts(reader: SampleReader, ids: readonly string[]): Promise<SampleFacts[]> {
  const samples = await reader.samplesByIds(ids);
  const analyses = await reader.analysesOf(samples.map(({ id }) => id));
  const cases = Map.groupBy((await loadCases(reader, analyses, samples)).values(), ({ sample }) => sample.id);
  const types = await byId(
    reader,
    'SampleType',
    samples.map(({ sampleTypeId }) => sampleTypeId),
  );
  const clients = await byId(
    reader,
    'Client',
    samples.flatMap(({ clientId }) => clientId ?? []),
  );
  return samples.flatMap((sample) => {
    const type = types.get(sample.sampleTypeId);
    const client = sample.clientId === null ? null : (clients.get(sample.clientId) ?? null);
    return type ? [{ sample, facts: factsOf({ sample, type, client, analyses: cases.get(sample.id) ?? [] }) }] : [];
  });
}

async function byId<Kind extends 'SampleType' | 'Client'>(reader: SampleReader, kind: Kind, ids: readonly string[]) {
  const rows = ids.length === 0 ? [] : await reader.catalogueByIds(kind, [...new Set(ids)]);
  return new Map(rows.map((row) => [row.id, row]));
}

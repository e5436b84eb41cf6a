import { BadInputError } from '#platform/errors/index.ts';
import { type SamplesContext, scopeOf } from '../context.ts';
import type { Sample } from '../domain/types.ts';
import { MAX_INPUTS } from './input.ts';

/** The sample whose facts decide, as of its `factsVersion`. */
export interface SampleFacts {
  readonly sample: Sample;
}

export async function sampleFacts(ctx: SamplesContext, ids: readonly string[]): Promise<SampleFacts[]> {
  if (ids.length > MAX_INPUTS) throw new BadInputError(`"ids" takes at most ${MAX_INPUTS}, got ${ids.length}.`);
  const scope = { ...scopeOf(ctx), deciding: true };
  const samples = await ctx.store.read(scope, (reader) => reader.samplesByIds(ids));
  return samples.map((sample) => ({ sample }));
}

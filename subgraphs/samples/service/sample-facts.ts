import { BadInputError } from '#platform/errors/index.ts';
import { type SamplesContext, scopeOf } from '../context.ts';
import { factsOf } from '../domain/facts.ts';
import type { Sample } from '../domain/types.ts';
import { MAX_INPUTS } from './input.ts';

/** What decides about a sample as of its `factsVersion`, with what whoever decides keeps of it. */
export interface SampleFacts extends Pick<Sample, 'id' | 'factsVersion' | 'priority' | 'dueAt' | 'clientId'> {
  /** Null where they were not asked for. */
  readonly facts: readonly string[] | null;
}

export async function sampleFacts(
  ctx: SamplesContext,
  asked: { readonly ids: readonly string[]; readonly facts: boolean },
): Promise<SampleFacts[]> {
  const { ids } = asked;
  if (ids.length > MAX_INPUTS) throw new BadInputError(`"ids" takes at most ${MAX_INPUTS}, got ${ids.length}.`);
  return await ctx.store.read({ ...scopeOf(ctx), deciding: true }, async (reader) =>
    asked.facts
      ? (await reader.factSourcesOf(ids)).map((source) => ({ ...source, facts: factsOf(source) }))
      : (await reader.samplesByIds(ids)).map((sample) => ({ ...sample, facts: null })),
  );
}

import type { Viewer } from '#platform/identity/index.ts';
import { ANALYSIS_BY_ID, ASSIGN, FACTS, RECEIVE, REGISTER, RETRACT, SUBMIT, VERIFY } from './documents.ts';
import type { SamplesLab } from './harness.ts';
import type { AnalysisNode, Facts, Item, RegisteredSample } from './shapes.ts';

/** The mutations as one-liners: each answers one outcome per input. */
export function actionsOf(lab: SamplesLab) {
  const run = (document: string) => async (viewer: Viewer, inputs: readonly object[], key?: string) => {
    const data = await lab.ask<Record<string, { results: Item[] }>>(viewer, document, { inputs, key });
    return Object.values(data)[0]?.results ?? [];
  };
  const register = run(REGISTER);
  return {
    register,
    receive: run(RECEIVE),
    submit: run(SUBMIT),
    verify: run(VERIFY),
    assign: run(ASSIGN),
    retract: run(RETRACT),
    /** A sample that is in the laboratory, unless `over` says otherwise. */
    async sample(viewer: Viewer, over: object = {}): Promise<RegisteredSample> {
      const input = { typeCode: 'WATER', receivedAt: '2026-03-01T08:00:00Z', analyses: ['NITRATE'], ...over };
      const [item] = await register(viewer, [input]);
      if (!item?.sample) throw new Error(`refused: ${item?.code} ${item?.message}`);
      return item.sample;
    },
    async analysis(viewer: Viewer, id: string): Promise<AnalysisNode> {
      return (await lab.ask<{ analysis: AnalysisNode }>(viewer, ANALYSIS_BY_ID, { id })).analysis;
    },
    /** What decides about the samples, in no particular order. */
    async facts(viewer: Viewer, ids: readonly string[]): Promise<Facts[]> {
      return (await lab.ask<{ sampleFacts: Facts[] }>(viewer, FACTS, { ids })).sampleFacts;
    },
  };
}

export type Actions = ReturnType<typeof actionsOf>;

/** The refusal's code, or the name of the outcome. */
export function codes(items: readonly Item[]): string[] {
  return items.map((item) => item.code ?? item.__typename);
}

/** The id of a sample's analysis, the first one unless `position` says otherwise. */
export function analysisIdOf({ analyses }: RegisteredSample, position = 0): string {
  return analyses[position]?.id ?? '';
}

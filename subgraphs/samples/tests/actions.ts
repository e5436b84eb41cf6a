import type { Viewer } from '#platform/identity/index.ts';
import { ASSIGN, RECEIVE, REGISTER, RETRACT, SUBMIT, VERIFY } from './documents.ts';
import type { SamplesLab } from './harness.ts';
import type { Item, RegisteredSample } from './shapes.ts';

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
  };
}

export type Actions = ReturnType<typeof actionsOf>;

/** The refusal's code, or the name of the outcome. */
export function codes(items: readonly Item[]): string[] {
  return items.map((item) => item.code ?? item.__typename);
}

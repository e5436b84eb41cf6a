import { createIdentityVerifier, IDENTITY_HEADER } from '#platform/identity/index.ts';
import type { SampleSnapshot } from '../data/sample-facts.ts';
import type { Question } from '../domain/machine.ts';
import type { Blocker } from '../domain/workflow.ts';

export interface AskedQuestion extends Question {
  readonly sampleId: string;
  readonly facts: readonly string[];
  readonly conditions?: readonly string[];
}

type Verdict = (question: AskedQuestion, shared: readonly string[]) => readonly Blocker[];

/** Stands in for the samples and rules subgraphs: the same requests over the same `fetch`, answers that a test decides. */
export interface Neighbours {
  /** By organization, then by id. */
  readonly samples: Map<string, Map<string, SampleSnapshot>>;
  /** What the rules say; nobody objects unless a test does. */
  objections: Verdict;
  /** Called while the rules think: what happens between the snapshot and the write. */
  whileDeciding: () => Promise<void>;
  /** Every batch that the rules were asked. */
  readonly asked: AskedQuestion[][];
  /** How many batches were to be proved. */
  proved: number;
  /** How often samples was asked for facts, and how often for versions alone. */
  snapshots: number;
  versionChecks: number;
  /** Names of those that do not answer. */
  readonly down: Set<string>;
  fetchSamples(request: Request): Promise<Response>;
  fetchRules(request: Request): Promise<Response>;
}

interface Body {
  readonly query: string;
  readonly variables: {
    readonly ids: readonly string[];
    readonly questions: readonly AskedQuestion[];
    readonly shared: readonly string[];
    readonly proved?: boolean;
  };
}

export function createNeighbours(identityKey: string): Neighbours {
  const verify = createIdentityVerifier(identityKey);
  const neighbours: Neighbours = {
    samples: new Map(),
    objections: () => [],
    whileDeciding: async () => {},
    asked: [],
    proved: 0,
    snapshots: 0,
    versionChecks: 0,
    down: new Set(),
    async fetchSamples(request) {
      if (neighbours.down.has('samples')) throw new TypeError('fetch failed');
      const { organizationId } = verify(request.headers.get(IDENTITY_HEADER) ?? '', Date.now());
      const { query, variables } = (await request.json()) as Body;
      if (/\bfacts\b/.test(query)) neighbours.snapshots += 1;
      else neighbours.versionChecks += 1;
      const { ids } = variables;
      const own = neighbours.samples.get(organizationId);
      const sampleFacts = ids.flatMap((id) => {
        const sample = own?.get(id);
        return sample ? [{ ...sample, version: sample.sampleVersion }] : [];
      });
      return Response.json({ data: { sampleFacts } });
    },
    async fetchRules(request) {
      if (neighbours.down.has('rules')) throw new TypeError('fetch failed');
      const { questions, shared, proved } = ((await request.json()) as Body).variables;
      neighbours.asked.push([...questions]);
      if (proved) neighbours.proved += 1;
      await neighbours.whileDeciding();
      const decideTransitions = questions.map((question) => ({
        blockers: neighbours.objections(question, shared),
        ...(proved ? { proof: { text: `asked about ${question.to}`, tree: [] } } : {}),

        ruleSetVersion: { id: 'rules-7', number: 7 },
      }));
      return Response.json({ data: { decideTransitions } });
    },
  };
  return neighbours;
}

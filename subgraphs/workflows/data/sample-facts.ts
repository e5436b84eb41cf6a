import type { Ask } from '#platform/graphql/index.ts';
import { parseDateTime } from '#platform/graphql/index.ts';
import type { Priority, SampleCopy } from '../domain/workflow.ts';

/** What samples says about one sample, as of one version. */
export interface SampleSnapshot extends SampleCopy {
  readonly sampleId: string;
  readonly facts: readonly string[];
}

export interface SampleFactsSource {
  /**
   * By sample id; what the organization does not have is left out.
   * @throws UnavailableError when samples does not answer.
   */
  of(sampleIds: readonly string[]): Promise<ReadonlyMap<string, SampleSnapshot>>;
  /**
   * The present versions of the samples' facts, by sample id.
   * @throws UnavailableError when samples does not answer.
   */
  versionsOf(sampleIds: readonly string[]): Promise<ReadonlyMap<string, number>>;
}

const DOCUMENT = `query SampleFacts($ids: [ID!]!) {
  sampleFacts(ids: $ids) { sampleId version priority dueAt clientId facts }
}`;

const VERSIONS = `query SampleVersions($ids: [ID!]!) { sampleFacts(ids: $ids) { sampleId version } }`;

interface Versions {
  readonly sampleFacts: readonly { readonly sampleId: string; readonly version: number }[];
}

interface Answer {
  readonly sampleFacts: readonly {
    readonly sampleId: string;
    readonly version: number;
    readonly priority: Priority;
    readonly dueAt: string | null;
    readonly clientId: string | null;
    readonly facts: readonly string[];
  }[];
}

/** Asks the samples subgraph as the caller. */
export function createSampleFacts(ask: Ask): SampleFactsSource {
  return {
    async of(sampleIds) {
      const { sampleFacts } = await ask<Answer>('samples', DOCUMENT, { ids: [...new Set(sampleIds)] });
      return new Map(
        sampleFacts.map(({ version, dueAt, ...sample }) => [
          sample.sampleId,
          { ...sample, sampleVersion: version, dueAt: dueAt === null ? null : parseDateTime(dueAt) },
        ]),
      );
    },
    async versionsOf(sampleIds) {
      const { sampleFacts } = await ask<Versions>('samples', VERSIONS, { ids: sampleIds });
      return new Map(sampleFacts.map(({ sampleId, version }) => [sampleId, version]));
    },
  };
}

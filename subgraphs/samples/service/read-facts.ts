import type { SampleReader } from '../data/sample-store.ts';
import { factsOf } from '../domain/facts.ts';
import type { Sample } from '../domain/types.ts';
import { loadCasesOf } from './load-cases.ts';

/**
 * The facts of each sample, in their order. The samples were read before: what changes meanwhile makes the facts newer
 * than their version, never older.
 */
export async function readFacts(reader: SampleReader, samples: readonly Sample[]): Promise<string[][]> {
  const [loaded, types, clients] = await Promise.all([
    loadCasesOf(reader, samples),
    byId(
      reader,
      'SampleType',
      samples.map(({ sampleTypeId }) => sampleTypeId),
    ),
    byId(
      reader,
      'Client',
      samples.flatMap(({ clientId }) => clientId ?? []),
    ),
  ]);
  const cases = Map.groupBy(loaded.values(), ({ sample }) => sample.id);
  return samples.map((sample) => {
    const type = types.get(sample.sampleTypeId);
    if (!type) throw new Error(`Sample ${sample.id} has no type: a constraint of the table is broken.`);
    const client = sample.clientId === null ? null : (clients.get(sample.clientId) ?? null);
    return factsOf({ sample, type, client, analyses: cases.get(sample.id) ?? [] });
  });
}

async function byId<Kind extends 'SampleType' | 'Client'>(reader: SampleReader, kind: Kind, ids: readonly string[]) {
  const rows = ids.length === 0 ? [] : await reader.catalogueByIds(kind, [...new Set(ids)]);
  return new Map(rows.map((row) => [row.id, row]));
}

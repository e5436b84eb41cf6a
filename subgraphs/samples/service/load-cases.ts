import type { SampleReader } from '../data/sample-store.ts';
import { type AnalysisCase, currentResult } from '../domain/analysis.ts';
import type { Analysis, Sample } from '../domain/types.ts';

/** The analyses with everything that decisions and facts need, by id; those of other samples are left out. */
export async function loadCases(
  reader: SampleReader,
  analyses: readonly Analysis[],
  samples: readonly Sample[],
): Promise<Map<string, AnalysisCase>> {
  const ids = analyses.map(({ id }) => id);
  const sampleById = new Map(samples.map((sample) => [sample.id, sample]));
  const serviceIds = [...new Set(analyses.map(({ serviceId }) => serviceId))];
  const [known, entries, confirmations] = await Promise.all([
    reader.catalogueByIds('AnalysisService', serviceIds),
    reader.resultsOf(ids),
    reader.verificationsOf(ids),
  ]);
  const services = new Map(known.map((row) => [row.id, row]));
  const results = Map.groupBy(entries, ({ analysisId }) => analysisId);
  const verifications = Map.groupBy(confirmations, ({ resultId }) => resultId);
  return new Map(
    analyses.flatMap((analysis) => {
      const [sample, service] = [sampleById.get(analysis.sampleId), services.get(analysis.serviceId)];
      if (!sample || !service) return [];
      const entered = results.get(analysis.id) ?? [];
      const current = currentResult({ results: entered });
      const confirmed = (current && verifications.get(current.id)) ?? [];
      return [[analysis.id, { analysis, sample, service, results: entered, verifications: confirmed }] as const];
    }),
  );
}

import type { SampleReader } from '../data/sample-store.ts';
import { type AnalysisCase, currentResult } from '../domain/analysis.ts';
import type { Analysis, Sample } from '../domain/types.ts';

/** The analyses with everything that decisions about them need, by id; those of other samples are left out. */
export async function loadCases(
  reader: SampleReader,
  analyses: readonly Analysis[],
  samples: readonly Sample[],
): Promise<Map<string, AnalysisCase>> {
  const ids = analyses.map(({ id }) => id);
  const [services, results, verifications] = await Promise.all([
    reader.catalogueByIds('AnalysisService', [...new Set(analyses.map(({ serviceId }) => serviceId))]),
    reader.resultsOf(ids),
    reader.verificationsOf(ids),
  ]);
  const sampleById = new Map(samples.map((sample) => [sample.id, sample]));
  const serviceById = new Map(services.map((row) => [row.id, row]));
  const resultsOf = Map.groupBy(results, ({ analysisId }) => analysisId);
  const verificationsOf = Map.groupBy(verifications, ({ resultId }) => resultId);
  return new Map(
    analyses.flatMap((analysis) => {
      const [sample, service] = [sampleById.get(analysis.sampleId), serviceById.get(analysis.serviceId)];
      if (!sample || !service) return [];
      const entered = resultsOf.get(analysis.id) ?? [];
      const current = currentResult({ results: entered });
      const confirmed = (current && verificationsOf.get(current.id)) ?? [];
      return [[analysis.id, { analysis, sample, service, results: entered, verifications: confirmed }] as const];
    }),
  );
}

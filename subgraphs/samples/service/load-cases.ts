import type { SampleReader } from '../data/sample-store.ts';
import { type AnalysisCase, currentResult } from '../domain/analysis.ts';
import type { Analysis, AnalysisService, Result, Sample, Verification } from '../domain/types.ts';

interface CaseRows {
  readonly analyses: readonly Analysis[];
  readonly services: readonly AnalysisService[];
  readonly results: readonly Result[];
  readonly verifications: readonly Verification[];
}

/** The analyses with everything that decisions and facts need, by id; those of other samples are left out. */
export async function loadCases(
  reader: SampleReader,
  analyses: readonly Analysis[],
  samples: readonly Sample[],
): Promise<Map<string, AnalysisCase>> {
  const ids = analyses.map(({ id }) => id);
  const serviceIds = [...new Set(analyses.map(({ serviceId }) => serviceId))];
  const [services, results, verifications] = await Promise.all([
    reader.catalogueByIds('AnalysisService', serviceIds),
    reader.resultsOf(ids),
    reader.verificationsOf(ids),
  ]);
  return casesOf(samples, { analyses, services, results, verifications });
}

function casesOf(samples: readonly Sample[], rows: CaseRows): Map<string, AnalysisCase> {
  const sampleById = new Map(samples.map((sample) => [sample.id, sample]));
  const services = new Map(rows.services.map((row) => [row.id, row]));
  const results = Map.groupBy(rows.results, ({ analysisId }) => analysisId);
  const verifications = Map.groupBy(rows.verifications, ({ resultId }) => resultId);
  return new Map(
    rows.analyses.flatMap((analysis) => {
      const [sample, service] = [sampleById.get(analysis.sampleId), services.get(analysis.serviceId)];
      if (!sample || !service) return [];
      const entered = results.get(analysis.id) ?? [];
      const current = currentResult({ results: entered });
      const confirmed = (current && verifications.get(current.id)) ?? [];
      return [[analysis.id, { analysis, sample, service, results: entered, verifications: confirmed }] as const];
    }),
  );
}

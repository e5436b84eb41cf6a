import type DataLoader from 'dataloader';
import { NotFoundError } from '#platform/errors/index.ts';
import type { SamplesContext } from '../context.ts';
import type { CatalogueKind, CatalogueRows } from '../domain/catalogue.ts';
import type { Analysis, Result, Sample, Verification } from '../domain/types.ts';

/** @throws NotFoundError for what the caller may not see as well: as if it did not exist. */
export async function sampleOf(ctx: SamplesContext, id: string): Promise<Sample> {
  const sample = await ctx.loaders.sampleById.load(id);
  if (!sample) throw new NotFoundError('Sample', id);
  return sample;
}

/** @throws NotFoundError for what the caller may not see as well: as if it did not exist. */
export async function analysisOf(ctx: SamplesContext, id: string): Promise<Analysis> {
  const analysis = await ctx.loaders.analysisById.load(id);
  if (!analysis) throw new NotFoundError('Analysis', id);
  return analysis;
}

/** @throws NotFoundError for what the caller may not see as well: as if it did not exist. */
export async function catalogueRow<Kind extends CatalogueKind>(
  ctx: SamplesContext,
  kind: Kind,
  id: string,
): Promise<CatalogueRows[Kind]> {
  const row = await ctx.loaders.catalogue[kind].load(id);
  if (!row) throw new NotFoundError(kind, id);
  return row;
}

/** The result as it stands; null before one was entered. */
export async function resultOf(ctx: SamplesContext, analysis: Analysis): Promise<Result | null> {
  return (await ctx.loaders.resultsOf.load(analysis.id)).at(-1) ?? null;
}

/** Those of the present result: a correction has to be verified anew. */
export async function verificationsOf(ctx: SamplesContext, analysis: Analysis): Promise<Verification[]> {
  const [result, all] = await Promise.all([resultOf(ctx, analysis), ctx.loaders.verificationsOf.load(analysis.id)]);
  return all.filter(({ resultId }) => resultId === result?.id);
}

/** What an optional reference names; null where nothing is named, or where the caller may not see it. */
export function ifAny<Row>(loader: DataLoader<string, Row | null>, id: string | null): Promise<Row | null> | null {
  return id === null ? null : loader.load(id);
}

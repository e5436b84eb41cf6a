import { retractionOf } from '../domain/analysis.ts';
import type {
  AnalysisResolvers,
  ResultResolvers,
  RetractionResolvers,
  VerificationResolvers,
} from '../schema.generated.ts';
import { analysisOf, catalogueRow, ifAny, resultOf, sampleOf, verificationsOf } from '../service/find.ts';
import { userRef } from './user.ts';

export const Analysis: AnalysisResolvers = {
  __resolveReference: ({ id }, ctx) => analysisOf(ctx, id),
  sample: ({ sampleId }, _, ctx) => sampleOf(ctx, sampleId),
  service: ({ serviceId }, _, ctx) => catalogueRow(ctx, 'AnalysisService', serviceId),
  assignedTo: ({ assignedTo }) => (assignedTo === null ? null : userRef(assignedTo)),
  result: (analysis, _, ctx) => resultOf(ctx, analysis),
  results: ({ id }, _, ctx) => ctx.loaders.resultsOf.load(id),
  verifications: (analysis, _, ctx) => verificationsOf(ctx, analysis),
  replaces: ({ replacesId }, _, ctx) => ifAny(ctx.loaders.analysisById, replacesId),
  replacedBy: ({ id }, _, ctx) => ctx.loaders.repeatOf.load(id),
  retraction: (analysis) => retractionOf(analysis),
};

export const Retraction: RetractionResolvers = { by: ({ by }) => userRef(by) };

export const Result: ResultResolvers = { enteredBy: ({ enteredBy }) => userRef(enteredBy) };

export const Verification: VerificationResolvers = { by: ({ by }) => userRef(by) };

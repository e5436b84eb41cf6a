import type { Resolvers } from '../schema.generated.ts';
import { analysisOf, ifAny, sampleOf } from '../service/find.ts';

export const outcomes: Resolvers = {
  RegisterSampleResult: { __resolveType: ({ kind }) => (kind === 'done' ? 'SampleRegistered' : 'SampleRefused') },
  SampleRegistered: { sample: ({ id }, _, ctx) => sampleOf(ctx, id) },
  ReceiveSampleResult: { __resolveType: ({ kind }) => (kind === 'done' ? 'SampleReceived' : 'ReceptionRefused') },
  SampleReceived: { sample: ({ id }, _, ctx) => sampleOf(ctx, id) },
  SubmitResultResult: { __resolveType: ({ kind }) => (kind === 'done' ? 'ResultSubmitted' : 'ResultRefused') },
  ResultSubmitted: { analysis: ({ id }, _, ctx) => analysisOf(ctx, id) },
  VerifyAnalysisResult: { __resolveType: ({ kind }) => (kind === 'done' ? 'AnalysisVerified' : 'VerificationRefused') },
  AnalysisVerified: { analysis: ({ id }, _, ctx) => analysisOf(ctx, id) },
  ChangeAnalysisResult: { __resolveType: ({ kind }) => (kind === 'done' ? 'AnalysisChanged' : 'AnalysisRefused') },
  AnalysisChanged: {
    analysis: ({ id }, _, ctx) => analysisOf(ctx, id),
    repeat: ({ repeatId }, _, ctx) => ifAny(ctx.loaders.analysisById, repeatId),
  },
};

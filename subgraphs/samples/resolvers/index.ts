import type { Resolvers } from '../schema.generated.ts';
import { catalogueRow } from '../service/find.ts';
import { Analysis, Result, Retraction, Verification } from './analysis.ts';
import { Mutation } from './mutation.ts';
import { outcomes } from './outcomes.ts';
import { Query } from './query.ts';
import { CustodyEntry, Sample, SampleFacts } from './sample.ts';

export const resolvers: Resolvers = {
  Query,
  Mutation,
  Sample,
  CustodyEntry,
  SampleFacts,
  Analysis,
  Result,
  Retraction,
  Verification,
  SampleType: { __resolveReference: ({ id }, ctx) => catalogueRow(ctx, 'SampleType', id) },
  Client: { __resolveReference: ({ id }, ctx) => catalogueRow(ctx, 'Client', id) },
  SamplePoint: { __resolveReference: ({ id }, ctx) => catalogueRow(ctx, 'SamplePoint', id) },
  AnalysisService: { __resolveReference: ({ id }, ctx) => catalogueRow(ctx, 'AnalysisService', id) },
  ...outcomes,
};

import { selects } from '#platform/graphql/index.ts';
import type { QueryResolvers } from '../schema.generated.ts';
import { catalogueList, sampleTypes } from '../service/catalogue.ts';
import { listSamples } from '../service/list-samples.ts';
import { sampleFacts } from '../service/sample-facts.ts';
import { toFilter, toOrder } from './input.ts';

export const Query: QueryResolvers = {
  sample: (_, { id }, ctx) => ctx.loaders.sampleById.load(id),
  samples: (_, { filter, orderBy, first, after }, ctx) =>
    listSamples(ctx, toFilter(filter), { order: toOrder(orderBy), first, after }),
  analysis: (_, { id }, ctx) => ctx.loaders.analysisById.load(id),
  sampleTypes: (_, _args, ctx) => sampleTypes(ctx),
  clients: (_, args, ctx) => catalogueList(ctx, 'Client', args),
  samplePoints: (_, args, ctx) => catalogueList(ctx, 'SamplePoint', args),
  analysisServices: (_, args, ctx) => catalogueList(ctx, 'AnalysisService', args),
  sampleFacts: (_, { ids }, ctx, info) => sampleFacts(ctx, { ids, facts: selects(info, 'facts') }),
};

import type { CustodyEntryResolvers, SampleFactsResolvers, SampleResolvers } from '../schema.generated.ts';
import { catalogueRow, ifAny, sampleOf } from '../service/find.ts';
import { listCustody } from '../service/list-samples.ts';
import { userRef } from './user.ts';

export const Sample: SampleResolvers = {
  __resolveReference: ({ id }, ctx) => sampleOf(ctx, id),
  type: ({ sampleTypeId }, _, ctx) => catalogueRow(ctx, 'SampleType', sampleTypeId),
  client: ({ clientId }, _, ctx) => ifAny(ctx.loaders.catalogue.Client, clientId),
  samplePoint: ({ samplePointId }, _, ctx) => ifAny(ctx.loaders.catalogue.SamplePoint, samplePointId),
  parent: ({ parentId }, _, ctx) => ifAny(ctx.loaders.sampleById, parentId),
  children: ({ id }, _, ctx) => ctx.loaders.childrenOf.load(id),
  custody: (sample, args, ctx) => listCustody(ctx, sample, args),
  analyses: ({ id }, _, ctx) => ctx.loaders.analysesOf.load(id),
};

export const CustodyEntry: CustodyEntryResolvers = { by: ({ by }) => userRef(by) };

export const SampleFacts: SampleFactsResolvers = {
  sampleId: ({ id }) => id,
  version: ({ factsVersion }) => factsVersion,
};

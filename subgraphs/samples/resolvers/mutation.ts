import type { MutationResolvers } from '../schema.generated.ts';
import { assignAnalyses, retractAnalyses, submitResults, verifyAnalyses } from '../service/analyses.ts';
import { saveCatalogue } from '../service/catalogue.ts';
import { receiveSamples } from '../service/receive-samples.ts';
import { registerSamples } from '../service/register-samples.ts';
import { toAnalysisService, toAssignment, toReception, toResultEntry, toRetraction, toSampleRequest } from './input.ts';

export const Mutation: MutationResolvers = {
  registerSamples: (_, { inputs, idempotencyKey = null }, ctx) =>
    registerSamples(ctx, inputs.map(toSampleRequest), idempotencyKey),
  receiveSamples: (_, { inputs, idempotencyKey = null }, ctx) =>
    receiveSamples(ctx, inputs.map(toReception), idempotencyKey),
  submitResults: (_, { inputs, idempotencyKey = null }, ctx) =>
    submitResults(ctx, inputs.map(toResultEntry), idempotencyKey),
  verifyAnalyses: (_, { inputs, idempotencyKey = null }, ctx) => verifyAnalyses(ctx, inputs, idempotencyKey),
  assignAnalyses: (_, { inputs, idempotencyKey = null }, ctx) =>
    assignAnalyses(ctx, inputs.map(toAssignment), idempotencyKey),
  retractAnalyses: (_, { inputs, idempotencyKey = null }, ctx) =>
    retractAnalyses(ctx, inputs.map(toRetraction), idempotencyKey),
  saveSampleTypes: (_, { inputs: rows, idempotencyKey = null, reason = null }, ctx) =>
    saveCatalogue(ctx, 'SampleType', { rows, idempotencyKey, reason }),
  saveClients: (_, { inputs: rows, idempotencyKey = null, reason = null }, ctx) =>
    saveCatalogue(ctx, 'Client', { rows, idempotencyKey, reason }),
  saveSamplePoints: (_, { inputs: rows, idempotencyKey = null, reason = null }, ctx) =>
    saveCatalogue(ctx, 'SamplePoint', { rows, idempotencyKey, reason }),
  saveAnalysisServices: (_, { inputs, idempotencyKey = null, reason = null }, ctx) =>
    saveCatalogue(ctx, 'AnalysisService', { rows: inputs.map(toAnalysisService), idempotencyKey, reason }),
};

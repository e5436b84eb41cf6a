import type { MutationResolvers } from '../schema.generated.ts';
import { assignAnalyses, retractAnalyses, submitResults, verifyAnalyses } from '../service/analyses.ts';
import { saveCatalogue } from '../service/catalogue.ts';
import { receiveSamples } from '../service/receive-samples.ts';
import { registerSamples } from '../service/register-samples.ts';
import {
  toAnalysisService,
  toAssignment,
  toReception,
  toResultEntry,
  toRetraction,
  toSamplePoint,
  toSampleRequest,
} from './input.ts';

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
  saveSampleTypes: (_, { inputs }, ctx) => saveCatalogue(ctx, 'SampleType', inputs),
  saveClients: (_, { inputs }, ctx) => saveCatalogue(ctx, 'Client', inputs),
  saveSamplePoints: (_, { inputs }, ctx) => saveCatalogue(ctx, 'SamplePoint', inputs.map(toSamplePoint)),
  saveAnalysisServices: (_, { inputs }, ctx) => saveCatalogue(ctx, 'AnalysisService', inputs.map(toAnalysisService)),
};

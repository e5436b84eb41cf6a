import type { GraphQLClient } from '#demo/graphql-client.ts';
import { tidyTables } from './fill-samples.ts';

const REGISTER = `mutation Register($inputs: [RegisterSampleInput!]!) {
  registerSamples(inputs: $inputs) { results { ... on SampleRegistered { sample { workflow { id } } } } }
}`;
/** Registers so many samples, which all may be received next, and tells their workflows. Tables are as after a vacuum. */
export async function startWorkflows(
  manager: GraphQLClient,
  samples: number,
  ownerUrl: string,
): Promise<{ workflowId: string }[]> {
  const inputs = Array.from({ length: samples }, (_, i) => ({
    typeCode: 'WATER',
    clientCode: 'UTAHDWQ',
    samplePointCode: 'LOGAN-03',
    barcode: `BENCH-${i}`,
    priority: 'ROUTINE',
    collectedAt: '2026-01-01T08:00:00Z',
    receivedAt: '2026-01-01T09:00:00Z',
    analyses: ['NITRATE', 'PHOSPHORUS'],
    startWorkflow: true,
  }));
  const { registerSamples } = await manager.request<{
    registerSamples: { results: { sample: { workflow: { id: string } } }[] };
  }>(REGISTER, { inputs });
  await tidyTables(ownerUrl);
  return registerSamples.results.map(({ sample }) => ({ workflowId: sample.workflow.id }));
}

/**
 * `validateTransition` through the router at 200 requests a second: the plan asks for a p95 of 5 ms.
 *
 *   npm run bench:validate-transition        embedded PostgreSQL, everything in one process but the load
 *
 * BENCH_PER_SECOND (default 200) and BENCH_SECONDS (default 20) change the load.
 */
import type { GraphQLClient } from '#demo/graphql-client.ts';
import { tidyTables } from './support/fill-samples.ts';
import { startDatabase, startLaboratory } from './support/laboratory.ts';
import { measureSteadily, print, save } from './support/table.ts';

const PER_SECOND = Number(process.env.BENCH_PER_SECOND ?? 200);
const SECONDS = Number(process.env.BENCH_SECONDS ?? 20);
const WARM_UP_SECONDS = 5;
const SAMPLES = 500;

const REGISTER = `mutation Register($inputs: [RegisterSampleInput!]!) {
  registerSamples(inputs: $inputs) { results { ... on SampleRegistered { sample { workflow { id } } } } }
}`;
const VERDICT = `query Verdict($workflowId: ID!) {
  validateTransition(workflowId: $workflowId, to: SAMPLE_RECEPTION) {
    allowed blockers { code message rule { id } missingFacts } ruleSetVersion { number }
  }
}`;
const PROVED = VERDICT.replace('ruleSetVersion', 'proof { text tree } ruleSetVersion');

async function register(manager: GraphQLClient): Promise<{ workflowId: string }[]> {
  const inputs = Array.from({ length: SAMPLES }, (_, i) => ({
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
  return registerSamples.results.map(({ sample }) => ({ workflowId: sample.workflow.id }));
}

await using stack = new AsyncDisposableStack();
const urls = await startDatabase(stack);
const { endpoint, manager } = stack.use(await startLaboratory(urls));
const variables = await register(manager);
await tidyTables(urls.ownerUrl);
const order = {
  endpoint,
  token: manager.accessToken ?? '',
  variables,
  perSecond: PER_SECOND,
  seconds: SECONDS,
  warmUpSeconds: WARM_UP_SECONDS,
  expect: '"allowed":true',
};
const rows = [
  await measureSteadily('verdict', { ...order, query: VERDICT }),
  await measureSteadily('verdict with its proof', { ...order, query: PROVED }),
];
print(`validateTransition, ${PER_SECOND} requests a second, each about another sample`, rows);
save('validate-transition', { perSecond: PER_SECOND, seconds: SECONDS, rows });

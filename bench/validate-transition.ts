/**
 * `validateTransition` through the router at 200 requests a second: the plan asks for a p95 of 5 ms.
 *
 *   npm run bench:validate-transition        embedded PostgreSQL, everything in one process but the load
 *
 * BENCH_PER_SECOND (default 200) and BENCH_SECONDS (default 20) change the load.
 */
import { execFile } from 'node:child_process';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { foundDemo } from '#demo/found.ts';
import { type GraphQLClient, signedIn } from '#demo/graphql-client.ts';
import { DEMO_PASSWORD } from '#demo/people.ts';
import { seedCatalogue } from '#demo/seed-catalogue.ts';
import { loadSettings } from '#platform/config/index.ts';
import { startEmbeddedPostgres } from '#platform/database/index.ts';
import { prepareDatabase } from '#platform/host/index.ts';
import { createLogger } from '#platform/logging/index.ts';
import { startSystem } from '#system';
import { tidyTables } from './support/fill-samples.ts';
import type { LoadReport } from './support/load.ts';
import type { SteadyOrder } from './support/steady-load.ts';
import { print, quantile, type Row } from './support/table.ts';

const PER_SECOND = Number(process.env.BENCH_PER_SECOND ?? 200);
const SECONDS = Number(process.env.BENCH_SECONDS ?? 20);
const WARM_UP_SECONDS = 5;
const SAMPLES = 500;
const LOAD = fileURLToPath(new URL('support/steady-load.ts', import.meta.url));
const logger = createLogger({ level: 'error', name: 'bench' });

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

async function steady(what: string, order: SteadyOrder): Promise<Row> {
  const file = join(await mkdtemp(join(tmpdir(), 'alims-bench-')), 'order.json');
  await writeFile(file, JSON.stringify(order));
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [LOAD, file], { maxBuffer: 1 << 28 });
  if (stderr) process.stderr.write(stderr);
  const { requests, seconds, latencies, failures } = JSON.parse(stdout) as LoadReport;
  const perSecond = requests / seconds;
  const [p50, p95, p99] = [0.5, 0.95, 0.99].map((q) => quantile(latencies, q)) as [number, number, number];
  return { what, requestsPerSecond: perSecond, unitsPerSecond: perSecond, p50, p95, p99, failures };
}

const dataDir = await mkdtemp(join(tmpdir(), 'alims-bench-'));
// So that the server of a run as root lies within, and goes with it.
await chmod(dataDir, 0o755);
await using stack = new AsyncDisposableStack();
stack.defer(() => rm(dataDir, { recursive: true, force: true }));
const urls = stack.use(await startEmbeddedPostgres({ dataDir, logger }));
await prepareDatabase(urls.ownerUrl);
await foundDemo(urls.appUrl, logger);
const system = stack.use(
  await startSystem({
    settings: loadSettings({ ALIMS_DATA_DIR: dataDir }),
    secretKey: 'a key for benchmarks only, thirty-two characters',
    logger,
    databaseUrl: () => urls.appUrl,
    port: 0,
    graphiql: null,
  }),
);
const endpoint = `http://127.0.0.1:${system.port}/graphql`;
await seedCatalogue(endpoint);
const manager = await signedIn(endpoint, 'manager@demo.test', DEMO_PASSWORD);
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
print(`validateTransition, ${PER_SECOND} requests a second, each about another sample`, [
  await steady('verdict', { ...order, query: VERDICT }),
  await steady('verdict with its proof', { ...order, query: PROVED }),
]);

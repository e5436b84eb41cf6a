/**
 * What a laboratory's day costs: registering, listing 50 of 100,000, moving workflows, one query over three subgraphs,
 * which also goes through plain @apollo/gateway in the place of our router.
 *
 *   npm run bench:foundation                 embedded PostgreSQL
 *   BENCH_DATABASE_URL=postgresql://postgres@… npm run bench:foundation   another one beside it (a superuser's URL)
 *
 * BENCH_SAMPLES (default 100000) makes it shorter. All in one process but the load, which has its own.
 */
import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import type { GraphQLClient } from '#demo/graphql-client.ts';
import { DEMO_ORGANIZATION } from '#demo/people.ts';
import { ensureDatabase } from '#platform/database/index.ts';
import type { System } from '#system';
import { fillSamples, tidyTables } from './support/fill-samples.ts';
import {
  benchLogger,
  type DatabaseUrls,
  type Laboratory,
  startDatabase,
  startLaboratory,
} from './support/laboratory.ts';
import { startPlainGateway } from './support/plain-gateway.ts';
import { measure, print, type Row, save } from './support/table.ts';

const SAMPLES = Number(process.env.BENCH_SAMPLES ?? 100_000);
const SECONDS = 6;
/** A batch of events that takes longer than this to work off would be taken for the end. */
const QUIET_MS = 12_000;
const SUPERGRAPH = new URL('../schema/supergraph.graphql', import.meta.url);

const REGISTER = `mutation Register($inputs: [RegisterSampleInput!]!) {
  registerSamples(inputs: $inputs) { results { __typename ... on SampleRegistered { sample { id workflow { id version } } } } }
}`;
const LIST = `query List($filter: SampleFilter, $after: String) {
  samples(filter: $filter, orderBy: { field: RECEIVED_AT, direction: DESC }, first: 50, after: $after) {
    pageInfo { hasNextPage endCursor }
    edges { node { id accessionNumber barcode status priority receivedAt type { code } client { name } } }
  }
}`;
const ADVANCE = `mutation Advance($inputs: [AdvanceWorkflowInput!]!) {
  advanceWorkflows(inputs: $inputs) { results { __typename ... on WorkflowAdvanced { workflow { id version } } } }
}`;
const FEDERATED = `query Federated($id: ID!) {
  workflow(id: $id) {
    stage version
    history(first: 5) { edges { node { type actor { name } } } }
    sample { accessionNumber type { name } analyses { service { code } } }
  }
}`;

interface Started {
  readonly id: string;
  readonly workflow: { readonly id: string; readonly version: number };
}

let made = 0;
function sampleInput() {
  const number = made++;
  const at = new Date(Date.UTC(2026, 0, 1) + (number % 200_000) * 60_000).toISOString();
  return {
    typeCode: number % 3 === 0 ? 'GROUNDWATER' : 'WATER',
    clientCode: ['UTAHDWQ', 'PROVO', 'CACHEVALLEY'][number % 3],
    samplePointCode: 'LOGAN-03',
    barcode: `BENCH-${String(number).padStart(8, '0')}`,
    priority: ['ROUTINE', 'URGENT', 'STAT'][number % 3],
    collectedAt: at,
    receivedAt: at,
    analyses: ['NITRATE', 'PHOSPHORUS'],
    startWorkflow: true,
  };
}

const batch = (size: number) => ({
  inputs: Array.from({ length: size }, sampleInput),
});

async function registerMany(manager: GraphQLClient, count: number): Promise<Started[]> {
  const started: Started[] = [];
  for (let done = 0; done < count; done += 500) {
    const { registerSamples } = await manager.request<{ registerSamples: { results: { sample: Started }[] } }>(
      REGISTER,
      batch(Math.min(500, count - done)),
    );
    started.push(...registerSamples.results.map(({ sample }) => sample));
    if (process.stdout.isTTY) process.stdout.write(`\r  ${done} of ${count} samples`);
  }
  return started;
}

/** Moves of `workflows` one stage on, in groups. */
function moves(workflows: readonly Started[], size: number, to: string, expectedVersion: number): object[] {
  const groups: object[] = [];
  for (let from = 0; from < workflows.length; from += size) {
    const inputs = workflows
      .slice(from, from + size)
      .map(({ workflow }) => ({ workflowId: workflow.id, to, expectedVersion }));
    groups.push({ inputs });
  }
  return groups;
}

/** Waits until the events of what was written have been worked off: they would be measured along. */
async function settled(system: System): Promise<void> {
  const published = async () => {
    const { body } = await system.resources.metrics.render();
    return body
      .split('\n')
      .filter((line) => line.startsWith('alims_outbox_published_total'))
      .join();
  };
  for (let before = ''; ; ) {
    const now = await published();
    if (now === before) return;
    before = now;
    await delay(QUIET_MS);
  }
}

async function scenario({ system, endpoint, manager }: Laboratory, urls: DatabaseUrls): Promise<Row[]> {
  const base = { endpoint, token: manager.accessToken ?? '', seconds: SECONDS };
  const rows: Row[] = [];
  const add = async (row: Promise<Row>) => {
    rows.push(await row);
    console.log(`  ${rows.at(-1)?.what}: p95 ${rows.at(-1)?.p95.toFixed(1)} ms`);
  };
  const singles = Array.from({ length: 5_000 }, () => batch(1));
  await add(
    measure('register 1 sample with its workflow, 8 clients', {
      ...base,
      query: REGISTER,
      variables: singles,
      repeat: false,
      clients: 8,
      expect: 'SampleRegistered',
    }),
  );
  const bulks = Array.from({ length: 200 }, () => batch(100));
  await add(
    measure(
      'register 100 samples with workflows, 2 clients',
      { ...base, query: REGISTER, variables: bulks, repeat: false, clients: 2, expect: 'SampleRegistered' },
      100,
    ),
  );
  const workflows = await registerMany(manager, 10_000);
  const advance = { ...base, query: ADVANCE, repeat: false, expect: 'WorkflowAdvanced' };
  await add(
    measure('advance 1 workflow, 8 clients', {
      ...advance,
      variables: moves(workflows.slice(0, 4_000), 1, 'SAMPLE_RECEPTION', 1),
      clients: 8,
    }),
  );
  await add(
    measure(
      'advance 100 workflows, 2 clients',
      { ...advance, variables: moves(workflows.slice(4_000), 100, 'SAMPLE_RECEPTION', 1), clients: 2 },
      100,
    ),
  );
  await settled(system);
  await tidyTables(urls.ownerUrl);
  const ids = workflows.slice(0, 1_000).map(({ workflow }) => ({ id: workflow.id }));
  const federated = { ...base, query: FEDERATED, variables: ids, repeat: true, expect: 'NITRATE' };
  await add(measure('one query over three subgraphs, 1 client', { ...federated, clients: 1 }));
  await add(measure('one query over three subgraphs, 16 clients', { ...federated, clients: 16 }));
  {
    await using plain = await startPlainGateway(system, await readFile(SUPERGRAPH, 'utf8'));
    const { endpoint } = plain;
    await add(
      measure('the same through plain @apollo/gateway + yoga, 16 clients', { ...federated, endpoint, clients: 16 }),
    );
  }
  const like = workflows.slice(-3).map(({ id }) => id);
  const organizationId = DEMO_ORGANIZATION.id;
  await fillSamples({ ...urls, organizationId, like, from: made, to: SAMPLES, logger: benchLogger });
  const filters = [
    { status: ['RECEIVED'], typeCode: ['WATER'] },
    { text: 'BENCH-0000' },
    { clientCode: ['PROVO'], priority: ['URGENT'] },
  ];
  const list = {
    ...base,
    query: LIST,
    variables: filters.map((filter) => ({ filter })),
    repeat: true,
    expect: 'endCursor',
  };
  await add(measure(`list 50 of ${SAMPLES} with a filter, 1 client`, { ...list, clients: 1 }));
  await add(measure(`list 50 of ${SAMPLES} with a filter, 4 clients`, { ...list, clients: 4 }));
  return rows;
}

async function onDatabase(urls: DatabaseUrls): Promise<Row[]> {
  await using laboratory = await startLaboratory(urls);
  made = 0;
  return await scenario(laboratory, urls);
}

async function embedded(): Promise<Row[]> {
  await using stack = new AsyncDisposableStack();
  return await onDatabase(await startDatabase(stack));
}

async function external(superUrl: string): Promise<Row[]> {
  const database = `alims_bench_${Date.now()}`;
  await ensureDatabase({ superUrl, database, ownerPassword: 'owner', appPassword: 'app' });
  const as = (role: string, password: string) => {
    const url = new URL(superUrl);
    [url.username, url.password, url.pathname] = [role, password, `/${database}`];
    return url.href;
  };
  return onDatabase({ ownerUrl: as('alims_owner', 'owner'), appUrl: as('alims', 'app') });
}

const results: Record<string, Row[]> = {};
console.log('embedded PostgreSQL 18');
results['embedded PostgreSQL 18'] = await embedded();
const { BENCH_DATABASE_URL: superUrl } = process.env;
if (superUrl) {
  console.log('the PostgreSQL of BENCH_DATABASE_URL');
  results['PostgreSQL of BENCH_DATABASE_URL'] = await external(superUrl);
}
for (const [title, rows] of Object.entries(results)) print(title, rows);
save('foundation', { samples: SAMPLES, seconds: SECONDS, results });

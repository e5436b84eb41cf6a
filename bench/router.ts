/**
 * Gateways in front of the same supergraph and data, side by side: ours, plain @apollo/gateway behind yoga, Hive Gateway
 * with its planner in JavaScript and in Rust. One process each; a round measures one after the other, so that what else
 * the machine does meets them all.
 *
 *   npm run bench:router                     everything, 4 rounds of 5 s: about 15 minutes
 *   npm run bench:router -- --quick          1 round of 3 s: nothing is saved
 *   npm run bench:router -- --only ours --scenario "heavy, 1"
 *   npm run bench:router -- --profile        ours alone under --cpu-prof: where its time goes
 */
import { isDeepStrictEqual, parseArgs } from 'node:util';
import { chosen } from './support/chosen.ts';
import { type DriveOrder, drive, type Exchange } from './support/drive.ts';
import {
  APOLLO,
  type Gateway,
  HIVE_JS,
  HIVE_RUST,
  OURS,
  type RunningGateway,
  requirePeers,
  startGateway,
} from './support/gateways/index.ts';
import { cpuMsOf, memoryOf } from './support/processes.ts';
import { printProfile, profiled } from './support/profile.ts';
import { HEAVY, LIGHT } from './support/shop/operations.ts';
import { type Shop, startShop } from './support/shop/start.ts';
import { printTable, quantile, save } from './support/table.ts';

interface Scenario {
  readonly name: string;
  readonly query: string;
  /** How many different questions: of one, gateways may share what clients ask at the same time. */
  readonly questions: number;
  readonly clients: number;
  /** Requests before the first measurement: the same for all, so that none is measured before it is compiled. */
  readonly warmUp: number;
}

const GATEWAYS: readonly Gateway[] = [APOLLO, HIVE_JS, HIVE_RUST, OURS];
const SCENARIOS: readonly Scenario[] = [
  { name: 'heavy, 8 clients, 24 questions', query: HEAVY, questions: 24, clients: 8, warmUp: 600 },
  { name: 'heavy, 8 clients', query: HEAVY, questions: 1, clients: 8, warmUp: 600 },
  { name: 'heavy, 1 client', query: HEAVY, questions: 1, clients: 1, warmUp: 300 },
  { name: 'light, 16 clients, 48 questions', query: LIGHT, questions: 48, clients: 16, warmUp: 6_000 },
  { name: 'light, 16 clients', query: LIGHT, questions: 1, clients: 16, warmUp: 6_000 },
  { name: 'light, 1 client', query: LIGHT, questions: 1, clients: 1, warmUp: 3_000 },
];

interface Pace {
  readonly rounds: number;
  readonly seconds: number;
  /** Of the scenario's warm-up. */
  readonly warmth: number;
}

const FULL: Pace = { rounds: 4, seconds: 5, warmth: 1 };
const QUICK: Pace = { rounds: 1, seconds: 3, warmth: 0.25 };

/** One gateway in one round. */
interface Round {
  readonly requests: number;
  readonly seconds: number;
  readonly latencies: readonly number[];
  readonly failures: number;
  readonly gatewayCpuMs: number;
  readonly subgraphCpuMs: number;
  readonly loadCpuMs: number;
  readonly subgraphRequests: number;
}

interface Figures {
  readonly gateway: string;
  readonly requestsPerSecond: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  /** Milliseconds per request. */
  readonly cpu: number;
  /** Of one core, 0 to 1 and beyond: below 0.9 something else was the limit. */
  readonly busy: number;
  readonly subgraphCpu: number;
  readonly loadCpu: number;
  /** Requests to subgraphs for one of a client. */
  readonly fetches: number;
  /** Megabytes after the last round, and the most. */
  readonly rss: number;
  readonly peak: number;
  readonly failures: number;
}

interface Answered extends RunningGateway {
  readonly exchanges: readonly Exchange[];
}

async function ask(gateway: RunningGateway, { query, questions }: Scenario): Promise<Answered> {
  const headers = { 'content-type': 'application/json', accept: 'application/json' };
  const exchanges: Exchange[] = [];
  for (let skip = 0; skip < questions; skip++) {
    const body = JSON.stringify({ query, variables: { skip } });
    const response = await fetch(gateway.endpoint, { method: 'POST', headers, body });
    exchanges.push({ body, answer: await response.text() });
  }
  return { ...gateway, exchanges };
}

/** @throws Error when one of them answers with errors, or other data than the first: there is nothing to compare then. */
function requireSameData(gateways: readonly Answered[]): void {
  for (const { name, exchanges } of gateways) {
    for (const [index, { answer }] of exchanges.entries()) {
      const { data, errors } = JSON.parse(answer);
      if (errors || !data) throw new Error(`${name} refuses the query: ${answer.slice(0, 500)}`);
      const first = JSON.parse(gateways[0]?.exchanges[index]?.answer ?? '');
      if (!isDeepStrictEqual(data, first.data))
        throw new Error(`${name} and ${gateways[0]?.name} differ in their data.`);
    }
  }
}

async function measureRound(
  gateway: Answered,
  scenario: Scenario,
  span: DriveOrder['span'],
  shop: Shop,
): Promise<Round> {
  const read = async () => ({
    gateway: cpuMsOf(gateway.pid),
    subgraph: cpuMsOf(shop.pid),
    load: cpuMsOf(process.pid),
    requests: (await shop.state()).requests,
  });
  const { endpoint: url, exchanges } = gateway;
  const before = await read();
  const driven = await drive({ url, exchanges, clients: scenario.clients, span });
  const after = await read();
  return {
    ...driven,
    gatewayCpuMs: after.gateway - before.gateway,
    subgraphCpuMs: after.subgraph - before.subgraph,
    loadCpuMs: after.load - before.load,
    subgraphRequests: after.requests - before.requests,
  };
}

function summarize({ name, pid }: RunningGateway, rounds: readonly Round[]): Figures {
  const total = (of: (round: Round) => number) => rounds.reduce((sum, round) => sum + of(round), 0);
  const requests = total((round) => round.requests);
  const seconds = total((round) => round.seconds);
  const latencies = rounds.flatMap((round) => round.latencies).sort((a, b) => a - b);
  const gatewayCpuMs = total((round) => round.gatewayCpuMs);
  return {
    gateway: name,
    requestsPerSecond: requests / seconds,
    p50: quantile(latencies, 0.5),
    p95: quantile(latencies, 0.95),
    p99: quantile(latencies, 0.99),
    cpu: gatewayCpuMs / requests,
    busy: gatewayCpuMs / 1000 / seconds,
    subgraphCpu: total((round) => round.subgraphCpuMs) / requests,
    loadCpu: total((round) => round.loadCpuMs) / requests,
    fetches: total((round) => round.subgraphRequests) / requests,
    ...memoryOf(pid),
    failures: total((round) => round.failures),
  };
}

async function measureScenario(scenario: Scenario, gateways: readonly Gateway[], pace: Pace): Promise<Figures[]> {
  await using stack = new AsyncDisposableStack();
  const shop = stack.use(await startShop());
  const running: Answered[] = [];
  for (const gateway of gateways) {
    running.push(await ask(stack.use(await startGateway(gateway, shop.supergraph)), scenario));
  }
  requireSameData(running);
  const warmUp = { requests: scenario.warmUp * pace.warmth };
  for (const gateway of running) await measureRound(gateway, scenario, warmUp, shop);
  const rounds = running.map((): Round[] => []);
  for (let round = 0; round < pace.rounds; round++) {
    for (const [index, gateway] of running.entries()) {
      rounds[index]?.push(await measureRound(gateway, scenario, { seconds: pace.seconds }, shop));
    }
  }
  return running.map((gateway, index) => summarize(gateway, rounds[index] ?? []));
}

const COLUMNS = [
  'gateway',
  'requests/s',
  'p50 ms',
  'p95 ms',
  'p99 ms',
  'CPU ms',
  'core',
  'fetches',
  'subgraphs ms',
  'load ms',
  'RSS MB',
  'peak MB',
  'failures',
];

function printFigures({ name }: Scenario, rows: readonly Figures[]): void {
  const cells = rows.map((row) => [
    row.gateway,
    row.requestsPerSecond.toFixed(1),
    ...[row.p50, row.p95, row.p99, row.cpu].map((value) => value.toFixed(2)),
    `${(row.busy * 100).toFixed(0)} %`,
    ...[row.fetches, row.subgraphCpu, row.loadCpu].map((value) => value.toFixed(2)),
    ...[row.rss, row.peak, row.failures].map((value) => value.toFixed(0)),
  ]);
  printTable(`${name} (CPU per request)`, COLUMNS, cells);
  const ours = rows.find(({ gateway }) => gateway === OURS.name);
  if (ours) for (const other of rows) if (other !== ours) printRatio(ours, other);
}

function printRatio(ours: Figures, other: Figures): void {
  const times = (value: number) => `${value.toFixed(2)}x`;
  console.log(
    `  ours : ${other.gateway} = ${times(ours.requestsPerSecond / other.requestsPerSecond)} requests/s, ` +
      `${times(ours.cpu / other.cpu)} CPU, ${times(ours.p99 / other.p99)} p99, ${times(ours.peak / other.peak)} peak memory`,
  );
}

async function profileOurs(scenario: Scenario, pace: Pace): Promise<void> {
  const profile = await profiled(async (nodeArgs) => {
    await using shop = await startShop();
    await using ours = await startGateway(OURS, shop.supergraph, nodeArgs);
    const answered = await ask(ours, scenario);
    requireSameData([answered]);
    await measureRound(answered, scenario, { requests: scenario.warmUp * pace.warmth }, shop);
    const from = process.hrtime.bigint();
    const round = await measureRound(answered, scenario, { seconds: pace.seconds }, shop);
    const to = process.hrtime.bigint();
    printFigures(scenario, [summarize(ours, [round])]);
    return { from, to };
  });
  printProfile(profile);
}

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    profile: { type: 'boolean', default: false },
    only: { type: 'string', multiple: true },
    scenario: { type: 'string', multiple: true },
  },
});

const scenarios = chosen(SCENARIOS, values.scenario);
const pace = values.quick ? QUICK : FULL;
if (values.profile) {
  for (const scenario of scenarios) await profileOurs(scenario, pace);
} else {
  const gateways = chosen(GATEWAYS, values.only);
  if (gateways.some((gateway) => gateway === HIVE_JS || gateway === HIVE_RUST)) requirePeers();
  const results: Record<string, Figures[]> = {};
  for (const scenario of scenarios) {
    const rows = await measureScenario(scenario, gateways, pace);
    results[scenario.name] = rows;
    printFigures(scenario, rows);
  }
  const whole = !values.quick && !values.only && !values.scenario;
  if (whole) save('router', { ...pace, results });
}

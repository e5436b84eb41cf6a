/**
 * Subscriptions whose events need two other subgraphs, to 2,000 subscribers ten times a second: how late an event comes,
 * what a delivery and an idle connection cost, how many streams stand behind identical subscribers. Ours beside graphql-ws
 * executing for each subscriber without a gateway, and beside Hive Gateway.
 *
 *   npm run bench:subscriptions              everything: about 12 minutes
 *   npm run bench:subscriptions -- --quick   500 subscribers for 3 s: nothing is saved
 *   npm run bench:subscriptions -- --only ours
 *   npm run bench:subscriptions -- --profile ours alone under --cpu-prof: where its time goes
 */
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { chosen } from './support/chosen.ts';
import {
  type Gateway,
  GRAPHQL_WS,
  HIVE_JS,
  HIVE_RUST,
  OURS,
  requirePeers,
  startGateway,
} from './support/gateways/index.ts';
import { cpuMsOf, memoryOf } from './support/processes.ts';
import { printProfile, profiled } from './support/profile.ts';
import { REVIEW_ADDED } from './support/shop/operations.ts';
import { type Shop, startShop } from './support/shop/start.ts';
import { type Subscribers, startSubscribers } from './support/start-subscribers.ts';
import type { OpenOrder } from './support/subscribers.ts';
import { printTable, save } from './support/table.ts';

type Transport = OpenOrder['transport'];

interface Contender {
  readonly name: string;
  readonly gateway: Gateway;
  readonly transport: Transport;
}

const CONTENDERS: readonly Contender[] = [
  { gateway: OURS, transport: 'WebSocket' as const },
  { gateway: OURS, transport: 'SSE' as const },
  { gateway: GRAPHQL_WS, transport: 'WebSocket' as const },
  { gateway: HIVE_JS, transport: 'WebSocket' as const },
  { gateway: HIVE_JS, transport: 'SSE' as const },
  { gateway: HIVE_RUST, transport: 'WebSocket' as const },
  { gateway: HIVE_RUST, transport: 'SSE' as const },
].map((contender) => ({ ...contender, name: `${contender.gateway.name}, ${contender.transport}` }));

interface Pace {
  readonly subscribers: readonly number[];
  readonly warmUpSeconds: number;
  readonly seconds: number;
  /** Connections opened before memory is read the first time, and between the two readings. */
  readonly idle: { readonly before: number; readonly more: number };
}

const FULL: Pace = { subscribers: [200, 2_000], warmUpSeconds: 5, seconds: 15, idle: { before: 1_000, more: 2_000 } };
const QUICK: Pace = { subscribers: [500], warmUpSeconds: 2, seconds: 3, idle: { before: 250, more: 500 } };
const EVENTS_PER_SECOND = 10;
/** Who has not reached every subscriber by then cannot serve so many. */
const REACH_TIMEOUT_MS = 45_000;
const DRAIN_TIMEOUT_MS = 15_000;

interface Stage extends AsyncDisposable {
  readonly shop: Shop;
  readonly endpoint: string;
  readonly pid: number;
  readonly subscribers: Subscribers;
}

async function startStage(gateway: Gateway, nodeArgs: readonly string[] = []): Promise<Stage> {
  await using stack = new AsyncDisposableStack();
  const shop = stack.use(await startShop());
  const { endpoint, pid, ...started } = await startGateway(gateway, shop.supergraph, nodeArgs);
  stack.use(started);
  const subscribers = stack.use(await startSubscribers());
  const owned = stack.move();
  return { shop, endpoint, pid, subscribers, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

/** Publishes at the rate, whatever the gateway makes of it. */
async function publishFor(shop: Shop, seconds: number): Promise<number> {
  const begin = performance.now();
  const events = Math.round(seconds * EVENTS_PER_SECOND);
  const published: Promise<void>[] = [];
  for (let event = 0; event < events; event++) {
    await delay(Math.max(0, begin + (event * 1_000) / EVENTS_PER_SECOND - performance.now()));
    published.push(shop.publish());
  }
  await Promise.all(published);
  return events;
}

/** Publishes until every subscriber has had an event: nothing else tells that a subscription stands. */
async function reachAll({ shop, subscribers }: Stage, count: number): Promise<number> {
  const until = performance.now() + REACH_TIMEOUT_MS;
  while (true) {
    await publishFor(shop, 0.5);
    const { reached, unexpected } = await subscribers.heard();
    if (reached === count || performance.now() > until) return reached;
    if (reached === 0 && unexpected) throw new Error(`The subscribers expected an event, got ${unexpected}`);
  }
}

async function drained({ subscribers }: Stage, expected: number): Promise<void> {
  const until = performance.now() + DRAIN_TIMEOUT_MS;
  let before = -1;
  while (performance.now() < until) {
    await delay(1_000);
    const { deliveries } = await subscribers.heard();
    if (deliveries >= expected || deliveries === before) return;
    before = deliveries;
  }
}

interface Delivery {
  readonly contender: string;
  readonly subscribers: number;
  readonly reached: number;
  /** Of what should have come, 0 to 1. */
  readonly delivered: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly max: number;
  /** Microseconds of the gateway's CPU. */
  readonly cpuPerDelivery: number;
  /** Of one core. */
  readonly busy: number;
  readonly loadBusy: number;
  readonly streams: number;
  readonly fetchesPerEvent: number;
  readonly rss: number;
}

async function measureDelivery(stage: Stage, contender: Contender, count: number, pace: Pace): Promise<Delivery> {
  const { shop, pid, endpoint, subscribers } = stage;
  await subscribers.open({ endpoint, transport: contender.transport, count, query: REVIEW_ADDED });
  const reached = await reachAll(stage, count);
  await drained(stage, Number.POSITIVE_INFINITY);
  await publishFor(shop, pace.warmUpSeconds);
  await drained(stage, Number.POSITIVE_INFINITY);
  await subscribers.reset();
  const read = async () => ({
    at: performance.now(),
    gateway: cpuMsOf(pid),
    load: cpuMsOf(subscribers.pid),
    requests: (await shop.state()).requests,
  });
  const before = await read();
  const events = await publishFor(shop, pace.seconds);
  const published = await read();
  await drained(stage, events * count);
  const after = await read();
  const { deliveries, received, p50, p95, p99, max } = await subscribers.heard();
  const { streams } = await shop.state();
  const elapsed = published.at - before.at;
  return {
    contender: contender.name,
    subscribers: count,
    reached,
    ...{ p50, p95, p99, max },
    delivered: deliveries / (events * count),
    cpuPerDelivery: ((after.gateway - before.gateway) * 1_000) / received,
    busy: (published.gateway - before.gateway) / elapsed,
    loadBusy: (published.load - before.load) / elapsed,
    streams,
    fetchesPerEvent: (after.requests - before.requests) / events,
    rss: memoryOf(pid).rss,
  };
}

/** Nobody got anything in time: there is no quantile, and nothing to divide by. */
function figureOf(value: number | null): string {
  return value !== null && Number.isFinite(value) ? value.toFixed(1) : '–';
}

function printDeliveries(count: number, rows: readonly Delivery[]): void {
  const columns = [
    'to each subscriber',
    'reached',
    'delivered',
    'p50 ms',
    'p95 ms',
    'p99 ms',
    'max ms',
    'CPU µs/delivery',
    'core',
    'load core',
    'upstreams',
    'fetches/event',
    'RSS MB',
  ];
  const percent = (share: number) => `${(share * 100).toFixed(0)} %`;
  const cells = rows.map((row) => [
    row.contender,
    String(row.reached),
    percent(row.delivered),
    ...[row.p50, row.p95, row.p99, row.max, row.cpuPerDelivery].map(figureOf),
    percent(row.busy),
    percent(row.loadBusy),
    String(row.streams),
    row.fetchesPerEvent.toFixed(1),
    row.rss.toFixed(0),
  ]);
  printTable(`${count} subscribers, ${EVENTS_PER_SECOND} events/s`, columns, cells);
}

interface Idle {
  readonly contender: string;
  /** Kilobytes (10^3 bytes) per connection: acknowledged only (WebSocket), and with a silent subscription. */
  readonly connected: number | null;
  readonly subscribed: number;
}

/** Resident memory when it has come to rest. */
async function restingRss(pid: number): Promise<number> {
  let before = Number.NaN;
  for (let seconds = 0; seconds < 10; seconds++) {
    await delay(1_000);
    const { rss } = memoryOf(pid);
    if (Math.abs(rss - before) < 0.2) return rss;
    before = rss;
  }
  return before;
}

/** What a connection adds once the process has grown to carry many: the first ones also pay for what all share. */
async function measureIdle(contender: Contender, pace: Pace, query: string | null): Promise<number> {
  await using stage = await startStage(contender.gateway);
  const { endpoint, pid, subscribers } = stage;
  const order = { endpoint, transport: contender.transport, query };
  await subscribers.open({ ...order, count: pace.idle.before });
  const before = await restingRss(pid);
  await subscribers.open({ ...order, count: pace.idle.more });
  const after = await restingRss(pid);
  return ((after - before) * 1_000) / pace.idle.more;
}

function printIdle(rows: readonly Idle[]): void {
  const cells = rows.map((row) => [
    row.contender,
    row.connected === null ? '' : row.connected.toFixed(1),
    row.subscribed.toFixed(1),
  ]);
  printTable('kilobytes per connection', ['', 'acknowledged', 'subscribed, silent'], cells);
}

interface Sharing {
  readonly gateway: string;
  readonly clients: number;
  readonly streams: number;
  readonly fetchesPerEvent: number;
}

/** Twenty clients with the same subscription, ten over each transport. */
async function measureSharing(gateway: Gateway): Promise<Sharing> {
  await using stage = await startStage(gateway);
  const { shop, endpoint, subscribers } = stage;
  for (const transport of ['WebSocket', 'SSE'] as const) {
    await subscribers.open({ endpoint, transport, count: 10, query: REVIEW_ADDED });
  }
  const clients = await reachAll(stage, 20);
  const before = await shop.state();
  const events = await publishFor(shop, 2);
  await drained(stage, Number.POSITIVE_INFINITY);
  const { requests, streams } = await shop.state();
  return { gateway: gateway.name, clients, streams, fetchesPerEvent: (requests - before.requests) / events };
}

function printSharing(rows: readonly Sharing[]): void {
  const cells = rows.map((row) => [
    row.gateway,
    String(row.clients),
    String(row.streams),
    row.fetchesPerEvent.toFixed(1),
  ]);
  printTable('identical subscribers', ['gateway', 'clients', 'upstreams', 'fetches/event'], cells);
}

async function profileOurs(contender: Contender, pace: Pace): Promise<void> {
  const count = pace.subscribers.at(-1) ?? 0;
  const profile = await profiled(async (nodeArgs) => {
    await using stage = await startStage(contender.gateway, nodeArgs);
    const from = process.hrtime.bigint();
    printDeliveries(count, [await measureDelivery(stage, contender, count, pace)]);
    return { from, to: process.hrtime.bigint() };
  });
  printProfile(profile);
}

async function measureAll(contenders: readonly Contender[], pace: Pace) {
  const deliveries: Delivery[] = [];
  for (const count of pace.subscribers) {
    const rows: Delivery[] = [];
    for (const contender of contenders) {
      await using stage = await startStage(contender.gateway);
      rows.push(await measureDelivery(stage, contender, count, pace));
    }
    printDeliveries(count, rows);
    deliveries.push(...rows);
  }
  const idle: Idle[] = [];
  for (const contender of contenders) {
    const connected = contender.transport === 'SSE' ? null : await measureIdle(contender, pace, null);
    idle.push({ contender: contender.name, connected, subscribed: await measureIdle(contender, pace, REVIEW_ADDED) });
  }
  printIdle(idle);
  const sharing: Sharing[] = [];
  for (const gateway of new Set(contenders.map((contender) => contender.gateway))) {
    if (gateway !== GRAPHQL_WS) sharing.push(await measureSharing(gateway));
  }
  printSharing(sharing);
  return { deliveries, idle, sharing };
}

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    profile: { type: 'boolean', default: false },
    only: { type: 'string', multiple: true },
  },
});
const pace = values.quick ? QUICK : FULL;
const contenders = chosen(CONTENDERS, values.only);
if (values.profile) {
  for (const contender of CONTENDERS.filter(({ gateway }) => gateway === OURS)) await profileOurs(contender, pace);
} else {
  if (contenders.some(({ gateway }) => gateway === HIVE_JS || gateway === HIVE_RUST)) requirePeers();
  const results = await measureAll(contenders, pace);
  if (!values.quick && !values.only) save('subscriptions', { eventsPerSecond: EVENTS_PER_SECOND, ...pace, results });
}

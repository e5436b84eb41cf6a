/**
 * What hostile requests cost our router, each of them, and what they do to those of others.
 *
 *   npm run bench:hostile              about 6 minutes
 *   npm run bench:hostile -- --quick   shorter: nothing is saved
 *   npm run bench:hostile -- --only fragments
 */

import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Pool } from 'undici';
import { HOSTILE, type Hostile } from '../router/tests/hostile/requests.ts';
import { chosen } from './support/chosen.ts';
import type { RunningGateway } from './support/gateways/index.ts';
import { type HostileAnswer, sendHostile } from './support/hostile/send.ts';
import { startTarget } from './support/hostile/target.ts';
import { cpuMsOf, freePort, memoryOf, startProcess } from './support/processes.ts';
import { printTable, quantile, save } from './support/table.ts';

interface Pace {
  /** How often each is sent. */
  readonly turns: number;
  readonly rounds: number;
  readonly seconds: number;
}

const FULL: Pace = { turns: 10, rounds: 5, seconds: 10 };
const QUICK: Pace = { turns: 3, rounds: 1, seconds: 5 };
const ATTACKS_PER_SECOND = [2, 5, 10];
const LEGITIMATE_PER_SECOND = 100;

/** What well-meaning clients ask. */
const SMALL = `query Small($id: ID!) {
  item(id: $id) { id name color reviews { text stars author { name } } }
}`;
const LARGE = `query Large($first: Int!) {
  items(first: $first) {
    id name color rating
    brand { title country taxed items { id name } }
    reviews { id text stars author { name } }
    ... on Book { topReview { text } }
    ... on Gadget { price weight shipping inStock }
  }
  people { id name email reviews { id text subject { id name } } }
}`;
const IDS = ['b1', 'b2', 'b3', 'g1', 'g2'];
/** One page of ten is a large one. */
const LARGE_EVERY = 10;

interface Cost {
  readonly name: string;
  /** Milliseconds of the router's CPU for one. */
  readonly cpu: number;
  /** Milliseconds until the slowest of them was answered. */
  readonly slowest: number;
  readonly answer: string;
}

/** Status, size and what was said first. */
function describe({ status, body }: HostileAnswer): string {
  const message = /"message":\s*"((?:[^"\\]|\\.)*)"/.exec(body)?.[1] ?? body;
  return `${status || 'cut'}, ${body.length} B: ${message.slice(0, 70)}`;
}

async function measureCost({ endpoint, pid }: RunningGateway, hostile: Hostile, turns: number): Promise<Cost> {
  await sendHostile(endpoint, hostile, 0);
  let [slowest, cpu, answer] = [0, 0, ''];
  for (let turn = 1; turn <= turns; turn++) {
    const before = cpuMsOf(pid);
    const sent = performance.now();
    answer = describe(await sendHostile(endpoint, hostile, turn));
    slowest = Math.max(slowest, performance.now() - sent);
    cpu += cpuMsOf(pid) - before;
  }
  return { name: hostile.name, cpu: cpu / turns, slowest, answer };
}

const SHOWN = 25;

function printCosts(costs: readonly Cost[]): void {
  const sorted = costs.toSorted((a, b) => b.cpu - a.cpu);
  const cells = sorted
    .slice(0, SHOWN)
    .map(({ name, cpu, slowest, answer }) => [name, cpu.toFixed(1), slowest.toFixed(0), answer]);
  printTable(
    `the ${cells.length} dearest of ${costs.length} hostile requests`,
    ['request', 'CPU ms', 'slowest ms', 'answer'],
    cells,
  );
}

interface Round {
  readonly latencies: readonly number[];
  readonly failures: number;
  readonly cpuMs: number;
}

/** At a steady rate, each counted from when it was due: one that had to wait for another counts as slow. */
async function measureLegitimate({ endpoint, pid }: RunningGateway, seconds: number): Promise<Round> {
  const { origin, pathname: path } = new URL(endpoint);
  await using stack = new AsyncDisposableStack();
  const pool = stack.adopt(new Pool(origin, { connections: 64 }), (opened) => opened.destroy());
  const headers = { 'content-type': 'application/json', accept: 'application/json' };
  const latencies: number[] = [];
  let failures = 0;
  const ask = async (number: number, due: number) => {
    const large = number % LARGE_EVERY === 0;
    const body = large
      ? JSON.stringify({ query: LARGE, variables: { first: 3 + (number % 3) } })
      : JSON.stringify({ query: SMALL, variables: { id: IDS[number % IDS.length] } });
    const response = await pool.request({ path, method: 'POST', headers, body });
    const text = await response.body.text();
    latencies.push(performance.now() - due);
    if (large ? !text.startsWith('{"data":{"items":[{') : !text.startsWith('{"data":{"item":{')) failures += 1;
  };
  const cpuBefore = cpuMsOf(pid);
  const begin = performance.now();
  const asked: Promise<void>[] = [];
  for (let number = 0; number < seconds * LEGITIMATE_PER_SECOND; number++) {
    const due = begin + (number * 1_000) / LEGITIMATE_PER_SECOND;
    if (due > performance.now()) await delay(due - performance.now());
    asked.push(
      ask(number, due).catch(() => {
        failures += 1;
      }),
    );
  }
  await Promise.all(asked);
  return { latencies, failures, cpuMs: cpuMsOf(pid) - cpuBefore };
}

async function underAttack(endpoint: string, perSecond: number, run: () => Promise<Round>): Promise<Round> {
  const port = await freePort();
  await using _attacker = await startProcess({
    name: 'attacker',
    args: [fileURLToPath(new URL('support/hostile/attacker.ts', import.meta.url))],
    env: { ENDPOINT: endpoint, PER_SECOND: String(perSecond), PORT: String(port) },
    readyUrl: `http://127.0.0.1:${port}/`,
  });
  return await run();
}

interface Traffic {
  /** 0: alone. */
  readonly attacksPerSecond: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly failures: number;
  /** Of one core. */
  readonly busy: number;
}

function summarize(attacksPerSecond: number, rounds: readonly Round[], seconds: number): Traffic {
  const latencies = rounds.flatMap((round) => round.latencies).sort((a, b) => a - b);
  const cpuMs = rounds.reduce((sum, round) => sum + round.cpuMs, 0);
  return {
    attacksPerSecond,
    p50: quantile(latencies, 0.5),
    p95: quantile(latencies, 0.95),
    p99: quantile(latencies, 0.99),
    failures: rounds.reduce((sum, round) => sum + round.failures, 0),
    busy: cpuMs / 1_000 / (seconds * rounds.length),
  };
}

async function measureTraffic(gateway: RunningGateway, { rounds, seconds }: Pace): Promise<Traffic[]> {
  const measure = () => measureLegitimate(gateway, seconds);
  await measure();
  const rates = [0, ...ATTACKS_PER_SECOND];
  const measured = rates.map((): Round[] => []);
  for (let round = 0; round < rounds; round++) {
    for (const [index, rate] of rates.entries()) {
      measured[index]?.push(await (rate === 0 ? measure() : underAttack(gateway.endpoint, rate, measure)));
    }
  }
  return rates.map((rate, index) => summarize(rate, measured[index] ?? [], seconds));
}

function printTraffic(rows: readonly Traffic[]): void {
  const alone = rows[0]?.p95 ?? Number.NaN;
  const cells = rows.map(({ attacksPerSecond, p50, p95, p99, failures, busy }) => [
    attacksPerSecond === 0 ? 'alone' : `with ${attacksPerSecond} hostile requests/s and what is held open`,
    ...[p50, p95, p99].map((value) => value.toFixed(2)),
    `${((p95 / alone - 1) * 100).toFixed(1)} %`,
    String(failures),
    `${(busy * 100).toFixed(0)} %`,
  ]);
  const columns = ['', 'p50 ms', 'p95 ms', 'p99 ms', 'p95 moves', 'failures', 'core'];
  printTable(`what ${LEGITIMATE_PER_SECOND} legitimate requests/s notice`, columns, cells);
}

const { values } = parseArgs({
  options: { quick: { type: 'boolean', default: false }, only: { type: 'string', multiple: true } },
});
const pace = values.quick ? QUICK : FULL;
await using target = await startTarget();
const costs: Cost[] = [];
for (const hostile of chosen(HOSTILE, values.only)) costs.push(await measureCost(target, hostile, pace.turns));
printCosts(costs);
const { rss, peak } = memoryOf(target.pid);
console.log(`  memory afterwards: ${rss.toFixed(0)} MB, at most ${peak.toFixed(0)} MB`);
if (!values.only) {
  const traffic = await measureTraffic(target, pace);
  printTraffic(traffic);
  if (!values.quick) save('hostile', { ...pace, legitimatePerSecond: LEGITIMATE_PER_SECOND, costs, traffic });
}

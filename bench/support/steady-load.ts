/**
 * Requests at a steady rate from a process of its own, each counted from when it was due: one that had to wait for another
 * counts as slow.
 */
import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { Pool } from 'undici';
import type { LoadReport } from './load.ts';

export interface SteadyOrder {
  readonly endpoint: string;
  readonly token: string;
  readonly query: string;
  /** In turns. */
  readonly variables: readonly object[];
  readonly perSecond: number;
  readonly seconds: number;
  /** Before this many seconds nothing is counted. */
  readonly warmUpSeconds: number;
  /** Text that each answer must hold: a benchmark of refusals measures nothing. */
  readonly expect: string;
}

async function run(order: SteadyOrder): Promise<LoadReport> {
  const { origin, pathname: path } = new URL(order.endpoint);
  const pool = new Pool(origin, { connections: 64 });
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${order.token}` };
  const latencies: number[] = [];
  let failures = 0;
  const begin = performance.now();
  const counted = begin + order.warmUpSeconds * 1_000;
  const ask = async (number: number, due: number) => {
    // A timer may run a little early: what has not been sent does not wait.
    const from = Math.min(due, performance.now());
    const body = JSON.stringify({ query: order.query, variables: order.variables[number % order.variables.length] });
    const answer = await (await pool.request({ method: 'POST', path, headers, body })).body.text();
    if (due >= counted) latencies.push(performance.now() - from);
    if (answer.includes(order.expect)) return;
    failures += 1;
    if (failures === 1) process.stderr.write(`unexpected answer: ${answer.slice(0, 500)}\n`);
  };
  const asked: Promise<void>[] = [];
  const total = (order.warmUpSeconds + order.seconds) * order.perSecond;
  for (let number = 0; number < total; number++) {
    const due = begin + (number * 1_000) / order.perSecond;
    await delay(Math.max(0, due - performance.now()));
    asked.push(ask(number, due));
  }
  await Promise.all(asked);
  await pool.close();
  return { requests: latencies.length, seconds: order.seconds, latencies: latencies.sort((a, b) => a - b), failures };
}

const [, , orderFile] = process.argv;
if (import.meta.main && orderFile) {
  process.stdout.write(JSON.stringify(await run(JSON.parse(readFileSync(orderFile, 'utf8')) as SteadyOrder)));
}

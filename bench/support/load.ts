/**
 * A closed loop of clients in a process of its own. It shares the machine with the system that it measures, so it does no
 * more than send a text and look into the one that comes.
 */
import { readFileSync } from 'node:fs';
import { Pool } from 'undici';

export interface LoadOrder {
  readonly endpoint: string;
  readonly token: string;
  readonly query: string;
  /** Each is sent once, in order, by whichever client is free; with `repeat` they start over until the time is up. */
  readonly variables: readonly object[];
  readonly repeat: boolean;
  readonly clients: number;
  readonly seconds: number;
  /** Text that each answer must hold: a benchmark of refusals measures nothing. */
  readonly expect: string;
}

export interface LoadReport {
  readonly requests: number;
  readonly seconds: number;
  /** Milliseconds per request, sorted. */
  readonly latencies: readonly number[];
  readonly failures: number;
}

async function run(order: LoadOrder): Promise<LoadReport> {
  const { origin, pathname: path } = new URL(order.endpoint);
  const pool = new Pool(origin, { connections: order.clients, headersTimeout: 0, bodyTimeout: 0 });
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${order.token}` };
  const send = async (variables: object) => {
    const body = JSON.stringify({ query: order.query, variables });
    return (await pool.request({ method: 'POST', path, headers, body })).body.text();
  };
  const latencies: number[] = [];
  let next = 0;
  let failures = 0;
  const begin = performance.now();
  const until = begin + order.seconds * 1000;
  await Promise.all(
    Array.from({ length: order.clients }, async () => {
      while (performance.now() < until) {
        const variables = order.variables[order.repeat ? next++ % order.variables.length : next++];
        if (!variables) return;
        const sent = performance.now();
        const answer = await send(variables);
        latencies.push(performance.now() - sent);
        if (!answer.includes(order.expect)) {
          failures += 1;
          if (failures === 1) process.stderr.write(`unexpected answer: ${answer.slice(0, 500)}\n`);
        }
      }
    }),
  );
  const seconds = (performance.now() - begin) / 1000;
  await pool.close();
  return { requests: latencies.length, seconds, latencies: latencies.sort((a, b) => a - b), failures };
}

const [, , orderFile] = process.argv;
if (import.meta.main && orderFile) {
  process.stdout.write(JSON.stringify(await run(JSON.parse(readFileSync(orderFile, 'utf8')) as LoadOrder)));
}

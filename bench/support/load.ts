/** A closed loop of clients in a process of its own, so that it takes no time from the system that it measures. */
import { readFileSync } from 'node:fs';
import { createGraphQLClient } from '#demo/graphql-client.ts';

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
  const client = createGraphQLClient(order.endpoint, order.token);
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
        const answer = JSON.stringify(await client.send(order.query, variables));
        latencies.push(performance.now() - sent);
        if (!answer.includes(order.expect)) {
          failures += 1;
          if (failures === 1) process.stderr.write(`unexpected answer: ${answer.slice(0, 500)}\n`);
        }
      }
    }),
  );
  const seconds = (performance.now() - begin) / 1000;
  return { requests: latencies.length, seconds, latencies: latencies.sort((a, b) => a - b), failures };
}

const [, , orderFile] = process.argv;
if (import.meta.main && orderFile) {
  process.stdout.write(JSON.stringify(await run(JSON.parse(readFileSync(orderFile, 'utf8')) as LoadOrder)));
}

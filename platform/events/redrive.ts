import pg from 'pg';
import { roleOf } from '#platform/database/index.ts';
import type { Logger } from '#platform/logging/index.ts';
import { connectRedis } from './redis-connection.ts';
import { keysOf } from './redis-keys.ts';

/** Puts back the events of one subgraph's outbox that were given up; returns how many. `url` is the application's. */
export async function redriveOutbox({ url, subgraph }: { url: string; subgraph: string }): Promise<number> {
  const client = new pg.Client({
    connectionString: url,
    options: `-c role=${roleOf(subgraph)} -c search_path=${subgraph}`,
    application_name: 'alims-redrive',
  });
  await client.connect();
  try {
    const { rows } = await client.query<{ events: number }>('select outbox_redrive() as events');
    return rows[0]?.events ?? 0;
  } finally {
    await client.end();
  }
}

/**
 * Puts back what the groups of the Redis bus have given up, each event for the group that did; returns how many by group.
 * An event leaves the dead letters in the transaction that puts it back.
 */
export async function redriveDeadLetters(options: {
  readonly url: string;
  readonly prefix: string;
  readonly logger: Logger;
}): Promise<ReadonlyMap<string, number>> {
  const { deadLettersOf } = keysOf(options.prefix);
  const redis = connectRedis({ ...options, purpose: 'redrive' });
  const driven = new Map<string, number>();
  try {
    for await (const keys of redis.scanStream({ match: `${deadLettersOf('')}*`, type: 'stream' })) {
      for (const key of keys as string[]) {
        const group = key.slice(deadLettersOf('').length);
        const letters = await redis.xrange(key, '-', '+');
        for (const [id, fields] of letters) {
          const { event = '', stream = '' } = Object.fromEntries(pairs(fields));
          await redis.multi().xadd(stream, '*', 'event', event, 'for', group).xdel(key, id).exec();
        }
        if (letters.length > 0) driven.set(group, (driven.get(group) ?? 0) + letters.length);
      }
    }
    return driven;
  } finally {
    redis.disconnect();
  }
}

function pairs(fields: readonly string[]): [string, string][] {
  const found: [string, string][] = [];
  for (let i = 0; i < fields.length; i += 2) found.push([fields[i] ?? '', fields[i + 1] ?? '']);
  return found;
}

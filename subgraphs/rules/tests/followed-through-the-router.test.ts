import pg from 'pg';
import { expect, test } from 'vitest';
import { encodeCursor } from '#platform/events/index.ts';
import { createLab, type Lab } from '#tests/lab.ts';
import { operation } from './harness.ts';

// biome-ignore lint/suspicious/noExplicitAny: tests look into answers of many shapes
type Data = any;

const WATCH = `subscription Watch($after: String) { ruleSetChanged(after: $after) {
  ... on RuleSetChange { at actor { name } reason version { number publishedBy { name } } } } }`;

/** Where the log of rules stands. */
async function cursorNow({ database }: Lab): Promise<string> {
  const client = new pg.Client({ connectionString: database.superUrl });
  await client.connect();
  try {
    const { rows } = await client.query(
      'SELECT epoch, sequence::integer AS sequence FROM rules.outbox_event ORDER BY position DESC LIMIT 1',
    );
    return encodeCursor(rows[0]);
  } finally {
    await client.end();
  }
}

/** The data of the first event of a stream. */
async function firstEvent(response: Response): Promise<Data> {
  let received = '';
  for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    received += chunk;
    const data = /^event: ?next\n(?:id: ?.*\n)?data: ?(.*)\n\n/m.exec(received)?.[1];
    if (data !== undefined) return JSON.parse(data).data;
  }
  throw new Error(`The stream ended without an event, status ${response.status}: ${received}`);
}

test('who follows the rules over the router hears by name who put which version in force, and why', async () => {
  await using lab = await createLab();
  const manager = await lab.as('manager');
  await manager.request(operation('AssertFacts'), { facts: [{ text: 'log(begins)' }] });
  const after = await cursorNow(lab);
  const stop = new AbortController();
  const response = fetch(lab.endpoint, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'text/event-stream',
      authorization: `Bearer ${manager.accessToken}`,
    },
    body: JSON.stringify({ query: WATCH, variables: { after } }),
    signal: stop.signal,
  });
  const { saveRules } = await manager.request<Data>(operation('SaveRules'), { ruleSet: 'default', text: 'p(1).\n' });
  await manager.request(operation('PublishRules'), { versionId: saveRules.id, reason: 'first rules' });
  const name = 'Mara Okafor';
  expect((await firstEvent(await response)).ruleSetChanged).toEqual({
    at: expect.any(String),
    actor: { name },
    reason: 'first rules',
    version: { number: 1, publishedBy: { name } },
  });
  stop.abort();
});

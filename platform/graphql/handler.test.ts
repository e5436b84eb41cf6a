import { pino } from 'pino';
import { expect, test } from 'vitest';
import { createAskAs, createGraphQLHandler } from './index.ts';

const TYPE_DEFS = 'type Query { broken: String }';

/** A handler whose one field breaks once `release` is called, and the levels of what it logs. */
function createBroken() {
  const levels: string[] = [];
  const logger = pino(
    { level: 'debug', formatters: { level: (level) => ({ level }) } },
    {
      write: (line: string) => levels.push((JSON.parse(line) as { level: string }).level),
    },
  );
  const { promise: released, resolve: release } = Promise.withResolvers<void>();
  const { promise: entered, resolve: enter } = Promise.withResolvers<void>();
  const broken = async () => {
    enter();
    await released;
    throw new Error('secret detail');
  };
  const handler = createGraphQLHandler({
    typeDefs: TYPE_DEFS,
    resolvers: { Query: { broken } },
    identityKey: 'k',
    logger,
    askAs: createAskAs(new Map(), 'k'),
    createContext: (request) => request,
  });
  const ask = (signal?: AbortSignal) =>
    handler(
      new Request('http://x/graphql', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: '{"query":"{ broken }"}',
        ...(signal && { signal }),
      }),
    );
  return { ask, entered, release, levels };
}

test('what breaks is masked for the client and an error in the log', async () => {
  const { ask, release, levels } = createBroken();
  release();
  const text = await (await ask()).text();
  expect(text).toContain('"INTERNAL"');
  expect(text).not.toContain('secret');
  expect(levels).toEqual(['error']);
});

test('what breaks after its caller has left calls nobody', async () => {
  const { ask, entered, release, levels } = createBroken();
  const leaving = new AbortController();
  const answer = ask(leaving.signal);
  await entered;
  leaving.abort();
  release();
  await answer.catch(() => {});
  expect(levels.filter((level) => level !== 'debug')).toEqual([]);
});

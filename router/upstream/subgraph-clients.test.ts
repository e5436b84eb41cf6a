import { describe, expect, test } from 'vitest';
import { createUpstreams, type UpstreamsOptions } from './subgraph-clients.ts';
import { callerIn, createHeldSubgraph } from './testing/held-subgraph.ts';

const QUESTION = { body: '{"query":"{ ok }"}', kind: 'query', operationName: null, caller: callerIn('ada') } as const;

function start(options: Partial<UpstreamsOptions> = {}) {
  const people = createHeldSubgraph();
  const upstreams = createUpstreams({ subgraphs: new Map([['people', people.fetch]]), ...options });
  return { people, upstreams };
}

describe('the clients of supergraphs that follow each other', () => {
  test('are one for a subgraph at the same URL, so its connections and its circuit stay', async () => {
    const { upstreams } = start();
    const before = upstreams.open(new Map([['reviews', 'http://127.0.0.1:9/']]));
    const after = upstreams.open(new Map([['reviews', 'http://127.0.0.1:9/']]));
    expect(after.get('reviews')).toBe(before.get('reviews'));
    const moved = upstreams.open(new Map([['reviews', 'http://127.0.0.1:9/moved']]));
    expect(moved.get('reviews')).not.toBe(before.get('reviews'));
  });

  test('stay for as long as one supergraph has them', async () => {
    const urls = new Map([['people', 'http://people/']]);
    const { people, upstreams } = start();
    const before = upstreams.open(urls);
    const after = upstreams.open(urls);
    const client = after.get('people');
    await before[Symbol.asyncDispose]();
    await before[Symbol.asyncDispose]();
    people.release({ data: { ok: true } });
    expect(await client.ask(QUESTION)).toEqual({ data: { ok: true }, errors: null });
    expect(upstreams.open(urls).get('people')).toBe(client);
    expect(before.get('people')).not.toBe(client);
  });

  test('count changes together: a mutation by the old one is news to the new one', async () => {
    const { people, upstreams } = start();
    people.release({ data: { ok: true } });
    const before = upstreams.open(new Map([['people', 'http://people/']]));
    upstreams.open(new Map([['people', 'http://people/moved']]));
    await before.get('people').ask({ ...QUESTION, kind: 'mutation' });
    expect(upstreams.changes.count).toBe(1);
  });
});

test('what is said of one subgraph goes before what is said of all', async () => {
  const subgraphOptions = { all: { queryTimeoutMs: 60_000 }, byName: new Map([['people', { queryTimeoutMs: 10 }]]) };
  const { upstreams } = start({ subgraphOptions });
  const client = upstreams.open(new Map([['people', 'http://people/']])).get('people');
  await expect(client.ask(QUESTION)).rejects.toThrow('no answer within 10 ms');
});

test('a subgraph with neither handler nor URL fails alone', async () => {
  const clients = start().upstreams.open(new Map([['reviews', 'not a URL']]));
  for (const name of ['reviews', 'nobody']) {
    await expect(clients.get(name).ask(QUESTION)).rejects.toMatchObject({ reason: 'unknown-service', service: name });
  }
});

test('a public URL that is none is refused at the start', () => {
  expect(() => start({ publicUrl: 'router:4000' })).toThrow(
    'expected to begin with http or https, and is "router:4000"',
  );
  expect(start().upstreams.callbackHandler).toBeNull();
});

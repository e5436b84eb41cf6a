import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { parse } from 'graphql';
import { expect, test } from 'vitest';
import { composeSupergraph } from '../compose.ts';
import { NOBODY, startRouter } from '../index.ts';
import { createTicks, serve, serveCallbacks } from '../upstream/testing/tick-subgraph.ts';
import { silentLogger } from './fixture/logger.ts';
import { readResults } from './fixture/router.ts';

test('a client gets what a subgraph posts to the public URL of the router, which a proxy may stand behind', async () => {
  await using subgraph = await serveCallbacks(createTicks());
  let target = '';
  const passOn = async (request: IncomingMessage, response: ServerResponse) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const path = request.url?.replace('/router', '') ?? '';
    const answer = await fetch(target + path, { method: 'POST', body: Buffer.concat(chunks) });
    response.writeHead(answer.status).end(await answer.text());
  };
  const proxy = createServer((request, response) => void passOn(request, response));
  await using front = await serve(proxy, '/router/');
  const typeDefs = parse('type Query { ok: Boolean } type Subscription { ticks(count: Int!): Int! }');
  await using router = await startRouter({
    supergraphSdl: composeSupergraph([{ name: 'ticks', url: subgraph.url, typeDefs }]).supergraphSdl,
    subgraphOptions: { byName: new Map([['ticks', { subscriptions: 'callback' }]]) },
    publicUrl: front.url,
    port: 0,
    authenticate: async () => NOBODY,
    logger: silentLogger,
  });
  target = router.url;
  const response = await fetch(`${router.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
    body: JSON.stringify({ query: 'subscription { ticks(count: 3) }' }),
  });
  const results = [];
  for await (const result of readResults(response)) results.push(result);
  expect(results).toEqual([0, 1, 2].map((ticks) => ({ data: { ticks } })));
});

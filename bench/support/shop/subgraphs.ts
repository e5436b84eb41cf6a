/**
 * The shop's subgraphs in a process of their own. An answer is worked out once and remembered by its request: what is
 * measured is the gateway in front.
 *
 *   PORTS={"accounts":4001,…,"control":4009} node bench/support/shop/subgraphs.ts
 *
 * The control port tells at GET /requests how many requests each subgraph had so far.
 */
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { type GraphQLSchema, parse } from 'graphql';
import { createYoga } from 'graphql-yoga';
import { LRUCache } from 'lru-cache';
import { shopResolvers } from './resolvers.ts';
import { SHOP_SDL, type ShopSubgraph } from './sdl.ts';

const ports = JSON.parse(process.env.PORTS ?? '{}') as Record<ShopSubgraph | 'control', number>;
const requests: Record<string, number> = {};

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

function createSubgraph(name: ShopSubgraph): RequestListener {
  const schema = buildSubgraphSchema([{ typeDefs: parse(SHOP_SDL[name]), resolvers: shopResolvers[name] }]);
  const yoga = createYoga({ schema: schema as GraphQLSchema, logging: false, maskedErrors: false, graphiql: false });
  const answers = new LRUCache<string, Promise<Buffer>>({ max: 5_000 });
  const headers = { 'content-type': 'application/json' };
  const answer = async (body: string) => {
    const response = await yoga.fetch('http://subgraph/graphql', { method: 'POST', headers, body });
    return Buffer.from(await response.arrayBuffer());
  };
  requests[name] = 0;
  const respond = async (request: IncomingMessage, response: ServerResponse) => {
    const body = await bodyOf(request);
    let known = answers.get(body);
    if (!known) {
      known = answer(body);
      answers.set(body, known);
    }
    const bytes = await known;
    response.writeHead(200, { ...headers, 'content-length': bytes.length }).end(bytes);
  };
  return (request, response) => {
    requests[name] = (requests[name] ?? 0) + 1;
    respond(request, response).catch((error: unknown) => response.destroy(error as Error));
  };
}

function serve(listener: RequestListener, port: number): void {
  createServer({ keepAliveTimeout: 65_000 }, listener).listen(port, '127.0.0.1');
}

for (const name of Object.keys(SHOP_SDL) as ShopSubgraph[]) serve(createSubgraph(name), ports[name]);
serve((_request, response) => {
  response.setHeader('content-type', 'application/json').end(JSON.stringify(requests));
}, ports.control);

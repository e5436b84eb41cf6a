/**
 * The shop's subgraphs in a process of their own. An answer is worked out once and remembered by its request: what is
 * measured is the gateway in front.
 *
 *   PORTS={"accounts":4001,…,"control":4009} node bench/support/shop/subgraphs.ts
 *
 * Control: GET /state tells the requests so far and the streams open now, POST /publish announces a review.
 */
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { type GraphQLSchema, parse } from 'graphql';
import { createYoga } from 'graphql-yoga';
import { LRUCache } from 'lru-cache';
import { shopResolvers } from './resolvers.ts';
import { SHOP_SDL, type ShopSubgraph } from './sdl.ts';
import { createStreams, type Streams } from './streams.ts';

export interface ShopState {
  readonly requests: number;
  readonly streams: number;
}

const NAMES = Object.keys(SHOP_SDL) as ShopSubgraph[];
const JSON_TYPE = { 'content-type': 'application/json' };
let requests = 0;

function schemaOf(name: ShopSubgraph): GraphQLSchema {
  return buildSubgraphSchema([{ typeDefs: parse(SHOP_SDL[name]), resolvers: shopResolvers[name] }]) as GraphQLSchema;
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  if (request.method === 'GET') {
    const parameters = new URL(request.url ?? '', 'http://subgraph').searchParams;
    return JSON.stringify({ query: parameters.get('query') });
  }
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

function send(response: ServerResponse, bytes: Buffer): void {
  response.writeHead(200, { ...JSON_TYPE, 'content-length': bytes.length }).end(bytes);
}

type Respond = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

function createSubgraph(schema: GraphQLSchema, streams: Streams | null): Respond {
  const yoga = createYoga({ schema, logging: false, maskedErrors: false, graphiql: false });
  const answers = new LRUCache<string, Promise<Buffer>>({ max: 5_000 });
  const answer = async (body: string) => {
    const response = await yoga.fetch('http://subgraph/graphql', { method: 'POST', headers: JSON_TYPE, body });
    return Buffer.from(await response.arrayBuffer());
  };
  return async (request, response) => {
    requests += 1;
    const body = await bodyOf(request);
    if (streams && /"query":"\s*subscription/.test(body)) {
      streams.serve(body, response);
      return;
    }
    let known = answers.get(body);
    if (!known) {
      known = answer(body);
      answers.set(body, known);
    }
    send(response, await known);
  };
}

function control(streams: Streams): Respond {
  return async (request, response) => {
    if (request.url === '/publish') await streams.publish();
    const state: ShopState = { requests, streams: streams.open };
    send(response, Buffer.from(JSON.stringify(state)));
  };
}

function serve(respond: Respond, port: number): void {
  const listener: RequestListener = (request, response) => {
    respond(request, response).catch((error: unknown) => response.destroy(error as Error));
  };
  createServer({ keepAliveTimeout: 65_000 }, listener).listen(port, '127.0.0.1');
}

const ports = JSON.parse(process.env.PORTS ?? '{}') as Record<ShopSubgraph | 'control', number>;
const schemas = new Map(NAMES.map((name) => [name, schemaOf(name)]));
const streams = createStreams(schemas.get('reviews') as GraphQLSchema);
for (const [name, schema] of schemas) serve(createSubgraph(schema, name === 'reviews' ? streams : null), ports[name]);
serve(control(streams), ports.control);

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { type GraphQLSchema, parse } from 'graphql';
import { createYoga } from 'graphql-yoga';
import { composeSupergraph } from '#router/compose.ts';

const LINK =
  'extend schema @link(url: "https://specs.apollo.dev/federation/v2.7", import: ["@key", "@authenticated", "@requiresScopes", "@policy"])';

const PRODUCTS = `${LINK}
  type Product @key(fields: "upc") { upc: ID! name: String! price: Int! cost: Int @requiresScopes(scopes: [["cost:read"]]) }
  type Query { products: [Product!]! }
  type Mutation { rename(upc: ID!, name: String!): Product! }`;

const REVIEWS = `${LINK}
  type Review { text: String! }
  type Product @key(fields: "upc") { upc: ID! reviews: [Review!]! }
  type Query { reviewCount: Int! }
  type Subscription { counted(to: Int!): Int! }`;

const CATALOGUE = [
  { upc: 'p1', name: 'Pipette', price: 80, cost: 40 },
  { upc: 'p2', name: 'Flask', price: 12, cost: 5 },
];

const RESOLVERS = {
  products: {
    Query: { products: () => CATALOGUE },
    Mutation: {
      rename: (_: unknown, { upc, name }: { upc: string; name: string }) => ({ ...CATALOGUE[0], upc, name }),
    },
    Product: { __resolveReference: ({ upc }: { upc: string }) => CATALOGUE.find((each) => each.upc === upc) },
  },
  reviews: {
    Query: { reviewCount: () => 3 },
    Product: { reviews: ({ upc }: { upc: string }) => [{ text: `${upc} does what it says` }] },
    Subscription: {
      counted: {
        async *subscribe(_: unknown, { to }: { to: number }) {
          for (let counted = 1; counted <= to; counted++) yield { counted };
        },
      },
    },
  },
} as const;

export interface ForeignRequest {
  readonly subgraph: 'products' | 'reviews';
  readonly headers: IncomingHttpHeaders;
}

/** Two subgraphs that are none of ours, over HTTP, and the supergraph that holds them. */
export interface Foreign extends AsyncDisposable {
  readonly supergraphSdl: string;
  readonly urls: Readonly<Record<'products' | 'reviews', string>>;
  /** What has been asked, in order. */
  readonly seen: ForeignRequest[];
}

/** @param urls in place of the subgraphs' own in the supergraph; an empty one is left out. */
export async function startForeign(urls: Partial<Foreign['urls']> = {}): Promise<Foreign> {
  await using opening = new AsyncDisposableStack();
  const seen: ForeignRequest[] = [];
  const at: Record<string, string> = {};
  for (const [name, sdl] of [
    ['products', PRODUCTS],
    ['reviews', REVIEWS],
  ] as const) {
    const schema = buildSubgraphSchema([
      { typeDefs: parse(sdl), resolvers: RESOLVERS[name] as never },
    ]) as GraphQLSchema;
    const yoga = createYoga({ schema, logging: false, landingPage: false });
    const server = createServer((request, response) => {
      seen.push({ subgraph: name, headers: request.headers });
      void yoga(request, response);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    opening.defer(() => closed(server));
    at[name] = `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`;
  }
  const { supergraphSdl } = composeSupergraph([
    { name: 'products', url: urls.products ?? at.products ?? '', typeDefs: parse(PRODUCTS) },
    { name: 'reviews', url: urls.reviews ?? at.reviews ?? '', typeDefs: parse(REVIEWS) },
  ]);
  const running = opening.move();
  return {
    supergraphSdl,
    urls: at as Foreign['urls'],
    seen,
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

async function closed(server: Server): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  server.close(() => resolve());
  server.closeAllConnections();
  await promise;
}

/** A command of ours as a terminal sees it. */
export interface Command extends AsyncDisposable {
  readonly child: ChildProcess;
  readonly output: string;
  /** Resolves with the match when it has been printed; rejects when the process ends before. */
  says(pattern: RegExp): Promise<RegExpExecArray>;
  /** Exit code, once it has ended and all of its output has been read. */
  readonly ended: Promise<number | null>;
}

const MAIN = fileURLToPath(new URL('../subgraphs/main.mjs', import.meta.url));

/** `npm run serve -- …args` with nothing in the environment but what is given. */
export function serveCommand(
  args: readonly string[],
  options: { readonly env?: Record<string, string>; readonly cwd?: string } = {},
): Command {
  const child = spawn(process.execPath, [MAIN, ...args], {
    env: { PATH: process.env.PATH ?? '', ...options.env },
    ...(options.cwd !== undefined && { cwd: options.cwd }),
  });
  const kill = () => child.kill('SIGKILL');
  process.once('exit', kill);
  const heard = new EventTarget();
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      output += chunk;
      heard.dispatchEvent(new Event('more'));
    });
  }
  const ended = once(child, 'close').then(([code]) => {
    process.off('exit', kill);
    return code as number | null;
  });
  return {
    child,
    get output() {
      return output;
    },
    ended,
    says(pattern) {
      const { promise, resolve, reject } = Promise.withResolvers<RegExpExecArray>();
      const look = () => {
        const match = pattern.exec(output);
        if (match) resolve(match);
      };
      heard.addEventListener('more', look);
      look();
      void ended.then(() => reject(new Error(`It ended before it said ${pattern}:\n${output}`)));
      return promise.finally(() => heard.removeEventListener('more', look));
    },
    async [Symbol.asyncDispose]() {
      child.kill('SIGTERM');
      await ended;
    },
  };
}

/**
 * Subscriptions without a gateway: graphql-ws executes each event for each subscriber with graphql-js, over data in its
 * own process. Only the events come from the shop's reviews subgraph. SUPERGRAPH=file PORT=4000.
 */
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { type GraphQLFieldResolver, GraphQLObjectType, type GraphQLSchema } from 'graphql';
import { createClient } from 'graphql-sse';
import { useServer } from 'graphql-ws/use/ws';
import { createPubSub } from 'graphql-yoga';
import { WebSocketServer } from 'ws';
import { buildSupergraph } from '#router/index.ts';
import { reviewById } from '../shop/data.ts';
import { monolithResolvers } from '../shop/resolvers.ts';

interface Announced {
  readonly at: number;
  readonly review: { readonly id: string };
}

const { SUPERGRAPH = '', PORT } = process.env;
const { schema, urls } = buildSupergraph(readFileSync(SUPERGRAPH, 'utf8'));
const pubSub = createPubSub<{ reviewAdded: [{ reviewAdded: object }] }>();

function attachResolvers(to: GraphQLSchema): void {
  for (const [typename, fields] of Object.entries(monolithResolvers)) {
    const type = to.getType(typename);
    if (!(type instanceof GraphQLObjectType)) throw new Error(`The supergraph has no type ${typename}.`);
    for (const [name, resolve] of Object.entries(fields)) {
      const field = type.getFields()[name];
      if (field) field.resolve = resolve as GraphQLFieldResolver<unknown, unknown>;
    }
  }
  const added = to.getSubscriptionType()?.getFields().reviewAdded;
  if (added) added.subscribe = () => pubSub.subscribe('reviewAdded');
}

async function relay(events: AsyncIterable<{ data?: { reviewAdded: Announced } | null }>): Promise<void> {
  for await (const { data } of events) {
    if (!data) continue;
    const { at, review } = data.reviewAdded;
    pubSub.publish('reviewAdded', { reviewAdded: { at, review: reviewById.get(review.id) } });
  }
}

attachResolvers(schema);
const source = createClient({ url: urls.get('reviews') ?? '', retryAttempts: 0 });
const query = 'subscription { reviewAdded { at review { id } } }';
const relayed = relay(source.iterate<{ reviewAdded: Announced }>({ query }));
const server = createServer((_request, response) => response.end()).listen(Number(PORT), '127.0.0.1');
const sockets = useServer({ schema }, new WebSocketServer({ server, path: '/graphql' }));
process.once('SIGTERM', () => {
  source.dispose();
  server.close();
  void sockets.dispose();
});
await relayed;

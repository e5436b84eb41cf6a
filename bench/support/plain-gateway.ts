import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ApolloGateway, RemoteGraphQLDataSource } from '@apollo/gateway';
import { createYoga } from 'graphql-yoga';
import { IDENTITY_HEADER } from '#platform/identity/index.ts';
import { authenticatorOf } from '#start/sessions.ts';
import type { System } from '#system';
import { gatewayExecutor, usePlainExecutor } from './plain-executor.ts';

interface Context {
  readonly identityHeader: string | null;
}

export interface PlainGateway extends AsyncDisposable {
  readonly endpoint: string;
}

/**
 * What one would write instead of our router: @apollo/gateway with its own executor behind yoga, over the same
 * subgraphs in the same process, with the same check of the token.
 */
export async function startPlainGateway(system: System, supergraphSdl: string): Promise<PlainGateway> {
  const authenticate = authenticatorOf(system.resources);
  const gateway = new ApolloGateway({
    supergraphSdl: withoutSecurity(supergraphSdl),
    buildService: (service) => sourceOf(system, service.name),
  });
  const { schema, executor } = await gateway.load();
  const yoga = createYoga<object, Context>({
    schema: schema as never,
    logging: false,
    maskedErrors: false,
    context: async ({ request }) => {
      const token = request.headers.get('authorization')?.replace(/^Bearer /, '') ?? null;
      return { identityHeader: (await authenticate(token, 'bench')).identityHeader };
    },
    plugins: [usePlainExecutor(gatewayExecutor(schema, executor))],
  });
  const server = createServer(yoga as never).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await gateway.stop();
    },
  };
}

/** @apollo/gateway refuses a supergraph whose security directives it would have to enforce; the subgraphs check them. */
function withoutSecurity(supergraphSdl: string): string {
  return supergraphSdl.replace(
    /(specs\.apollo\.dev\/(?:authenticated|requiresScopes|policy)\/[^"]+"), for: SECURITY/g,
    '$1',
  );
}

function sourceOf(system: System, name: string): RemoteGraphQLDataSource {
  const subgraph = [...system.subgraphs.values()].find((each) => each.name === name);
  if (!subgraph) throw new Error(`The supergraph names ${name}, which the system lacks.`);
  // Its own type of fetch is older than the platform's.
  const fetcher = ((url: string, init: RequestInit) => subgraph.fetch(new Request(url, init))) as unknown;
  return new RemoteGraphQLDataSource<Context>({
    url: `http://${name}.internal/graphql`,
    fetcher: fetcher as NonNullable<RemoteGraphQLDataSource['fetcher']>,
    willSendRequest({ request, context }) {
      if (context.identityHeader) request.http?.headers.set(IDENTITY_HEADER, context.identityHeader);
    },
  });
}

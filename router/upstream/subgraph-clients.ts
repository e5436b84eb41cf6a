import { SubgraphFailure } from '../execution/errors.ts';
import type { RouterMetrics } from '../metrics.ts';
import { createSubgraphClient, type SubgraphClient, type SubgraphOptions } from './subgraph-client.ts';
import type { SubgraphFetch } from './transport.ts';

export interface SubgraphClients extends AsyncDisposable {
  /** A subgraph without handler and URL answers every request with a failure: the rest of the supergraph is served. */
  get(name: string): SubgraphClient;
}

export interface SubgraphClientsOptions extends SubgraphOptions {
  readonly supergraphUrls: ReadonlyMap<string, string>;
  readonly subgraphs?: ReadonlyMap<string, SubgraphFetch> | undefined;
  readonly urls?: ReadonlyMap<string, string> | undefined;
  /** What differs for one subgraph from what holds for all. */
  readonly subgraphOptions?: ReadonlyMap<string, SubgraphOptions> | undefined;
  readonly metrics: RouterMetrics | undefined;
}

export function createSubgraphClients(options: SubgraphClientsOptions): SubgraphClients {
  const { supergraphUrls, subgraphs, urls, subgraphOptions, ...common } = options;
  const changes = { count: 0 };
  const clients = new Map<string, SubgraphClient>();
  for (const [name, written] of supergraphUrls) {
    const fetch = subgraphs?.get(name);
    const url = urlOf(name, urls?.get(name) ?? written, fetch);
    const own = subgraphOptions?.get(name);
    if (url !== null) clients.set(name, createSubgraphClient({ ...common, ...own, name, url, fetch, changes }));
  }
  return {
    get: (name) => clients.get(name) ?? absentClient(name),
    async [Symbol.asyncDispose]() {
      await Promise.all([...clients.values()].map((client) => client[Symbol.asyncDispose]()));
    },
  };
}

// A handler in this process needs an address only to look like a request.
function urlOf(name: string, url: string, fetch: SubgraphFetch | undefined): string | null {
  if (URL.canParse(url)) return url;
  return fetch ? `http://${encodeURIComponent(name)}/graphql` : null;
}

function absentClient(name: string): SubgraphClient {
  const fail = async (): Promise<never> => {
    throw new SubgraphFailure(name, 'unknown-service', 'neither a handler nor a URL is known');
  };
  return { name, ask: fail, subscribe: fail, async [Symbol.asyncDispose]() {} };
}

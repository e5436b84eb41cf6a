import { SubgraphFailure } from '../execution/errors.ts';
import type { RouterMetrics } from '../metrics.ts';
import { createSubgraphClient, type SubgraphClient } from './subgraph-client.ts';
import type { SubgraphFetch } from './transport.ts';

export interface SubgraphClients extends AsyncDisposable {
  /** A subgraph without handler and URL answers every request with a failure: the rest of the supergraph is served. */
  get(name: string): SubgraphClient;
}

export interface SubgraphClientsOptions {
  readonly supergraphUrls: ReadonlyMap<string, string>;
  readonly subgraphs?: ReadonlyMap<string, SubgraphFetch> | undefined;
  readonly urls?: ReadonlyMap<string, string> | undefined;
  readonly queryTimeoutMs?: number | undefined;
  readonly mutationTimeoutMs?: number | undefined;
  readonly metrics: RouterMetrics | undefined;
}

export function createSubgraphClients(options: SubgraphClientsOptions): SubgraphClients {
  const { queryTimeoutMs, mutationTimeoutMs, metrics } = options;
  const clients = new Map<string, SubgraphClient>();
  for (const [name, written] of options.supergraphUrls) {
    const fetch = options.subgraphs?.get(name);
    const url = options.urls?.get(name) ?? written;
    if (fetch) {
      const own = URL.canParse(url) ? url : `http://${encodeURIComponent(name)}/graphql`;
      clients.set(name, createSubgraphClient({ name, url: own, fetch, queryTimeoutMs, mutationTimeoutMs, metrics }));
    } else if (URL.canParse(url)) {
      clients.set(name, createSubgraphClient({ name, url, queryTimeoutMs, mutationTimeoutMs, metrics }));
    }
  }
  return {
    get: (name) => clients.get(name) ?? absentClient(name),
    async [Symbol.asyncDispose]() {
      await Promise.all([...clients.values()].map((client) => client[Symbol.asyncDispose]()));
    },
  };
}

function absentClient(name: string): SubgraphClient {
  const fail = async (): Promise<never> => {
    throw new SubgraphFailure(name, 'unknown-service', 'neither a handler nor a URL is known');
  };
  return { name, ask: fail, subscribe: fail, async [Symbol.asyncDispose]() {} };
}

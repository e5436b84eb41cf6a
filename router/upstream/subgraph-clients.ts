import { SubgraphFailure } from '../execution/errors.ts';
import type { FetchHandler } from '../http/bridge.ts';
import type { RouterMetrics } from '../metrics.ts';
import { createCallbackStreams } from './callback-stream.ts';
import type { ChangeCounter } from './shared-flights.ts';
import { createSubgraphClient, type SubgraphClient, type SubgraphOptions } from './subgraph-client.ts';
import type { SubgraphFetch } from './transport.ts';

export interface SubgraphClients extends AsyncDisposable {
  /** A subgraph without handler and URL answers every request with a failure: the rest of the supergraph is served. */
  get(name: string): SubgraphClient;
  readonly changes: ChangeCounter;
  /** Takes at `/callback` what subgraphs post; null without a public URL. */
  readonly callbackHandler: FetchHandler | null;
}

export const CALLBACK_PATH = '/callback';

/** How subgraphs are dealt with: what is said of one by its name goes before what is said of all. */
export interface SubgraphsOptions {
  readonly all?: SubgraphOptions | undefined;
  readonly byName?: ReadonlyMap<string, SubgraphOptions> | undefined;
}

export interface SubgraphClientsOptions {
  readonly supergraphUrls: ReadonlyMap<string, string>;
  readonly subgraphs?: ReadonlyMap<string, SubgraphFetch> | undefined;
  readonly urls?: ReadonlyMap<string, string> | undefined;
  readonly subgraphOptions?: SubgraphsOptions | undefined;
  /** The address by which subgraphs reach this router and no other, for subscriptions by callback. */
  readonly publicUrl?: string | undefined;
  readonly metrics: RouterMetrics | undefined;
}

export function createSubgraphClients(options: SubgraphClientsOptions): SubgraphClients {
  const { supergraphUrls, subgraphs, urls, subgraphOptions, metrics } = options;
  const changes = { count: 0 };
  const callbacks = options.publicUrl === undefined ? null : createCallbackStreams(callbackUrl(options.publicUrl));
  const clients = new Map<string, SubgraphClient>();
  for (const [name, written] of supergraphUrls) {
    const fetch = subgraphs?.get(name);
    const url = urlOf(name, urls?.get(name) ?? written, fetch);
    if (url === null) continue;
    const dealing = { ...subgraphOptions?.all, ...subgraphOptions?.byName?.get(name) };
    clients.set(name, createSubgraphClient({ ...dealing, name, url, fetch, changes, callbacks, metrics }));
  }
  return {
    get: (name) => clients.get(name) ?? absentClient(name),
    changes,
    callbackHandler: callbacks?.handler ?? null,
    async [Symbol.asyncDispose]() {
      await Promise.all([...clients.values()].map((client) => client[Symbol.asyncDispose]()));
    },
  };
}

function callbackUrl(publicUrl: string): string {
  if (!URL.canParse(publicUrl))
    throw new Error(`The public URL is expected to be one, and is ${JSON.stringify(publicUrl)}.`);
  return publicUrl.replace(/\/$/, '') + CALLBACK_PATH;
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

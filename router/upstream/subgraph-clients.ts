import type { Logger } from '#platform/logging/index.ts';
import { SubgraphFailure } from '../execution/errors.ts';
import type { FetchHandler } from '../http/bridge.ts';
import type { RouterMetrics } from '../metrics.ts';
import { createCallbackStreams } from './callback-stream.ts';
import type { SubgraphOptions } from './options.ts';
import type { ChangeCounter } from './shared-flights.ts';
import { createSubgraphClient, type SubgraphClient } from './subgraph-client.ts';
import type { SubgraphFetch } from './transport.ts';

/** How subgraphs are dealt with: what is said of one by its name goes before what is said of all. */
export interface SubgraphsOptions {
  readonly all?: SubgraphOptions | undefined;
  readonly byName?: ReadonlyMap<string, SubgraphOptions> | undefined;
}

export interface UpstreamsOptions {
  /** Handlers of the subgraphs in this process, by name. */
  readonly subgraphs?: ReadonlyMap<string, SubgraphFetch> | undefined;
  readonly subgraphOptions?: SubgraphsOptions | undefined;
  /** The address by which subgraphs reach this router and no other, for subscriptions by callback. */
  readonly publicUrl?: string | undefined;
  readonly logger?: Logger | undefined;
  readonly metrics?: RouterMetrics | undefined;
}

/** What a router holds of subgraphs for as long as it runs: supergraphs come and go, connections and circuits stay. */
export interface Upstreams {
  /**
   * The clients for one supergraph. Throws RangeError for an option out of its range. A client is one for all supergraphs
   * that have its subgraph at the same URL, and goes with the last of them.
   */
  open(urls: ReadonlyMap<string, string>): SubgraphClients;
  readonly changes: ChangeCounter;
  /** Takes what subgraphs post to `CALLBACK_PATH`; null without a public URL. */
  readonly callbackHandler: FetchHandler | null;
}

export interface SubgraphClients extends AsyncDisposable {
  /** A subgraph without handler and URL answers every request with a failure: the rest of the supergraph is served. */
  get(name: string): SubgraphClient;
}

/** Below the public URL. */
export const CALLBACK_PATH = '/callback';

interface Held {
  readonly client: SubgraphClient;
  users: number;
}

export function createUpstreams(options: UpstreamsOptions): Upstreams {
  const { subgraphs, subgraphOptions, publicUrl, logger, metrics } = options;
  const changes: ChangeCounter = { count: 0 };
  const callbacks = publicUrl === undefined ? null : createCallbackStreams(callbackUrl(publicUrl));
  const held = new Map<string, Held>();

  function create(name: string, url: string): SubgraphClient {
    const dealing = { ...subgraphOptions?.all, ...subgraphOptions?.byName?.get(name) };
    const fetch = subgraphs?.get(name);
    return createSubgraphClient({ ...dealing, name, url, fetch, changes, callbacks, logger, metrics });
  }

  function hold(name: string, url: string): AsyncDisposable & { readonly client: SubgraphClient } {
    const key = `${name} ${url}`;
    const entry = held.get(key) ?? { client: create(name, url), users: 0 };
    held.set(key, entry);
    entry.users += 1;
    return {
      client: entry.client,
      async [Symbol.asyncDispose]() {
        entry.users -= 1;
        if (entry.users > 0) return;
        held.delete(key);
        await entry.client[Symbol.asyncDispose]();
      },
    };
  }

  return {
    changes,
    callbackHandler: callbacks?.handler ?? null,
    open(urls) {
      const clients = new Map<string, ReturnType<typeof hold>>();
      for (const [name, written] of urls) {
        const url = addressOf(name, written, subgraphs?.has(name) ?? false);
        if (url !== null) clients.set(name, hold(name, url));
      }
      return {
        get: (name) => clients.get(name)?.client ?? absentClient(name),
        async [Symbol.asyncDispose]() {
          const leaving = [...clients.values()];
          clients.clear();
          await Promise.all(leaving.map((client) => client[Symbol.asyncDispose]()));
        },
      };
    },
  };
}

function callbackUrl(publicUrl: string): string {
  if (!/^https?:/i.test(publicUrl) || !URL.canParse(publicUrl)) {
    throw new RangeError(
      `The public URL is expected to begin with http or https, and is ${JSON.stringify(publicUrl)}.`,
    );
  }
  return publicUrl.replace(/\/$/, '') + CALLBACK_PATH;
}

// A handler in this process needs an address only to look like a request.
function addressOf(name: string, url: string, inProcess: boolean): string | null {
  if (URL.canParse(url)) return url;
  return inProcess ? `http://${encodeURIComponent(name)}/graphql` : null;
}

function absentClient(name: string): SubgraphClient {
  const fail = async (): Promise<never> => {
    throw new SubgraphFailure(name, 'unknown-service', 'neither a handler nor a URL is known');
  };
  return { name, ask: fail, subscribe: fail, async [Symbol.asyncDispose]() {} };
}

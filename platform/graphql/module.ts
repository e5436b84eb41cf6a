import type { Cache } from '../cache/index.ts';
import type { Config, Secrets, SubgraphName } from '../config/index.ts';
import type { DatabaseOptions } from '../database/index.ts';
import type { Database } from '../database/types.ts';
import type { EventLogOptions } from '../events/index.ts';
import type { ConsumerDefinition, EventBus, EventLog } from '../events/types.ts';
import type { Health } from '../health/index.ts';
import type { JobDefinition } from '../jobs/index.ts';
import type { Logger } from '../logging/index.ts';
import type { Metrics } from '../metrics/index.ts';
import type { AskAs, Fetch } from './ask.ts';
import type { RequestContext } from './context.ts';

/** What a process lends to the subgraphs that run in it. */
export interface Host {
  readonly config: Config;
  readonly secrets: Secrets;
  /** Key material of this installation; derive one key per purpose from it. */
  readonly secretKey: string;
  readonly identityKey: string;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly health: Health;
  readonly bus: EventBus;
  readonly cache: Cache;
  readonly clock: () => Date;
  /** A new UUIDv7. */
  readonly newId: () => string;
  readonly askAs: AskAs;
  /** How clients reach the router, without a slash at the end. */
  readonly publicUrl: () => string;
  /** Opens the subgraph's store; the process closes it. */
  database<Tx>(subgraph: SubgraphName, client: DatabaseOptions<Tx>['client']): Promise<Database<Tx>>;
  /** The log of the events that this subgraph announced. */
  eventLog(database: EventLogOptions['database']): EventLog;
}

/** A path outside GraphQL that a subgraph serves, for example uploads. */
export interface Route {
  readonly prefix: string;
  readonly fetch: Fetch;
}

/** One domain: its contract, its resolvers and what it needs to run. */
export interface SubgraphModule<Deps = unknown, Context extends RequestContext = RequestContext> {
  readonly name: SubgraphName;
  /** Port of `npm run serve -- <name>` unless PORT says otherwise. */
  readonly port: number;
  readonly typeDefs: string;
  readonly resolvers: object;
  createDeps(host: Host): Promise<Deps>;
  createContext(deps: Deps, request: RequestContext): Context;
  routes?(deps: Deps, host: Host): readonly Route[];
  consumers?(deps: Deps, host: Host): readonly ConsumerDefinition[];
  jobs?(deps: Deps, host: Host): readonly JobDefinition[];
}

/** Declares a subgraph with its types tied together, then forgets them: a process holds subgraphs of all kinds. */
export function defineSubgraph<Deps, Context extends RequestContext>(
  subgraph: SubgraphModule<Deps, Context>,
): SubgraphModule {
  return subgraph as unknown as SubgraphModule;
}

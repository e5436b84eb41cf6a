export { type Composition, CompositionError, composeSupergraph, type SubgraphDefinition } from './compose.ts';
export type { GraphiQLOptions, GraphiQLTab } from './graphiql/page.ts';
export type { Authenticate, Identified } from './identify.ts';
export { DEFAULT_LIMITS, type OperationLimits } from './operation/limits.ts';
export { type ExtraRoute, type Router, type RouterOptions, startRouter } from './server.ts';
export { DEFAULT_STREAM_LIMITS, type StreamLimits } from './stream-quota.ts';
export { createSubgraphClient, type SubgraphClient } from './subgraph-client.ts';
export { buildSupergraph, InvalidSupergraphError, type SupergraphState } from './supergraph.ts';
export type { SubgraphFetch } from './transport.ts';

export { serveHttp } from './http.ts';
export { MIGRATIONS, prepareDatabase } from './migrate.ts';
export { openResources, type ResourceOptions, type Resources } from './resources.ts';
export { type RunningSubgraph, type SubgraphOptions, startSubgraph } from './subgraph.ts';

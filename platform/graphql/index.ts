export { type Ask, type AskAs, createAskAs, type Fetch } from './ask.ts';
export {
  type Connection,
  connectionOf,
  decodeKeyset,
  type Edge,
  encodeKeyset,
  type KeyKind,
  MAX_PAGE,
  pageSize,
} from './connection.ts';
export { fillContext, type RequestContext, requestIdOf } from './context.ts';
export { createGraphQLHandler } from './handler.ts';
export { defineSubgraph, type Host, type Route, type SubgraphModule } from './module.ts';
export { parseDateTime, parseDecimal } from './scalars.ts';
export { buildSchema, readSchema } from './schema.ts';
export { selects } from './selects.ts';

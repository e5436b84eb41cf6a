import { readFileSync } from 'node:fs';
import type { GraphQLSchema } from 'graphql';
import { buildSupergraph } from '#router/index.ts';

const SUPERGRAPH = new URL('../schema/supergraph.graphql', import.meta.url);

/** What clients see of the committed supergraph. */
export function apiSchema(): GraphQLSchema {
  return buildSupergraph(readFileSync(SUPERGRAPH, 'utf8')).schema;
}

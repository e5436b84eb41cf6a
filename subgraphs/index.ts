import type { SubgraphModule } from '#platform/graphql/index.ts';
import { accounts } from './accounts/subgraph.ts';

/** Every domain, in the order of their ports. */
export const SUBGRAPHS: readonly SubgraphModule[] = [accounts];

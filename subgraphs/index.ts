import type { SubgraphModule } from '#platform/graphql/index.ts';
import { accounts } from './accounts/subgraph.ts';
import { files } from './files/subgraph.ts';
import { memory } from './memory/subgraph.ts';
import { rules } from './rules/subgraph.ts';
import { samples } from './samples/subgraph.ts';
import { workflows } from './workflows/subgraph.ts';

/** Every domain, in the order of their ports. */
export const SUBGRAPHS: readonly SubgraphModule[] = [accounts, samples, workflows, rules, memory, files];

import { type DocumentNode, visit } from 'graphql';
import type { PlannerSupergraph, Rollout } from '../planner-supergraph.ts';

/** The labels of @override that can make a difference to an operation, each once. */
export function findRollouts(
  { rollouts, addedNames }: Pick<PlannerSupergraph, 'rollouts' | 'addedNames'>,
  document: DocumentNode,
): readonly Rollout[] {
  const found = new Map<string, Rollout>();
  const addFor = (field: string): void => {
    for (const rollout of rollouts.get(field) ?? []) found.set(rollout.label, rollout);
  };
  if (rollouts.size === 0) return [];
  visit(document, { Field: ({ name }) => addFor(name.value) });
  // What a plan fetches of its own may have moved as well.
  for (const name of addedNames) addFor(name);
  return [...found.values()].sort((a, b) => (a.label < b.label ? -1 : 1));
}

/** Which labels are on for one request: each of them by chance, as often as its share says. */
export function drawLabels(rollouts: readonly Rollout[]): readonly string[] {
  return rollouts.filter(({ share }) => Math.random() < share).map(({ label }) => label);
}

import type { PlanNode } from '@apollo/query-planner';
import { objectsAt } from './data.ts';
import { compileFetch, type Step } from './fetch.ts';
import type { IsOfType } from './rewrites.ts';

/** Turns a query plan into closures once; they run for every request with that operation. */
export function compilePlan(node: PlanNode, isOfType: IsOfType, path: readonly string[] = []): Step {
  switch (node.kind) {
    case 'Fetch':
      return compileFetch(node, path, isOfType);
    case 'Flatten':
      return compileFlatten(node.node, node.path.map(String), path, isOfType);
    case 'Sequence':
      return sequence(node.nodes.map((each) => compilePlan(each, isOfType, path)));
    case 'Parallel':
      return parallel(node.nodes.map((each) => compilePlan(each, isOfType, path)));
    case 'Condition': {
      const whenTrue = node.ifClause && compilePlan(node.ifClause, isOfType, path);
      const whenFalse = node.elseClause && compilePlan(node.elseClause, isOfType, path);
      const { condition } = node;
      return (execution, targets) =>
        (execution.variables[condition] === true ? whenTrue : whenFalse)?.(execution, targets);
    }
    case 'Defer':
      throw new Error('The planner was not told to offer @defer, yet it deferred a part of the plan.');
  }
}

function compileFlatten(node: PlanNode, below: readonly string[], path: readonly string[], isOfType: IsOfType): Step {
  const step = compilePlan(node, isOfType, [...path, ...below]);
  return (execution, targets) => {
    const objects = objectsAt(targets, below);
    return objects.length === 0 ? undefined : step(execution, objects);
  };
}

function sequence(steps: readonly Step[]): Step {
  return async (execution, targets) => {
    for (const step of steps) await step(execution, targets);
  };
}

function parallel(steps: readonly Step[]): Step {
  return async (execution, targets) => {
    await Promise.all(steps.map((step) => step(execution, targets)));
  };
}

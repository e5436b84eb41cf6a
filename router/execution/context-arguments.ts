import type { FetchDataKeyRenamer } from '@apollo/query-planner';
import { type DataObject, isObject, placesAt } from './data.ts';
import type { Execution } from './execution.ts';
import type { IsOfType } from './rewrites.ts';

/** Objects for which the context arguments (`@fromContext`) have the same values: one fetch serves them. */
export interface ContextGroup {
  readonly values: DataObject;
  readonly targets: readonly DataObject[];
}

const FRAGMENT = '... on ';

export function compileContextArguments(
  rewrites: readonly FetchDataKeyRenamer[] | undefined,
  path: readonly string[],
  isOfType: IsOfType,
): ((execution: Execution, targets: readonly DataObject[]) => readonly ContextGroup[]) | undefined {
  if (!rewrites || rewrites.length === 0) return undefined;
  return (execution, targets) => {
    const groups = new Map<string, { values: DataObject; targets: DataObject[] }>();
    const wanted = new Set(targets);
    for (const place of placesAt(execution.root, path)) {
      if (!wanted.delete(place.object)) continue;
      const values: DataObject = {};
      for (const rewrite of rewrites) readContext(rewrite, place.ancestors, values, isOfType);
      const key = JSON.stringify(values);
      const group = groups.get(key);
      if (group) group.targets.push(place.object);
      else groups.set(key, { values, targets: [place.object] });
    }
    return [...groups.values()];
  };
}

// The path climbs with `..` from the object to the one that sets the context, then goes down to the value.
function readContext(
  rewrite: FetchDataKeyRenamer,
  ancestors: readonly DataObject[],
  values: DataObject,
  isOfType: IsOfType,
): void {
  const climbs = rewrite.path.filter((step) => step === '..').length;
  let value: unknown = ancestors[ancestors.length - 1 - climbs];
  for (const step of rewrite.path.slice(climbs)) {
    if (!isObject(value)) return;
    if (!step.startsWith(FRAGMENT)) {
      value = value[step];
    } else if (typeof value.__typename === 'string' && !isOfType(value.__typename, step.slice(FRAGMENT.length))) {
      return;
    }
  }
  if (value !== undefined) values[rewrite.renameKeyTo] = value;
}

import type { FetchDataRewrite } from '@apollo/query-planner';
import { type DataObject, isObject } from './data.ts';

export type IsOfType = (typename: string, condition: string) => boolean;
export type Rewrite = (value: unknown) => void;

const FRAGMENT = '... on ';

/** The planner renames keys and sets values where subgraphs disagree about a name; undefined when there is nothing to do. */
export function compileRewrites(
  rewrites: readonly FetchDataRewrite[] | undefined,
  isOfType: IsOfType,
): Rewrite | undefined {
  if (!rewrites || rewrites.length === 0) return undefined;
  const steps = rewrites.map((rewrite) => compileRewrite(rewrite, isOfType));
  return (value) => {
    for (const step of steps) step(value);
  };
}

function compileRewrite(rewrite: FetchDataRewrite, isOfType: IsOfType): Rewrite {
  const parents = rewrite.path.slice(0, -1);
  const last = rewrite.path.at(-1);
  if (last === undefined) return () => {};
  const apply = rewrite.kind === 'ValueSetter' ? setValue(last, rewrite.setValueTo) : rename(last, rewrite.renameKeyTo);
  const walk = (value: unknown, depth: number): void => {
    if (Array.isArray(value)) {
      for (const element of value) walk(element, depth);
      return;
    }
    if (!isObject(value)) return;
    const step = parents[depth];
    if (step === undefined) apply(value);
    else if (!step.startsWith(FRAGMENT)) walk(value[step], depth + 1);
    else if (matches(value, step.slice(FRAGMENT.length), isOfType)) walk(value, depth + 1);
  };
  return (value) => walk(value, 0);
}

function setValue(key: string, to: unknown): (object: DataObject) => void {
  return (object) => {
    object[key] = to;
  };
}

function rename(from: string, to: string): (object: DataObject) => void {
  return (object) => {
    if (!Object.hasOwn(object, from)) return;
    // Two aliases may stand for one client key, each for its own type: the one that answered wins.
    if (object[from] !== null || !Object.hasOwn(object, to)) object[to] = object[from];
    delete object[from];
  };
}

// An object without __typename is what was asked for: the planner only asks by type where it also fetches the name.
function matches(object: DataObject, condition: string, isOfType: IsOfType): boolean {
  const typename = object.__typename;
  return typeof typename !== 'string' || isOfType(typename, condition);
}

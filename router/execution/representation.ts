import type { QueryPlanSelectionNode } from '@apollo/query-planner';
import { type DataObject, isObject, mergeInto } from './data.ts';
import type { IsOfType } from './rewrites.ts';

/** Builds what `_entities` needs to find one object; undefined when a key or a required field is missing. */
export type RepresentationBuilder = (source: DataObject) => DataObject | undefined;

type Part = (source: DataObject, target: DataObject) => boolean;

export function compileRepresentation(
  selections: readonly QueryPlanSelectionNode[],
  isOfType: IsOfType,
): RepresentationBuilder {
  const build = compileSelections(selections, isOfType);
  return (source) => {
    const representation: DataObject = {};
    if (!build(source, representation)) return undefined;
    return typeof representation.__typename === 'string' ? representation : undefined;
  };
}

function compileSelections(selections: readonly QueryPlanSelectionNode[], isOfType: IsOfType): Part {
  const parts = selections.map((selection) =>
    selection.kind === 'Field' ? compileField(selection, isOfType) : compileFragment(selection, isOfType),
  );
  return (source, target) => {
    for (const part of parts) if (!part(source, target)) return false;
    return true;
  };
}

function compileField(field: QueryPlanSelectionNode & { kind: 'Field' }, isOfType: IsOfType): Part {
  const key = field.alias ?? field.name;
  const nested = field.selections && compileSelections(field.selections, isOfType);
  const copy = (value: unknown): unknown => {
    if (!nested || value === null) return value;
    if (Array.isArray(value)) return value.map(copy);
    if (!isObject(value)) return value;
    const target: DataObject = {};
    return nested(value, target) ? target : null;
  };
  return (source, target) => {
    const value = source[key];
    if (value === undefined) return false;
    target[key] = copy(value);
    return true;
  };
}

function compileFragment(fragment: QueryPlanSelectionNode & { kind: 'InlineFragment' }, isOfType: IsOfType): Part {
  const condition = fragment.typeCondition;
  const nested = compileSelections(fragment.selections, isOfType);
  return (source, target) => {
    const typename = source.__typename;
    if (condition !== undefined && !(typeof typename === 'string' && isOfType(typename, condition))) return true;
    const own: DataObject = {};
    // A fragment whose fields are missing adds nothing: another fragment may still make the representation whole.
    if (nested(source, own)) mergeInto(target, own);
    return true;
  };
}

import type { QueryPlanSelectionNode } from '@apollo/query-planner';
import { type DataObject, isObject, mergeInto } from './data.ts';
import { writeString } from './leaf.ts';
import type { IsOfType, Rewrite } from './rewrites.ts';

/** Builds what `_entities` needs to find one object; undefined when a key or a required field is missing. */
type RepresentationBuilder = (source: DataObject) => DataObject | undefined;

/** The JSON text of a representation; undefined when a key or a required field is missing. */
export type RepresentationWriter = (source: DataObject) => string | undefined;

/** The names of the fields of a key. */
type Key = readonly string[];

/** Most entities are found by one fragment of plain fields: those are written without building the object first. */
export function compileRepresentationText(
  selections: readonly QueryPlanSelectionNode[],
  rewriteInput: Rewrite | undefined,
  isOfType: IsOfType,
  /** Where the selections alone do not make sure of a key: of which one has to be whole. */
  keys?: readonly Key[],
): RepresentationWriter {
  const write = compileAny(selections, rewriteInput, isOfType, keys);
  if (rewriteInput || keys) return write;
  const byType = new Map<string, RepresentationWriter>();
  const writerFor = (typename: string): RepresentationWriter => {
    const matching = selections.filter((each) => each.kind === 'Field' || matches(each, typename, isOfType));
    const [only] = matching;
    const isSimple = matching.length === 1 && only?.kind === 'InlineFragment' && isPlain(only.selections);
    return isSimple ? compileObjectText(only.selections) : write;
  };
  return (source) => {
    const typename = source.__typename;
    if (typeof typename !== 'string') return write(source);
    let writer = byType.get(typename);
    if (!writer) {
      writer = writerFor(typename);
      byType.set(typename, writer);
    }
    return writer(source);
  };
}

function compileAny(
  selections: readonly QueryPlanSelectionNode[],
  rewriteInput: Rewrite | undefined,
  isOfType: IsOfType,
  keys: readonly Key[] | undefined,
): RepresentationWriter {
  const represent = compileRepresentation(selections, isOfType);
  const hasKey = (representation: DataObject) =>
    keys?.some((key) => key.every((name) => name in representation)) ?? true;
  return (source) => {
    const representation = represent(source);
    if (!representation || !hasKey(representation)) return undefined;
    rewriteInput?.(representation);
    return JSON.stringify(representation);
  };
}

type Fragment = QueryPlanSelectionNode & { kind: 'InlineFragment' };

function matches({ typeCondition }: Fragment, typename: string, isOfType: IsOfType): boolean {
  return typeCondition === undefined || isOfType(typename, typeCondition);
}

function isPlain(selections: readonly QueryPlanSelectionNode[]): boolean {
  return selections.every((each) => each.kind === 'Field' && (!each.selections || isPlain(each.selections)));
}

interface TextField {
  readonly key: string;
  readonly label: string;
  readonly write: (value: unknown) => string;
}

function compileObjectText(selections: readonly QueryPlanSelectionNode[]): RepresentationWriter {
  const fields = selections.flatMap((each): TextField[] => {
    if (each.kind !== 'Field') return [];
    const key = each.alias ?? each.name;
    return [{ key, label: `${JSON.stringify(key)}:`, write: each.selections ? nested(each.selections) : writeValue }];
  });
  return (source) => {
    let text = '';
    for (const { key, label, write } of fields) {
      const value = source[key];
      if (value === undefined) return undefined;
      text += text === '' ? label + write(value) : `,${label}${write(value)}`;
    }
    return `{${text}}`;
  };
}

function writeValue(value: unknown): string {
  return typeof value === 'string' ? writeString(value) : JSON.stringify(value);
}

function nested(selections: readonly QueryPlanSelectionNode[]): (value: unknown) => string {
  const writeObject = compileObjectText(selections);
  const write = (value: unknown): string => {
    if (Array.isArray(value)) return `[${value.map(write).join(',')}]`;
    if (!isObject(value)) return writeValue(value);
    return writeObject(value) ?? 'null';
  };
  return write;
}

type Part = (source: DataObject, target: DataObject) => boolean;

function compileRepresentation(
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

function compileFragment(fragment: Fragment, isOfType: IsOfType): Part {
  const nested = compileSelections(fragment.selections, isOfType);
  return (source, target) => {
    const typename = source.__typename;
    if (
      fragment.typeCondition !== undefined &&
      (typeof typename !== 'string' || !matches(fragment, typename, isOfType))
    )
      return true;
    const own: DataObject = {};
    // A fragment whose fields are missing adds nothing: another fragment may still make the representation whole.
    if (nested(source, own)) mergeInto(target, own);
    return true;
  };
}

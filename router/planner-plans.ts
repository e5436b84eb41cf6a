import type {
  FetchDataKeyRenamer,
  FetchNode,
  PlanNode,
  QueryPlan,
  QueryPlanSelectionNode,
  SubscriptionNode,
} from '@apollo/query-planner';
import {
  type DocumentNode,
  type FieldNode,
  Kind,
  parse,
  print,
  type SelectionNode,
  type SelectionSetNode,
  stripIgnoredCharacters,
  visit,
} from 'graphql';
import { bothNeeds, type Needs, type PlannerSupergraph } from './planner-supergraph.ts';

type Source = Pick<PlannerSupergraph, 'requiredFields' | 'needs' | 'keys'>;

/** A fetch of entities as the planner has left it to the executor to put right. */
export interface EntityFetch extends FetchNode {
  /** Where an object lacks what only some fields need, the others are fetched by these parts. */
  readonly parts?: readonly EntityFetch[];
  /** The planner asks for the key of some types only: a representation without all fields of one of these is not sent. */
  readonly keys?: readonly (readonly string[])[];
}

/** Writes the stand-ins of the planner's supergraph back as the fields that they stand for. */
export function resolveStandIns(plan: QueryPlan, source: Source): QueryPlan {
  if (source.needs.size === 0 || !plan.node) return plan;
  if (plan.node.kind !== 'Subscription') return { ...plan, node: resolveNode(plan.node, source) };
  const primary = resolveOperation(plan.node.primary, source);
  const rest = plan.node.rest && resolveNode(plan.node.rest, source);
  const node: SubscriptionNode = { ...plan.node, primary, ...(rest ? { rest } : {}) };
  return { ...plan, node };
}

function resolveNode(node: PlanNode, source: Source): PlanNode {
  switch (node.kind) {
    case 'Fetch':
      return resolveFetch(node, source);
    case 'Flatten':
      return { ...node, node: resolveNode(node.node, source) };
    case 'Sequence':
    case 'Parallel':
      return { ...node, nodes: node.nodes.map((each) => resolveNode(each, source)) };
    case 'Condition': {
      const { ifClause, elseClause } = node;
      return {
        ...node,
        ...(ifClause ? { ifClause: resolveNode(ifClause, source) } : {}),
        ...(elseClause ? { elseClause: resolveNode(elseClause, source) } : {}),
      };
    }
    case 'Defer':
      return node;
  }
}

function resolveFetch(node: FetchNode, source: Source): PlanNode {
  if (!node.requires) return resolveOperation(node, source);
  const divided = divide(withKeys(node, source), source).map(({ parts, ...each }): EntityFetch => {
    const resolved = resolveInputs(resolveOperation(each, source), source);
    if (!parts) return resolved;
    return { ...resolved, parts: parts.map((part) => resolveInputs(resolveOperation(part, source), source)) };
  });
  const [first] = divided;
  return divided.length === 1 && first ? first : { kind: 'Parallel', nodes: divided };
}

function resolveOperation(node: FetchNode, { requiredFields }: Source): FetchNode {
  const document = visit(parse(node.operation, { noLocation: true }), {
    Field: {
      leave(field) {
        const required = requiredFields.get(field.name.value);
        if (!required) return undefined;
        return {
          ...field,
          alias: field.alias ?? field.name,
          name: { kind: Kind.NAME, value: required.name },
          arguments: required.arguments,
        };
      },
    },
  });
  return { ...node, operation: printed(document) };
}

// A representation has the field under its own name, whatever arguments it was fetched with.
function resolveInputs(node: FetchNode, { requiredFields }: Source): FetchNode {
  const renames: FetchDataKeyRenamer[] = [];
  const walk = (selections: readonly QueryPlanSelectionNode[], path: readonly string[]): void => {
    for (const selection of selections) {
      if (selection.kind === 'InlineFragment') {
        const on = selection.typeCondition;
        walk(selection.selections, on === undefined ? path : [...path, `... on ${on}`]);
        continue;
      }
      const own = [...path, selection.name];
      // What lies below is renamed first, while the path to it is still good.
      if (selection.selections) walk(selection.selections, own);
      const required = requiredFields.get(selection.name);
      if (required) renames.push({ kind: 'KeyRenamer', path: own, renameKeyTo: required.name });
    }
  };
  walk(node.requires ?? [], []);
  return renames.length === 0 ? node : { ...node, inputRewrites: [...(node.inputRewrites ?? []), ...renames] };
}

// Of several fragments one may hold the key, and another what the same objects need besides: the key is then missing for
// objects of which only the other holds.
function withKeys(node: FetchNode, source: Source): EntityFetch {
  const keys = source.keys.get(node.serviceName) ?? [];
  const isLoose = node.requires?.some((selection) => {
    if (selection.kind !== 'InlineFragment') return false;
    const names = new Set(selection.selections.flatMap((each) => (each.kind === 'Field' ? [each.name] : [])));
    return !keys.some((key) => key.every((name) => names.has(name)));
  });
  return isLoose ? { ...node, keys } : node;
}

interface Group {
  readonly fields: Set<string>;
  needs: Needs;
}

/**
 * One representation cannot hold one field twice: fields that need it with different arguments are fetched apart. The
 * others are fetched together, in parts only where what some of them need is missing.
 */
function divide(node: EntityFetch, source: Source): EntityFetch[] {
  const document = withoutSpreads(parse(node.operation, { noLocation: true }));
  const parts = new Map<string, Group>();
  for (const field of entityFields(document)) {
    const needs = source.needs.get(`${node.serviceName}.${field}`) ?? NOTHING;
    const known = parts.get(textOf(needs));
    if (known) known.fields.add(field);
    else parts.set(textOf(needs), { fields: new Set([field]), needs });
  }
  if (parts.size < 2) return [node];
  const groups: (Group & { readonly parts: Group[] })[] = [];
  for (const part of parts.values()) {
    const group = groups.find((each) => !conflict(each.needs, part.needs, source));
    if (!group) {
      groups.push({ fields: new Set(part.fields), needs: part.needs, parts: [part] });
      continue;
    }
    for (const field of part.fields) group.fields.add(field);
    group.needs = bothNeeds(group.needs, part.needs);
    group.parts.push(part);
  }
  const fetchOf = (group: Group) => narrow(node, document, group, source);
  return groups.map((group) => {
    const fetch = groups.length === 1 ? node : fetchOf(group);
    return group.parts.length === 1 ? fetch : { ...fetch, parts: group.parts.map(fetchOf) };
  });
}

const NOTHING: Needs = new Map();

function textOf(needs: Needs): string {
  const members = [...needs].map(([name, below]) => `${name}{${textOf(below)}}`);
  return members.sort().join(' ');
}

/** The fetch of some of its fields, with what these need. */
function narrow(node: EntityFetch, document: DocumentNode, { fields, needs }: Group, source: Source): EntityFetch {
  const operation = keepEntityFields(document, fields);
  const variables = variablesOf(operation);
  const others = [...entityFields(document)]
    .filter((field) => !fields.has(field))
    .reduce((all, field) => bothNeeds(all, source.needs.get(`${node.serviceName}.${field}`) ?? NOTHING), NOTHING);
  const keys = new Set(source.keys.get(node.serviceName)?.flat());
  return {
    ...node,
    operation: printed(operation),
    variableUsages: (node.variableUsages ?? []).filter((name) => variables.has(name)),
    requires: withoutOthers(node.requires ?? [], needs, others, keys),
  };
}

function conflict(a: Needs, b: Needs, source: Source): boolean {
  const nameOf = (name: string) => source.requiredFields.get(name)?.name ?? name;
  for (const [one, belowOne] of a) {
    for (const [other, belowOther] of b) {
      if (one === other ? conflict(belowOne, belowOther, source) : nameOf(one) === nameOf(other)) return true;
    }
  }
  return false;
}

/** The names of the fields that are fetched of entities themselves: only these can have a @requires to be met here. */
function entityFields(document: DocumentNode): Set<string> {
  const names = new Set<string>();
  atEntityFields(document, (field) => {
    names.add(field.name.value);
    return true;
  });
  return names;
}

function keepEntityFields(document: DocumentNode, wanted: ReadonlySet<string>): DocumentNode {
  const kept = atEntityFields(document, (field) => wanted.has(field.name.value) || field.name.value === '__typename');
  const variables = variablesOf(kept);
  return visit(kept, {
    VariableDefinition: ({ variable }) => (variables.has(variable.name.value) ? undefined : null),
  });
}

/** The planner may re-use the client's named fragments; written out, their fields can be told apart. */
function withoutSpreads(document: DocumentNode): DocumentNode {
  const fragments = new Map(
    document.definitions
      .filter((definition) => definition.kind === Kind.FRAGMENT_DEFINITION)
      .map((fragment) => [fragment.name.value, fragment]),
  );
  if (fragments.size === 0) return document;
  const definitions = document.definitions.filter((definition) => definition.kind !== Kind.FRAGMENT_DEFINITION);
  return visit(
    { ...document, definitions },
    {
      FragmentSpread({ name, directives = [] }) {
        const fragment = fragments.get(name.value);
        if (!fragment) return undefined;
        const { typeCondition, selectionSet } = fragment;
        return { kind: Kind.INLINE_FRAGMENT, typeCondition, selectionSet, directives };
      },
    },
  );
}

function atEntityFields(document: DocumentNode, keep: (field: FieldNode) => boolean): DocumentNode {
  const prune = (set: SelectionSetNode): SelectionSetNode => {
    const selections = set.selections.flatMap((selection): SelectionNode[] => {
      if (selection.kind === Kind.FIELD) return keep(selection) ? [selection] : [];
      if (selection.kind !== Kind.INLINE_FRAGMENT) return [selection];
      const selectionSet = prune(selection.selectionSet);
      return selectionSet.selections.length > 0 ? [{ ...selection, selectionSet }] : [];
    });
    return { ...set, selections };
  };
  return visit(document, {
    Field(field) {
      if (field.name.value !== '_entities' || !field.selectionSet) return undefined;
      return { ...field, selectionSet: prune(field.selectionSet) };
    },
  });
}

function variablesOf(document: DocumentNode): Set<string> {
  const names = new Set<string>();
  visit(document, {
    VariableDefinition: () => false,
    Variable: ({ name }) => void names.add(name.value),
  });
  return names;
}

/** Without what only other fields need; keys are needed by all. */
function withoutOthers(
  selections: readonly QueryPlanSelectionNode[],
  needs: Needs,
  others: Needs,
  keys: ReadonlySet<string>,
): QueryPlanSelectionNode[] {
  return selections.flatMap((selection): QueryPlanSelectionNode[] => {
    if (selection.kind === 'InlineFragment') {
      const below = withoutOthers(selection.selections, needs, others, keys);
      return below.length > 0 ? [{ ...selection, selections: below }] : [];
    }
    const ofOthers = others.get(selection.name);
    const own = needs.get(selection.name);
    if (!ofOthers || keys.has(selection.name)) return [selection];
    if (!own) return [];
    if (!selection.selections) return [selection];
    return [{ ...selection, selections: withoutOthers(selection.selections, own, ofOthers, keys) }];
  });
}

function printed(document: DocumentNode): string {
  return stripIgnoredCharacters(print(document));
}

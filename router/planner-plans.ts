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
import type { PlannerSupergraph } from './planner-supergraph.ts';

type Source = Pick<PlannerSupergraph, 'requiredFields' | 'needs'>;

/** Writes the stand-ins of the planner's supergraph back as the fields that they stand for. */
export function resolveStandIns(plan: QueryPlan, source: Source): QueryPlan {
  if (source.requiredFields.size === 0 || !plan.node) return plan;
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
  const parts = splitByNeeds(node, source).map((part) => resolveInputs(resolveOperation(part, source), source));
  const [first] = parts;
  return parts.length === 1 && first ? first : { kind: 'Parallel', nodes: parts };
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

/**
 * One representation cannot hold one field twice. Fields that need it with different arguments are fetched apart.
 */
function splitByNeeds(node: FetchNode, source: Source): FetchNode[] {
  const document = withoutSpreads(parse(node.operation, { noLocation: true }));
  const groups: { readonly fields: Set<string>; needs: ReadonlySet<string> }[] = [];
  const free = new Set<string>();
  for (const field of entityFields(document)) {
    const needs = source.needs.get(`${node.serviceName}.${field}`);
    if (!needs) {
      free.add(field);
      continue;
    }
    const group = groups.find((each) => !conflict(each.needs, needs, source));
    if (group) {
      group.fields.add(field);
      group.needs = new Set([...group.needs, ...needs]);
    } else {
      groups.push({ fields: new Set([field]), needs });
    }
  }
  if (groups.length < 2) return [node];
  return groups.map(({ fields, needs }, index) => {
    const wanted = index === 0 ? new Set([...fields, ...free]) : fields;
    const operation = keepEntityFields(document, wanted);
    const variables = variablesOf(operation);
    const dropped = (name: string) => source.requiredFields.has(name) && !needs.has(name);
    return {
      ...node,
      operation: printed(operation),
      variableUsages: (node.variableUsages ?? []).filter((name) => variables.has(name)),
      requires: withoutFields(node.requires ?? [], dropped),
    };
  });
}

function conflict(a: ReadonlySet<string>, b: ReadonlySet<string>, { requiredFields }: Source): boolean {
  for (const one of a) {
    for (const other of b) {
      if (one !== other && requiredFields.get(one)?.name === requiredFields.get(other)?.name) return true;
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

function withoutFields(
  selections: readonly QueryPlanSelectionNode[],
  dropped: (name: string) => boolean,
): QueryPlanSelectionNode[] {
  return selections.flatMap((selection) => {
    if (selection.kind === 'Field' && dropped(selection.name)) return [];
    if (!selection.selections) return [selection];
    const below = withoutFields(selection.selections, dropped);
    return below.length > 0 ? [{ ...selection, selections: below }] : [];
  });
}

function printed(document: DocumentNode): string {
  return stripIgnoredCharacters(print(document));
}

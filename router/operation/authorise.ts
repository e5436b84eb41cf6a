import {
  type DocumentNode,
  type FieldNode,
  type GraphQLCompositeType,
  type GraphQLFormattedError,
  type GraphQLSchema,
  getNamedType,
  isCompositeType,
  Kind,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';
import { type Access, describeRequirement, isMet, type Requirement } from '../access.ts';
import type { SupergraphState } from '../supergraph.ts';
import { definitionOf, fragmentsOf, typeBelow, visitFields } from './selections.ts';

/** Why a field is null that a caller may not read, or an operation refused. */
export interface Denial {
  /** `Type.field`, the type being the one that the field is selected on. */
  readonly coordinate: string;
  readonly message: string;
  readonly extensions: {
    readonly code: 'UNAUTHENTICATED' | 'FORBIDDEN';
    readonly coordinate: string;
    /** All that has to be met besides: each entry holds alternatives of names that are needed together. */
    readonly missing: readonly Missing[];
  };
}

type Missing =
  | { readonly authenticated: true }
  | { readonly scopes: readonly (readonly string[])[] }
  | { readonly policies: readonly (readonly string[])[] };

/** By coordinate. */
export type Denials = ReadonlyMap<string, Denial>;

/** What one operation demands of whoever sends it. */
export interface Demands {
  /** Equal for callers to whom the same fields are denied in the same words; empty when all is allowed. */
  unmetBy(access: Access): string;
  denialsFor(access: Access): Denials;
}

/** Null when the operation demands nothing, so that judging it costs nothing. */
export function findDemands(
  { schema, authorization }: Pick<SupergraphState, 'schema' | 'authorization'>,
  document: DocumentNode,
  operation: OperationDefinitionNode,
): Demands | null {
  const root = schema.getRootType(operation.operation);
  if (!root) return null;
  const byCoordinate = new Map<string, readonly Requirement[]>();
  const { selectionSet } = operation;
  visitFields(schema, fragmentsOf(document), { selectionSet, root }, ({ name }, parent) => {
    const requirements = authorization.requirementsOf(parent.name, name.value);
    if (requirements.length > 0) byCoordinate.set(`${parent.name}.${name.value}`, requirements);
  });
  const distinct = [...new Set([...byCoordinate.values()].flat())];
  if (distinct.length === 0) return null;
  return {
    unmetBy(access) {
      let unmet = '';
      for (const [index, requirement] of distinct.entries()) if (!isMet(requirement, access)) unmet += ` ${index}`;
      return unmet === '' ? '' : `${access.authenticated ? 'known' : 'anonymous'}${unmet}`;
    },
    denialsFor(access) {
      const denials = new Map<string, Denial>();
      for (const [coordinate, requirements] of byCoordinate) {
        const missing = requirements.filter((requirement) => !isMet(requirement, access));
        if (missing.length > 0) denials.set(coordinate, deny(coordinate, missing, access));
      }
      return denials;
    },
  };
}

function deny(coordinate: string, missing: readonly Requirement[], { authenticated }: Access): Denial {
  const needs = missing.flatMap((requirement) => describeRequirement(requirement) ?? []).join(' and ');
  const anonymous = `Sign in to use ${coordinate}${needs === '' ? '' : `, which needs ${needs}`}.`;
  return {
    coordinate,
    message: authenticated ? `${coordinate} needs ${needs}, which you do not have.` : anonymous,
    extensions: {
      code: authenticated ? 'FORBIDDEN' : 'UNAUTHENTICATED',
      coordinate,
      missing: missing.map(asMissing),
    },
  };
}

function asMissing(requirement: Requirement): Missing {
  switch (requirement.kind) {
    case 'authenticated':
      return { authenticated: true };
    case 'scopes':
      return { scopes: requirement.anyOf };
    case 'policies':
      return { policies: requirement.anyOf };
  }
}

// One error for each field would let a long document make a longer answer.
const MAX_REFUSALS = 20;

/** For routers that refuse the whole operation instead of leaving out what is denied. */
export function denialErrors(denials: Denials): readonly GraphQLFormattedError[] {
  return [...denials.values()]
    .slice(0, MAX_REFUSALS)
    .map(({ message, extensions }) => ({ message, extensions: { ...extensions } }));
}

/** A document with this operation alone, and fragments. */
export interface Single {
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
}

const TYPENAME: FieldNode = { kind: Kind.FIELD, name: { kind: Kind.NAME, value: '__typename' } };
const ONLY_TYPENAME: SelectionSetNode = { kind: Kind.SELECTION_SET, selections: [TYPENAME] };

/**
 * The operation without its denied fields, as it is planned: what is not in the plan cannot reach an answer. An object
 * of which everything is denied keeps `__typename`, so that the client learns whether it is there.
 */
export function withoutDenied(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  denials: Denials,
): Single {
  const root = schema.getRootType(operation.operation);
  if (!root) throw new Error(`The supergraph has no ${operation.operation} type.`);
  const fragments = fragmentsOf(document);
  const pruned = new Map<string, SelectionSetNode | null>();
  const pruneFragment = (name: string): SelectionSetNode | null => {
    const known = pruned.get(name);
    if (known !== undefined) return known;
    const fragment = fragments.get(name);
    const kept = fragment ? prune(fragment.selectionSet, typeBelow(schema, fragment.typeCondition, root)) : null;
    pruned.set(name, kept);
    return kept;
  };
  const pruneSelection = (selection: SelectionNode, parent: GraphQLCompositeType): SelectionNode | null => {
    if (selection.kind === Kind.FRAGMENT_SPREAD) return pruneFragment(selection.name.value) && selection;
    if (selection.kind === Kind.INLINE_FRAGMENT) {
      const selectionSet = prune(selection.selectionSet, typeBelow(schema, selection.typeCondition, parent));
      return selectionSet && { ...selection, selectionSet };
    }
    if (denials.has(`${parent.name}.${selection.name.value}`)) return null;
    const type = selection.selectionSet && getNamedType(definitionOf(parent, selection.name.value)?.type);
    if (!selection.selectionSet || !isCompositeType(type)) return selection;
    return { ...selection, selectionSet: prune(selection.selectionSet, type) ?? ONLY_TYPENAME };
  };
  const prune = (set: SelectionSetNode, parent: GraphQLCompositeType): SelectionSetNode | null => {
    const selections = set.selections.flatMap((selection) => pruneSelection(selection, parent) ?? []);
    return selections.length === 0 ? null : { ...set, selections };
  };
  const kept = { ...operation, selectionSet: prune(operation.selectionSet, root) ?? ONLY_TYPENAME };
  const keptFragments = [...pruned].flatMap(([name, selectionSet]) => {
    const fragment = fragments.get(name);
    return fragment && selectionSet ? [{ ...fragment, selectionSet }] : [];
  });
  return { document: { kind: Kind.DOCUMENT, definitions: [kept, ...keptFragments] }, operation: kept };
}

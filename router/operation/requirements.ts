import {
  type DirectiveNode,
  type DocumentNode,
  type FieldDefinitionNode,
  type GraphQLSchema,
  getNamedType,
  isInterfaceType,
  isObjectType,
  isTypeDefinitionNode,
  Kind,
  parse,
  type SelectionSetNode,
  type TypeDefinitionNode,
  valueFromASTUntyped,
} from 'graphql';
import type { Requirement } from '../access.ts';

/** What the supergraph's `@authenticated`, `@requiresScopes` and `@policy` demand. */
export interface Authorization {
  /**
   * What a caller must meet to read this field where it is selected on this type: all that stands on the type, the field
   * and the field's own type; on every possible object's field where the type is an interface; and on the fields that
   * `@requires` and `@fromContext` fetch for it, of which it could tell. Equal requirements are the same object.
   */
  requirementsOf(type: string, field: string): readonly Requirement[];
}

/** Directives can have other names in a supergraph; undefined where it does not know them. */
export interface AuthorizationNames {
  readonly authenticated: string | undefined;
  readonly requiresScopes: string | undefined;
  readonly policy: string | undefined;
  readonly context: string | undefined;
}

const NOTHING: readonly Requirement[] = [];

/** `schema` is the whole supergraph's, with what clients may not see: `@requires` may go through it. */
export function compileAuthorization(
  supergraph: DocumentNode,
  schema: GraphQLSchema,
  names: AuthorizationNames,
): Authorization {
  const stated = collectStated(supergraph, names);
  if (stated.requirements.size === 0) return { requirementsOf: () => NOTHING };
  const known = new Map<string, readonly Requirement[]>();
  return {
    requirementsOf(type, field) {
      const coordinate = `${type}.${field}`;
      let requirements = known.get(coordinate);
      if (!requirements) {
        requirements = field.startsWith('__') ? NOTHING : reach(schema, stated, type, field);
        known.set(coordinate, requirements);
      }
      return requirements;
    },
  };
}

interface Stated {
  /** By `Type` and `Type.field`. */
  readonly requirements: ReadonlyMap<string, readonly Requirement[]>;
  /** What a subgraph gets along when it is asked for `Type.field`: selections, and on which types. */
  readonly fetchedFor: ReadonlyMap<string, readonly { readonly on: string; readonly selection: SelectionSetNode }[]>;
  /** Fields of objects that only an @interfaceObject resolves: what is demanded stands on the interface. */
  readonly fromInterface: ReadonlySet<string>;
}

function reach(schema: GraphQLSchema, stated: Stated, type: string, field: string): readonly Requirement[] {
  const found = new Set<Requirement>();
  const seen = new Set<string>();
  const add = (coordinate: string) => {
    for (const requirement of stated.requirements.get(coordinate) ?? NOTHING) found.add(requirement);
  };
  const visitSelection = (set: SelectionSetNode, on: string): void => {
    for (const selection of set.selections) {
      if (selection.kind === Kind.INLINE_FRAGMENT) {
        visitSelection(selection.selectionSet, selection.typeCondition?.name.value ?? on);
      } else if (selection.kind === Kind.FIELD) {
        visit(on, selection.name.value);
        const below = definitionOf(schema, on, selection.name.value);
        if (below && selection.selectionSet) visitSelection(selection.selectionSet, getNamedType(below.type).name);
      }
    }
  };
  const visitField = (coordinate: string): void => {
    if (seen.has(coordinate)) return;
    seen.add(coordinate);
    add(coordinate);
    for (const { on, selection } of stated.fetchedFor.get(coordinate) ?? []) {
      add(on);
      visitSelection(selection, on);
    }
  };
  const visit = (on: string, name: string): void => {
    const definition = definitionOf(schema, on, name);
    if (!definition) return;
    add(on);
    add(getNamedType(definition.type).name);
    visitField(`${on}.${name}`);
    const parent = schema.getType(on);
    if (isInterfaceType(parent)) {
      for (const possible of schema.getPossibleTypes(parent)) if (possible.name !== on) visit(possible.name, name);
    } else if (isObjectType(parent) && stated.fromInterface.has(`${on}.${name}`)) {
      for (const above of parent.getInterfaces()) visitField(`${above.name}.${name}`);
    }
  };
  visit(type, field);
  return found.size === 0 ? NOTHING : [...found];
}

function definitionOf(schema: GraphQLSchema, type: string, field: string) {
  const parent = schema.getType(type);
  return isObjectType(parent) || isInterfaceType(parent) ? parent.getFields()[field] : undefined;
}

function collectStated(supergraph: DocumentNode, names: AuthorizationNames): Stated {
  const requirements = new Map<string, Requirement[]>();
  const fetchedFor = new Map<string, { on: string; selection: SelectionSetNode }[]>();
  const fromInterface = new Set<string>();
  const types = supergraph.definitions.filter(isTypeDefinitionNode);
  const contexts = collectContexts(types, names);
  const read = createRequirementReader(names);
  const collect = (coordinate: string, directives: readonly DirectiveNode[] = []) =>
    append(
      requirements,
      coordinate,
      directives.flatMap((directive) => read(directive) ?? []),
    );
  for (const type of types) {
    collect(type.name.value, type.directives);
    if (type.kind !== Kind.OBJECT_TYPE_DEFINITION && type.kind !== Kind.INTERFACE_TYPE_DEFINITION) continue;
    for (const field of type.fields ?? []) {
      const coordinate = `${type.name.value}.${field.name.value}`;
      collect(coordinate, field.directives);
      for (const joined of joins(field)) {
        if (joined.graph === undefined) fromInterface.add(coordinate);
        append(fetchedFor, coordinate, fetchedWith(joined, type.name.value, contexts));
      }
    }
  }
  return { requirements, fetchedFor, fromInterface };
}

function collectContexts(types: readonly TypeDefinitionNode[], names: AuthorizationNames): Map<string, string[]> {
  const contexts = new Map<string, string[]>();
  for (const type of types) {
    for (const directive of type.directives ?? []) {
      if (directive.name.value !== names.context) continue;
      append(contexts, String(argumentsOf(directive).name), [type.name.value]);
    }
  }
  return contexts;
}

interface Join {
  readonly graph?: string;
  readonly requires?: string;
  readonly contextArguments?: readonly { readonly context: string; readonly selection: string }[];
}

function joins(field: FieldDefinitionNode): readonly Join[] {
  return (field.directives ?? []).filter(({ name }) => name.value === 'join__field').map(argumentsOf);
}

function fetchedWith({ requires, contextArguments = [] }: Join, type: string, contexts: Map<string, string[]>) {
  const required = requires === undefined ? [] : [{ on: type, selection: parseSelection(`{ ${requires} }`) }];
  const given = contextArguments.flatMap(({ context, selection }) =>
    (contexts.get(context) ?? []).map((on) => ({ on, selection: parseSelection(selection) })),
  );
  return [...required, ...given];
}

function parseSelection(text: string): SelectionSetNode {
  const [definition] = parse(text, { noLocation: true }).definitions;
  if (definition?.kind !== Kind.OPERATION_DEFINITION) throw new Error(`Not a selection: ${text}`);
  return definition.selectionSet;
}

function createRequirementReader(names: AuthorizationNames): (directive: DirectiveNode) => Requirement | undefined {
  const interned = new Map<string, Requirement>();
  const read = (directive: DirectiveNode): Requirement | undefined => {
    const { scopes, policies } = argumentsOf(directive) as Record<'scopes' | 'policies', string[][] | undefined>;
    switch (directive.name.value) {
      case names.authenticated:
        return { kind: 'authenticated' };
      case names.requiresScopes:
        return { kind: 'scopes', anyOf: scopes ?? [] };
      case names.policy:
        return { kind: 'policies', anyOf: policies ?? [] };
      default:
        return undefined;
    }
  };
  return (directive) => {
    const requirement = read(directive);
    if (!requirement || (requirement.kind !== 'authenticated' && requirement.anyOf.length === 0)) return undefined;
    const key = JSON.stringify(requirement);
    const known = interned.get(key) ?? requirement;
    interned.set(key, known);
    return known;
  };
}

function argumentsOf(directive: DirectiveNode): Record<string, unknown> {
  return Object.fromEntries(
    (directive.arguments ?? []).map(({ name, value }) => [name.value, valueFromASTUntyped(value)]),
  );
}

function append<T>(map: Map<string, T[]>, key: string, values: readonly T[]): void {
  if (values.length === 0) return;
  const known = map.get(key);
  if (known) known.push(...values);
  else map.set(key, [...values]);
}

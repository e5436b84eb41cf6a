import {
  type ConstDirectiveNode,
  type DocumentNode,
  type GraphQLCompositeType,
  type GraphQLSchema,
  isAbstractType,
  isInterfaceType,
  isTypeDefinitionNode,
  isTypeExtensionNode,
  Kind,
  valueFromASTUntyped,
} from 'graphql';

/** What `@cacheControl` says at one place. */
export interface CacheHint {
  /** Seconds. */
  readonly maxAge: number | null;
  readonly isPrivate: boolean;
  readonly inheritMaxAge: boolean;
}

export interface CacheHints {
  /** Of a field as objects resolve it: on an interface, of every object that may stand behind it. */
  ofField(parent: GraphQLCompositeType, field: string): readonly CacheHint[];
  /** Private where one of the objects behind an abstract type is. */
  ofType(type: GraphQLCompositeType): CacheHint;
}

const NO_HINT: CacheHint = { maxAge: null, isPrivate: false, inheritMaxAge: false };

/** Null where the supergraph says nothing: then nothing may be kept. */
export function readCacheHints(supergraph: DocumentNode, schema: GraphQLSchema): CacheHints | null {
  const stated = collectHints(supergraph);
  if (stated.size === 0) return null;
  const hintAt = (coordinate: string) => stated.get(coordinate) ?? NO_HINT;
  return {
    ofType(type) {
      const hint = hintAt(type.name);
      if (hint.isPrivate || !isAbstractType(type)) return hint;
      return { ...hint, isPrivate: schema.getPossibleTypes(type).some(({ name }) => hintAt(name).isPrivate) };
    },
    ofField(parent, field) {
      const resolving = isInterfaceType(parent) ? schema.getPossibleTypes(parent) : [parent];
      return resolving.map(({ name }) => hintAt(`${name}.${field}`));
    },
  };
}

/** By `Type` and `Type.field`. */
function collectHints(document: DocumentNode): Map<string, CacheHint> {
  const hints = new Map<string, CacheHint>();
  const name = directiveName(document);
  const collect = (coordinate: string, directives: readonly ConstDirectiveNode[] = []) => {
    for (const directive of directives) {
      if (directive.name.value !== name) continue;
      const hint = readHint(directive);
      const known = hints.get(coordinate);
      hints.set(coordinate, known ? stricter(known, hint) : hint);
    }
  };
  for (const type of document.definitions) {
    if (!isTypeDefinitionNode(type) && !isTypeExtensionNode(type)) continue;
    collect(type.name.value, type.directives);
    if (!('fields' in type)) continue;
    for (const field of type.fields ?? []) {
      if (field.kind === Kind.FIELD_DEFINITION) collect(`${type.name.value}.${field.name.value}`, field.directives);
    }
  }
  return hints;
}

/** A @link may import the directive under another name. */
function directiveName(document: DocumentNode): string {
  for (const definition of document.definitions) {
    if (definition.kind !== Kind.SCHEMA_DEFINITION && definition.kind !== Kind.SCHEMA_EXTENSION) continue;
    for (const directive of definition.directives ?? []) {
      if (directive.name.value !== 'link') continue;
      const { import: imports } = argumentsOf(directive);
      for (const each of Array.isArray(imports) ? imports : []) {
        if (each?.name === '@cacheControl' && typeof each.as === 'string') return each.as.slice(1);
      }
    }
  }
  return 'cacheControl';
}

function readHint(directive: ConstDirectiveNode): CacheHint {
  const { maxAge, scope, inheritMaxAge } = argumentsOf(directive);
  return {
    maxAge: typeof maxAge === 'number' ? Math.max(0, maxAge) : null,
    isPrivate: scope === 'PRIVATE',
    inheritMaxAge: inheritMaxAge === true,
  };
}

/** Each subgraph of a shared field may give its own. */
function stricter(one: CacheHint, other: CacheHint): CacheHint {
  const ages = [one.maxAge, other.maxAge].filter((age) => age !== null);
  return {
    maxAge: ages.length === 0 ? null : Math.min(...ages),
    isPrivate: one.isPrivate || other.isPrivate,
    inheritMaxAge: one.inheritMaxAge && other.inheritMaxAge,
  };
}

function argumentsOf(directive: ConstDirectiveNode): Record<string, unknown> {
  return Object.fromEntries(
    (directive.arguments ?? []).map(({ name, value }) => [name.value, valueFromASTUntyped(value)]),
  );
}

import { type GraphQLSchema, isAbstractType, isCompositeType, isInterfaceType, isObjectType } from 'graphql';
import { BadInputError } from '#platform/errors/index.ts';
import type { EntityKey, EntityKeys } from './entity-keys.ts';
import type { FoundEntity } from './found-entities.ts';

/** An entity, or all objects of a type. */
export interface Invalidation {
  readonly typename: string;
  /** One whole key of the entity, like `{ id: "7" }`. */
  readonly key?: Readonly<Record<string, unknown>> | undefined;
}

/**
 * Names under which answers are found again: a type, the value of one key of one entity, and which keys of an entity an
 * answer holds at all. Whoever knows an entity by another key than an answer does cannot tell whether it is the same.
 */
export interface Tags {
  of(found: FoundEntity): string[];
  /** Those among them that are of this one entity. */
  valuesOf(found: FoundEntity): string[];
  /** Of every answer that may hold this entity. */
  naming(found: FoundEntity): string[];
  /** Of every answer that may hold an object of the type. */
  ofType(typename: string): string[];
  /** @throws BadInputError for a type that the supergraph does not have, or a key that the type does not have. */
  ofTarget(target: Invalidation): string[];
}

/** More than twice as many combinations for each key: beyond it the type is told instead. */
const MAX_KEYS = 8;

export function createTags(schema: GraphQLSchema, entityKeys: EntityKeys): Tags {
  const keysOf = (typename: string): readonly EntityKey[] => entityKeys.get(typename) ?? [];

  function relatives(typename: string): string[] {
    const type = schema.getType(typename);
    if (isObjectType(type)) return [typename, ...type.getInterfaces().map(({ name }) => name)];
    if (isAbstractType(type)) return [typename, ...schema.getPossibleTypes(type).map(({ name }) => name)];
    return [typename];
  }

  function ofType(typename: string): string[] {
    const type = schema.getType(typename);
    return isObjectType(type)
      ? relatives(typename).filter((name) => name === typename || isKeyed(name))
      : relatives(typename);
  }

  function isKeyed(name: string): boolean {
    return isInterfaceType(schema.getType(name)) && keysOf(name).length > 0;
  }

  /** Of answers that know the entity by none of these keys. */
  function knowingNone(typename: string, known: ReadonlySet<string>): string[] {
    const others = keysOf(typename).filter(({ name }) => !known.has(name));
    if (others.length > MAX_KEYS) return [typename];
    return subsets(others.map(({ name }) => name)).map((names) => knowing(typename, names));
  }

  function naming({ typename, keys }: FoundEntity): string[] {
    if (keys.size === 0) return ofType(typename);
    const known = new Set(keys.keys());
    return [...valueTags(keys), ...relatives(typename).flatMap((name) => knowingNone(name, known))];
  }

  return {
    of: ({ typename, keys }) => [typename, knowing(typename, [...keys.keys()]), ...valueTags(keys)],
    valuesOf: ({ keys }) => valueTags(keys),
    naming,
    ofType,
    ofTarget({ typename, key }) {
      if (!isCompositeType(schema.getType(typename))) {
        throw new BadInputError(`The supergraph has no type ${JSON.stringify(typename)} with fields.`);
      }
      if (key === undefined) return ofType(typename);
      const keys = new Map<string, string>();
      for (const { name, valueIn } of keysOf(typename)) {
        const value = valueIn((field) => key[field]);
        if (value !== null) keys.set(name, value);
      }
      if (keys.size > 0) return naming({ typename, keys });
      const names = keysOf(typename).map(({ name }) => name);
      throw new BadInputError(
        `${JSON.stringify(key)} is no whole key of ${typename}, which has ${names.join(', ') || 'none'}.`,
      );
    },
  };
}

function valueTags(keys: FoundEntity['keys']): string[] {
  return [...keys].map(([name, value]) => `${name} ${value}`);
}

function knowing(typename: string, names: readonly string[]): string {
  return `${typename} known by ${names.join(' ')}`;
}

/** In the order of the list. */
function subsets(names: readonly string[]): string[][] {
  return names.reduce<string[][]>((all, name) => all.concat(all.map((each) => [...each, name])), [[]]);
}

import { type DocumentNode, getNamedType, isCompositeType, isLeafType, type OperationDefinitionNode } from 'graphql';
import { definitionOf, fragmentsOf, visitFields } from '../operation/selections.ts';
import type { SupergraphState } from '../supergraph.ts';
import type { CacheHint, CacheHints } from './hints.ts';

/** How long the answers of an operation may be kept, and by whom. */
export interface CachePolicy {
  /** Seconds, more than 0. */
  readonly maxAge: number;
  /** Whether all callers get the same: no field is private, and none demands anything of who reads it. */
  readonly isPublic: boolean;
}

/**
 * The strictest of all that the operation selects, whatever @skip and @include leave of it; null when nothing may be
 * kept. Root fields, and fields that give objects, may not be kept unless a hint on them or on their type says so; leaves
 * are as what is around them.
 */
export function compilePolicy(
  { schema, authorization }: Pick<SupergraphState, 'schema' | 'authorization'>,
  hints: CacheHints,
  document: DocumentNode,
  operation: OperationDefinitionNode,
): CachePolicy | null {
  const root = schema.getRootType(operation.operation);
  if (!root || operation.operation !== 'query') return null;
  const maxAges: number[] = [];
  let isPublic = true;
  const { selectionSet } = operation;
  visitFields(schema, fragmentsOf(document), { selectionSet, root }, ({ name }, parent) => {
    if (name.value === '__typename') return;
    if (authorization.requirementsOf(parent.name, name.value).length > 0) isPublic = false;
    const type = getNamedType(definitionOf(parent, name.value)?.type);
    const ofType = isCompositeType(type) ? hints.ofType(type) : null;
    for (const ofField of hints.ofField(parent, name.value)) {
      const hint = ofType ? over(ofType, ofField) : ofField;
      if (hint.isPrivate) isPublic = false;
      const maxAge = hint.maxAge ?? (parent === root || (!isLeafType(type) && !hint.inheritMaxAge) ? 0 : null);
      if (maxAge !== null) maxAges.push(maxAge);
    }
  });
  const maxAge = Math.min(...maxAges);
  return maxAges.length > 0 && maxAge > 0 ? { maxAge, isPublic } : null;
}

/** What stands on a field goes before what stands on its type; who inherits does not ask the type how long. */
function over(ofType: CacheHint, ofField: CacheHint): CacheHint {
  const isPrivate = ofType.isPrivate || ofField.isPrivate;
  if (ofField.inheritMaxAge && ofType.maxAge === null) return { maxAge: null, isPrivate, inheritMaxAge: true };
  return {
    maxAge: ofField.maxAge ?? ofType.maxAge,
    isPrivate,
    inheritMaxAge: ofField.inheritMaxAge || ofType.inheritMaxAge,
  };
}

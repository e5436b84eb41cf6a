import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  Kind,
  type SelectionNode,
  type SelectionSetNode,
  visit,
} from 'graphql';
import { conditionOf } from '../execution/conditions.ts';

const TYPENAME: FieldNode = { kind: Kind.FIELD, name: { kind: Kind.NAME, value: '__typename' } };

/**
 * A field of which everything is skipped for good keeps something to fetch: the planner would drop it, yet its objects
 * are there, each an empty one.
 */
export function withoutEmptied(document: DocumentNode): DocumentNode {
  const fragments = new Map(
    document.definitions
      .filter((definition) => definition.kind === Kind.FRAGMENT_DEFINITION)
      .map((fragment) => [fragment.name.value, fragment]),
  );
  return visit(document, {
    Field: {
      leave(field) {
        const set = field.selectionSet;
        if (!set || set.selections.some((selection) => mayCount(selection, fragments))) return undefined;
        return { ...field, selectionSet: { ...set, selections: [...set.selections, TYPENAME] } };
      },
    },
  });
}

function mayCount(selection: SelectionNode, fragments: ReadonlyMap<string, FragmentDefinitionNode>): boolean {
  if (conditionOf(selection.directives, null) === 'never') return false;
  if (selection.kind === Kind.FIELD) return true;
  const set: SelectionSetNode | undefined =
    selection.kind === Kind.INLINE_FRAGMENT
      ? selection.selectionSet
      : fragments.get(selection.name.value)?.selectionSet;
  return set?.selections.some((each) => mayCount(each, fragments)) === true;
}

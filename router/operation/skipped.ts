import { type DirectiveNode, type DocumentNode, type FieldNode, Kind, visit } from 'graphql';
import { conditionOf } from '../execution/conditions.ts';

const TYPENAME: FieldNode = { kind: Kind.FIELD, name: { kind: Kind.NAME, value: '__typename' } };

/**
 * Without what is skipped for good, which the planner may forget to skip. A field of which nothing is left keeps
 * something to fetch: its objects are there all the same, each an empty one.
 */
export function withoutSkipped(document: DocumentNode): DocumentNode {
  return visit(document, {
    Field: { enter: pruned },
    InlineFragment: { enter: pruned },
    FragmentSpread: { enter: pruned },
    SelectionSet: {
      leave: (set) => (set.selections.length > 0 ? undefined : { ...set, selections: [TYPENAME] }),
    },
  });
}

/** Null for what never counts; without the conditions that always hold. */
function pruned<T extends { readonly directives?: readonly DirectiveNode[] | undefined }>(
  selection: T,
): T | null | undefined {
  const { directives = [] } = selection;
  if (directives.length === 0) return undefined;
  if (conditionOf(directives, null) === 'never') return null;
  const open = directives.filter((directive) => !isDecided(directive));
  return open.length === directives.length ? undefined : { ...selection, directives: open };
}

function isDecided({ name, arguments: given }: DirectiveNode): boolean {
  if (name.value !== 'skip' && name.value !== 'include') return false;
  return given?.some((argument) => argument.value.kind === Kind.BOOLEAN) === true;
}

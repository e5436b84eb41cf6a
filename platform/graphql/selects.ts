import type { GraphQLResolveInfo, SelectionSetNode } from 'graphql';

/**
 * Whether a field of this name is asked for directly below the one that is resolved: for what costs more than it takes to
 * look. One that `@skip` or `@include` may take away counts as asked for.
 */
export function selects({ fieldNodes, fragments }: GraphQLResolveInfo, name: string): boolean {
  const holds = (set: SelectionSetNode | undefined): boolean =>
    set?.selections.some((selection) => {
      if (selection.kind === 'Field') return selection.name.value === name;
      const fragment = selection.kind === 'InlineFragment' ? selection : fragments[selection.name.value];
      return holds(fragment?.selectionSet);
    }) ?? false;
  return fieldNodes.some(({ selectionSet }) => holds(selectionSet));
}

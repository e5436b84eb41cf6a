import { type DirectiveNode, Kind } from 'graphql';

export type Variables = Readonly<Record<string, unknown>>;

/** When a selection counts: always (null), or when every test holds. */
export type Condition = readonly { readonly variable: string; readonly wanted: boolean }[] | null;

/** The condition of @skip and @include on one selection below another condition; 'never' when it can never count. */
export function conditionOf(directives: readonly DirectiveNode[] | undefined, above: Condition): Condition | 'never' {
  let tests: Condition = above;
  for (const directive of directives ?? []) {
    const name = directive.name.value;
    if (name !== 'skip' && name !== 'include') continue;
    const value = directive.arguments?.find((argument) => argument.name.value === 'if')?.value;
    const wanted = name === 'include';
    if (value?.kind === Kind.BOOLEAN) {
      if (value.value !== wanted) return 'never';
    } else if (value?.kind === Kind.VARIABLE) {
      tests = [...(tests ?? []), { variable: value.name.value, wanted }];
    }
  }
  return tests;
}

export function holds(condition: Condition, variables: Variables): boolean {
  if (condition === null) return true;
  for (const { variable, wanted } of condition) if ((variables[variable] === true) !== wanted) return false;
  return true;
}

/** Either of several conditions; one that always holds makes the others irrelevant. */
export function anyHolds(conditions: readonly Condition[], variables: Variables): boolean {
  for (const condition of conditions) if (holds(condition, variables)) return true;
  return false;
}

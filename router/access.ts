/** What `@authenticated`, `@requiresScopes` and `@policy` are judged by. */
export interface Access {
  readonly authenticated: boolean;
  readonly scopes: ReadonlySet<string>;
  readonly policies: ReadonlySet<string>;
}

const NONE: ReadonlySet<string> = new Set();

export const NO_ACCESS: Access = { authenticated: false, scopes: NONE, policies: NONE };

/** One directive of the supergraph: of the sets in `anyOf` one must be held whole. An empty `anyOf` demands nothing. */
export type Requirement =
  | { readonly kind: 'authenticated' }
  | { readonly kind: 'scopes' | 'policies'; readonly anyOf: readonly (readonly string[])[] };

export function isMet(requirement: Requirement, access: Access): boolean {
  if (requirement.kind === 'authenticated') return access.authenticated;
  const { kind, anyOf } = requirement;
  return anyOf.length === 0 || anyOf.some((all) => all.every((name) => access[kind].has(name)));
}

/** As a part of a sentence: `the scopes "a" and "b", or "c"`. Null where signing in is all. */
export function describeRequirement(requirement: Requirement): string | null {
  if (requirement.kind === 'authenticated') return null;
  const { kind, anyOf } = requirement;
  const single = anyOf.length === 1 && anyOf[0]?.length === 1;
  const noun = { scopes: ['scope', 'scopes'], policies: ['policy', 'policies'] }[kind][single ? 0 : 1];
  return `the ${noun} ${anyOf.map((all) => all.map((name) => JSON.stringify(name)).join(' and ')).join(', or ')}`;
}

/** What `@authenticated`, `@requiresScopes` and `@policy` are judged by. */
export interface Access {
  readonly authenticated: boolean;
  readonly scopes: ReadonlySet<string>;
  readonly policies: ReadonlySet<string>;
}

const NONE: ReadonlySet<string> = new Set();

export const NO_ACCESS: Access = { authenticated: false, scopes: NONE, policies: NONE };

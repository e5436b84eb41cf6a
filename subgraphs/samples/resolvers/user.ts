/** A reference that accounts resolves. */
export function userRef(id: string): { readonly __typename: 'User'; readonly id: string } {
  return { __typename: 'User', id };
}

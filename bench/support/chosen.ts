/**
 * Those whose name holds one of the words; all without words.
 * @throws Error that lists the names when none does.
 */
export function chosen<T extends { readonly name: string }>(
  from: readonly T[],
  words: readonly string[] | undefined,
): readonly T[] {
  const found = from.filter(({ name }) => !words || words.some((word) => name.toLowerCase().includes(word)));
  if (found.length > 0) return found;
  throw new Error(`Expected one of ${from.map(({ name }) => `"${name}"`).join(', ')}, got "${words?.join('", "')}".`);
}

import type { Sample } from '../domain/types.ts';

const GRAM = 4;

/** What the text filter looks into: a line break cannot be part of what is looked for. */
export function searchText(sample: Pick<Sample, 'accessionNumber' | 'barcode'>): string {
  return `${sample.accessionNumber}\n${sample.barcode ?? ''}`.toLowerCase();
}

/**
 * Hashes of every four characters of `text`, mixed with the organization, so that the index keeps tenants apart too.
 * None for a shorter text. Stored rows hold them: they stay what they are, unless a migration fills the column anew.
 */
export function gramsOf(organizationId: string, text: string): number[] {
  const grams = new Set<number>();
  const start = fnv1a(0x811c9dc5, [...organizationId]);
  for (const line of text.split('\n')) {
    // As PostgreSQL counts them: characters, not UTF-16 units.
    const characters = [...line];
    for (let i = 0; i + GRAM <= characters.length; i += 1) grams.add(fnv1a(start, characters.slice(i, i + GRAM)));
  }
  return [...grams];
}

/** FNV-1a over characters, going on from `hash`, as a signed 32-bit number. */
function fnv1a(hash: number, characters: readonly string[]): number {
  return characters.reduce((sum, character) => Math.imul(sum ^ (character.codePointAt(0) ?? 0), 0x01000193), hash) | 0;
}

import type { Query } from '#platform/database/index.ts';
import type { Sample } from '../domain/types.ts';
import { Prisma } from './prisma.generated/client.ts';

const GRAM = 3;
/** More matches than this are found sooner by walking the list. */
const MOST = 2_000;

/** What the text filter looks into: a line break cannot be part of what is looked for. */
export function searchText(sample: Pick<Sample, 'accessionNumber' | 'barcode'>): string {
  return `${sample.accessionNumber}\n${sample.barcode ?? ''}`.toLowerCase();
}

/**
 * Hashes of every three characters of `text`, mixed with the organization, so that the index keeps tenants apart too.
 * Stored rows hold them: the hash must never change.
 */
export function gramsOf(organizationId: string, text: string): number[] {
  const grams = new Set<number>();
  for (const line of text.split('\n')) {
    for (let i = 0; i + GRAM <= line.length; i += 1) grams.add(fnv1a(organizationId + line.slice(i, i + GRAM)));
  }
  return [...grams];
}

/** FNV-1a over UTF-16 units, as a signed 32-bit number. */
function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i += 1) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash | 0;
}

/** Ids of the samples that hold `needle` (in lower case); null when the index cannot tell soon: too short, too common. */
export async function findByText(query: Query, grams: readonly number[], needle: string): Promise<string[] | null> {
  if (grams.length === 0) return null;
  const rows = await query<{ id: string }>(
    Prisma.sql`SELECT found AS id FROM find_samples(${[...grams]}::int[], ${needle}, ${MOST + 1}) AS found`,
    { planEach: true },
  );
  return rows.length > MOST ? null : rows.map(({ id }) => id);
}

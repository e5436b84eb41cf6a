import { BadInputError } from '#platform/errors/index.ts';
import { decodeKeyset, encodeKeyset } from '#platform/graphql/index.ts';
import type { RulesContext } from '../context.ts';
import { MAX_FACTS_PER_TEXT, writeKnowledge } from '../domain/knowledge-text.ts';
import type { StandingFact } from '../domain/standing-fact.ts';
import { loadImage } from './image.ts';

/** UTF-8 bytes of rules and facts in one part, so that a request which imports it stays within the router's limit. */
const PART_BYTES = 400_000;

export interface KnowledgeExport {
  readonly text: string;
  readonly ruleSets: number;
  readonly facts: number;
  /** Null on the last part. */
  readonly next: string | null;
}

type Item =
  | { readonly kind: 'rules'; readonly key: string; readonly text: string }
  | { readonly kind: 'fact'; readonly key: string; readonly fact: StandingFact };

async function itemsOf(ctx: RulesContext): Promise<Item[]> {
  const image = await loadImage(ctx);
  const now = ctx.clock();
  const own = [...image.active.values()].filter(({ number }) => number > 0);
  const rules = own
    .map(({ ruleSet, text }): Item => ({ kind: 'rules', key: ruleSet, text }))
    .toSorted((a, b) => (a.key < b.key ? -1 : 1));
  const facts = image.facts
    .filter(({ validTo }) => validTo === null || validTo > now)
    .map((fact): Item => ({ kind: 'fact', key: fact.id, fact }));
  return [...rules, ...facts];
}

function bytesOf(item: Item): number {
  return Buffer.byteLength(item.kind === 'rules' ? item.text : item.fact.text);
}

/** Behind what was exported last; a fact that has ended meanwhile leaves its place to the next one. */
function startOf(items: readonly Item[], after: string | null): number {
  if (after === null) return 0;
  const [kind, key] = decodeKeyset(after, ['text', 'text']);
  if (kind !== 'rules' && kind !== 'fact') throw new BadInputError('"after" is not the "next" of an export.');
  const at = items.findIndex((item) =>
    item.kind === kind ? item.key > key : item.kind === 'fact' && kind === 'rules',
  );
  return at === -1 ? items.length : at;
}

/** The versions in force and the facts that have not ended, part by part. */
export async function exportKnowledge(ctx: RulesContext, after: string | null): Promise<KnowledgeExport> {
  const items = await itemsOf(ctx);
  const start = startOf(items, after);
  let end = start;
  for (let bytes = 0; end < items.length; end++) {
    bytes += bytesOf(items[end]!);
    if (end - start === MAX_FACTS_PER_TEXT || (bytes > PART_BYTES && end > start)) break;
  }
  const part = items.slice(start, end);
  const ruleSets = part.flatMap((item) => (item.kind === 'rules' ? [{ name: item.key, text: item.text }] : []));
  const facts = part.flatMap((item) => (item.kind === 'fact' ? [item.fact] : []));
  const last = part.at(-1);
  return {
    text: writeKnowledge({ ruleSets, facts }),
    ruleSets: ruleSets.length,
    facts: facts.length,
    next: end < items.length && last !== undefined ? encodeKeyset([last.kind, last.key]) : null,
  };
}

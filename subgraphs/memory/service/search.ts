import type { MemoryContext } from '../context.ts';
import type { MemoryReader } from '../data/client.ts';
import { findContexts, visibleContextIds } from '../data/contexts.ts';
import { findInteractions } from '../data/interactions.ts';
import type { Collection, Shelf } from '../data/memory-index.ts';
import { findPatterns } from '../data/patterns.ts';
import { circleOwner } from '../data/scope.ts';
import { questionOf, type SearchInput } from '../domain/input.ts';
import type { Context, Interaction, Pattern } from '../domain/memory.ts';
import { rank, type Scores } from '../domain/ranking.ts';
import { queryWords } from '../domain/text.ts';

export interface Scored<Row> {
  readonly row: Row;
  readonly score: number;
  readonly scores: Scores;
}

/** Each leg offers so many candidates: the conversations' part of the score needs more than what is shown. */
const CANDIDATES = 200;

interface Search<Row> {
  readonly collection: Collection;
  readonly shelf: Shelf;
  readonly group?: string | null;
  /** Which of the ids the viewer may see now. */
  visible(tx: MemoryReader, ids: readonly string[]): Promise<ReadonlySet<string>>;
  load(tx: MemoryReader, ids: readonly string[]): Promise<readonly Row[]>;
}

/** The index proposes; the database decides what the viewer may see; only that is ranked. */
async function find<Row extends { readonly id: string }>(
  ctx: MemoryContext,
  input: SearchInput,
  { collection, shelf, group = null, visible, load }: Search<Row>,
): Promise<Scored<Row>[]> {
  const { query, limit, vector } = questionOf(input);
  const search = { shelf, words: queryWords(query), vector, group, limit: CANDIDATES };
  const candidates = await ctx.index.search(collection, search);
  if (candidates.length === 0) return [];
  return ctx.db.read(ctx.viewer, async (tx) => {
    const ids = await visible(
      tx,
      candidates.map(({ id }) => id),
    );
    const seen = candidates.filter(({ id }) => ids.has(id));
    const best = rank(seen, ctx.clock()).slice(0, limit);
    const rows = new Map(
      (
        await load(
          tx,
          best.map(({ id }) => id),
        )
      ).map((row) => [row.id, row]),
    );
    return best.flatMap(({ id, score, scores }) => {
      const row = rows.get(id);
      return row ? [{ row, score, scores }] : [];
    });
  });
}

/** Without a conversation of that name there is nothing to find, which is not an error. */
export async function relevantContext(
  ctx: MemoryContext,
  { conversationId, ...input }: SearchInput & { readonly conversationId?: string | null | undefined },
): Promise<Scored<Context>[]> {
  const { organizationId, userId } = ctx.viewer;
  const conversation = conversationId == null ? null : await ctx.loaders.conversationByKey.load(conversationId);
  questionOf(input);
  if (conversationId != null && !conversation) return [];
  const now = ctx.clock();
  return find<Context>(ctx, input, {
    collection: 'conversation_context',
    shelf: { organizationId, owner: userId },
    group: conversation?.id ?? null,
    visible: (tx, ids) => visibleContextIds(tx, ctx.viewer, ids, now),
    load: (tx, ids) => findContexts(tx, ctx.viewer, ids, now),
  });
}

const idSet = (rows: readonly { readonly id: string }[]) => new Set(rows.map(({ id }) => id));

export function matchPatterns(ctx: MemoryContext, input: SearchInput): Promise<Scored<Pattern>[]> {
  const { organizationId, clientId } = ctx.viewer;
  return find<Pattern>(ctx, input, {
    collection: 'workflow_patterns',
    shelf: { organizationId, owner: circleOwner(clientId) },
    visible: async (tx, ids) => idSet(await findPatterns(tx, ctx.viewer, ids)),
    load: (tx, ids) => findPatterns(tx, ctx.viewer, ids),
  });
}

export function matchInteractions(ctx: MemoryContext, input: SearchInput): Promise<Scored<Interaction>[]> {
  const { organizationId, userId } = ctx.viewer;
  return find<Interaction>(ctx, input, {
    collection: 'user_interactions',
    shelf: { organizationId, owner: userId },
    visible: async (tx, ids) => idSet(await findInteractions(tx, ctx.viewer, ids)),
    load: (tx, ids) => findInteractions(tx, ctx.viewer, ids),
  });
}

import { type Connection, connectionOf, decodeKeyset, encodeKeyset, pageSize } from '#platform/graphql/index.ts';
import { isId } from '#platform/identity/index.ts';
import type { MemoryContext } from '../context.ts';
import {
  countContexts,
  countConversations,
  listContextsOfWorkflow,
  listConversations,
  listTurns,
} from '../data/contexts.ts';
import { countInteractions, listInteractions } from '../data/interactions.ts';
import { COLLECTIONS } from '../data/memory-index.ts';
import { countReceipts, listReceipts } from '../data/receipts.ts';
import { type CollectionStats, collectionStats } from '../data/stats.ts';
import type { Context, Conversation, Interaction, Receipt } from '../domain/memory.ts';

export interface PageInput {
  readonly first?: number | null | undefined;
  readonly after?: string | null | undefined;
}

const DEFAULT_PAGE = 50;

const sizeOf = ({ first }: PageInput) => pageSize(first ?? DEFAULT_PAGE);

/** The id that a cursor of a list in the order of ids carries. */
function idIn(after: string | null | undefined): string | null {
  return after == null ? null : decodeKeyset(after, ['uuid'])[0];
}

const idCursor = ({ id }: { readonly id: string }) => encodeKeyset([id]);

export async function conversations(ctx: MemoryContext, page: PageInput): Promise<Connection<Conversation>> {
  const first = sizeOf(page);
  const after = conversationKeyset(page.after);
  return connectionOf({
    rows: await ctx.db.read(ctx.viewer, (tx) => listConversations(tx, ctx.viewer, first, after)),
    first,
    after: page.after,
    cursor: ({ lastActivityAt, id }) => encodeKeyset([lastActivityAt, id]),
    node: (conversation) => conversation,
    totalCount: () => ctx.db.read(ctx.viewer, (tx) => countConversations(tx, ctx.viewer)),
  });
}

function conversationKeyset(after: string | null | undefined) {
  if (after == null) return null;
  const [lastActivityAt, id] = decodeKeyset(after, ['date', 'uuid']);
  return { lastActivityAt, id };
}

function positionIn(after: string | null | undefined): number {
  return after == null ? 0 : decodeKeyset(after, ['integer'])[0];
}

export async function turnsOf(
  ctx: MemoryContext,
  { id: conversationId }: Conversation,
  page: PageInput,
): Promise<Connection<Context>> {
  const first = sizeOf(page);
  const query = { conversationId, first, after: positionIn(page.after), now: ctx.clock() };
  return connectionOf({
    rows: await ctx.db.read(ctx.viewer, (tx) => listTurns(tx, ctx.viewer, query)),
    first,
    after: page.after,
    cursor: ({ position }) => encodeKeyset([position]),
    node: (context) => context,
    totalCount: () => ctx.db.read(ctx.viewer, (tx) => countContexts(tx, ctx.viewer, { conversationId }, query.now)),
  });
}

export async function contextsOfWorkflow(
  ctx: MemoryContext,
  workflowId: string,
  page: PageInput,
): Promise<Connection<Context>> {
  const first = sizeOf(page);
  const query = { workflowId, first, after: idIn(page.after), now: ctx.clock() };
  const rows = isId(workflowId)
    ? await ctx.db.read(ctx.viewer, (tx) => listContextsOfWorkflow(tx, ctx.viewer, query))
    : [];
  return connectionOf({
    rows,
    first,
    after: page.after,
    cursor: idCursor,
    node: (context) => context,
    totalCount: async () =>
      rows.length === 0 && !page.after
        ? 0
        : ctx.db.read(ctx.viewer, (tx) => countContexts(tx, ctx.viewer, { workflowId }, query.now)),
  });
}

export async function interactions(ctx: MemoryContext, page: PageInput): Promise<Connection<Interaction>> {
  const first = sizeOf(page);
  const after = idIn(page.after);
  return connectionOf({
    rows: await ctx.db.read(ctx.viewer, (tx) => listInteractions(tx, ctx.viewer, first, after)),
    first,
    after: page.after,
    cursor: idCursor,
    node: (interaction) => interaction,
    totalCount: () => ctx.db.read(ctx.viewer, (tx) => countInteractions(tx, ctx.viewer)),
  });
}

export async function receipts(ctx: MemoryContext, page: PageInput): Promise<Connection<Receipt>> {
  const first = sizeOf(page);
  const after = idIn(page.after);
  return connectionOf({
    rows: await ctx.db.read(ctx.viewer, (tx) => listReceipts(tx, ctx.viewer, first, after)),
    first,
    after: page.after,
    cursor: idCursor,
    node: (receipt) => receipt,
    totalCount: () => ctx.db.read(ctx.viewer, (tx) => countReceipts(tx, ctx.viewer)),
  });
}

export async function stats(ctx: MemoryContext): Promise<CollectionStats[]> {
  const found = await ctx.db.read(ctx.viewer, (tx) => collectionStats(tx, ctx.viewer, ctx.clock()));
  return COLLECTIONS.map(
    (collection) =>
      found.find((each) => each.collection === collection) ?? { collection, count: 0, bytes: 0, oldestAt: null },
  );
}

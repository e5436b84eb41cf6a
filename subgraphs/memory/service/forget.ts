import { ConflictError, NotFoundError } from '#platform/errors/index.ts';
import { isId, requirePermission } from '#platform/identity/index.ts';
import type { MemoryContext } from '../context.ts';
import { type Erased, erase } from '../data/erasure.ts';
import { addReceipt, findReceipt } from '../data/receipts.ts';
import { type ForgetRequest, type Selection, selectionOf } from '../domain/input.ts';
import type { Receipt } from '../domain/memory.ts';
import { forgotten, removalsOf } from '../events.ts';
import { unindexRows } from './indexing.ts';
import { actorOf } from './store.ts';

export interface ForgetInput extends ForgetRequest {
  readonly userId?: string | null | undefined;
  readonly idempotencyKey?: string | null | undefined;
}

const KINDS = {
  contexts: 'ConversationContext',
  patterns: 'WorkflowPattern',
  interactions: 'UserInteraction',
} as const;

/** All that was named or nothing: a list with one unknown id erases none of the others. */
function assertFound(selection: Selection, erased: Erased): void {
  if (selection.kind === 'everything') return;
  if (selection.kind === 'conversation') {
    if (erased.conversations === 0) throw new NotFoundError('Conversation', selection.key);
    return;
  }
  const found = new Set(erased[selection.kind]);
  const missing = selection.ids.find((id) => !found.has(id.toLowerCase()));
  if (missing !== undefined) throw new NotFoundError(KINDS[selection.kind], missing);
}

function receiptOf(ctx: MemoryContext, userId: string, erased: Erased, reason: string): Receipt {
  return {
    id: ctx.newId(),
    userId,
    erasedBy: ctx.viewer.userId,
    contexts: erased.contexts.length,
    conversations: erased.conversations,
    patterns: erased.patterns.length,
    interactions: erased.interactions.length,
    reason,
    at: ctx.clock(),
  };
}

/** Whose memories are meant: one's own need nothing more, another person's the permission to forget. */
function personOf({ viewer }: MemoryContext, userId: string | null | undefined): string {
  if (userId == null || userId === viewer.userId) {
    requirePermission(viewer, 'memory:use');
    return viewer.userId;
  }
  requirePermission(viewer, 'memory:forget');
  if (!isId(userId)) throw new NotFoundError('User', userId);
  return userId;
}

/** The rows are gone for good; should the index fail, the events committed with the erasure clear it afterwards. */
async function clearIndex(ctx: MemoryContext, erased: Erased): Promise<void> {
  try {
    for (const removal of removalsOf(erased)) await unindexRows(ctx, ctx.viewer.organizationId, removal);
  } catch (error) {
    ctx.logger.warn({ err: error }, 'erased, but still indexed: the event of the erasure will clear the index');
  }
}

export async function forget(ctx: MemoryContext, input: ForgetInput): Promise<Receipt> {
  const { idempotencyKey, ...request } = input;
  const { selection, reason } = selectionOf(request);
  const userId = personOf(ctx, request.userId);
  let erasedNow: Erased | null = null;
  const { receiptId } = await ctx.db.write(actorOf(ctx), (unit) => {
    erasedNow = null;
    return unit.once({ operation: 'forget', key: idempotencyKey, request }, async () => {
      const erased = await erase(unit.tx, { organizationId: ctx.viewer.organizationId, userId }, selection);
      assertFound(selection, erased);
      const receipt = receiptOf(ctx, userId, erased, reason);
      await addReceipt(unit.tx, ctx.viewer.organizationId, receipt);
      await unit.announce(forgotten(receipt, erased));
      erasedNow = erased;
      return { receiptId: receipt.id };
    });
  });
  if (erasedNow) await clearIndex(ctx, erasedNow);
  const receipt = await ctx.db.read(ctx.viewer, (tx) => findReceipt(tx, ctx.viewer, receiptId));
  if (!receipt) throw new ConflictError('The receipt of this idempotency key is no longer kept.');
  return receipt;
}

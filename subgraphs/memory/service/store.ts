import { AppError, ConflictError, NotFoundError } from '#platform/errors/index.ts';
import { isId } from '#platform/identity/index.ts';
import type { MemoryContext } from '../context.ts';
import { addContext } from '../data/contexts.ts';
import { addInteraction } from '../data/interactions.ts';
import type { Collection } from '../data/memory-index.ts';
import { addPattern } from '../data/patterns.ts';
import {
  type ContextDraft,
  type ContextInput,
  contextDraft,
  type InteractionInput,
  interactionDraft,
  type PatternInput,
  patternDraft,
} from '../domain/input.ts';
import type { Context, Interaction, Pattern, WorkflowStage } from '../domain/memory.ts';
import { contextStored, interactionRecorded, patternStored } from '../events.ts';
import { indexMissing } from './indexing.ts';

type Keyed<Input> = Input & { readonly idempotencyKey?: string | null | undefined };

export function actorOf({ viewer, requestId }: MemoryContext) {
  const { organizationId, userId } = viewer;
  return { organizationId, userId, requestId };
}

/**
 * Who stores something finds it in the next breath. When the index fails the row is safe all the same: the event that
 * was committed with it brings it into the index as soon as that answers again.
 */
async function indexNow(ctx: MemoryContext, collection: Collection, id: string): Promise<void> {
  try {
    await indexMissing(ctx, ctx.viewer.organizationId, collection, [id]);
  } catch (error) {
    ctx.logger.warn({ err: error, collection, id }, 'stored, but not yet indexed: its event will repair that');
  }
}

function mustRemain<Row>(row: Row | null): Row {
  if (row) return row;
  throw new ConflictError('What this idempotency key stored has been forgotten since; store it anew with another key.');
}

const STAGE_OF_WORKFLOW = 'query MemoryWorkflowStage($id: ID!) { workflow(id: $id) { id stage } }';

/** The stage that the workflow is at. @throws NotFoundError when the caller cannot see such a workflow. */
async function presentStage(ctx: MemoryContext, workflowId: string): Promise<WorkflowStage> {
  const missing = new NotFoundError('Workflow', workflowId);
  if (!isId(workflowId)) throw missing;
  const { workflow } = await ctx.ask<{ workflow: { stage: WorkflowStage } | null }>('workflows', STAGE_OF_WORKFLOW, {
    id: workflowId,
  });
  if (!workflow) throw missing;
  return workflow.stage;
}

async function stageOf(ctx: MemoryContext, { workflowId, workflowStage }: ContextDraft): Promise<WorkflowStage | null> {
  if (workflowId === null) return null;
  try {
    return workflowStage ?? (await presentStage(ctx, workflowId));
  } catch (error) {
    // What was said is worth keeping while workflows is away; only the stage stays unknown.
    if (error instanceof AppError && error.code === 'UNAVAILABLE') return null;
    throw error;
  }
}

export async function storeContext(ctx: MemoryContext, input: Keyed<ContextInput>): Promise<Context> {
  const { idempotencyKey, ...request } = input;
  const now = ctx.clock();
  const draft = contextDraft(request, now);
  const workflowStage = await stageOf(ctx, draft);
  const { id } = await ctx.db.write(actorOf(ctx), (unit) =>
    // Only the id is kept for retries: an answer that held the words would outlive their erasure.
    unit.once({ operation: 'storeContext', key: idempotencyKey, request }, async () => {
      const made = { id: ctx.newId(), conversationId: ctx.newId(), at: now };
      const stored = await addContext(unit.tx, ctx.viewer, { ...draft, workflowStage }, made);
      await unit.announce([contextStored(stored.id, stored.conversationId)]);
      return { id: stored.id };
    }),
  );
  await indexNow(ctx, 'conversation_context', id);
  return mustRemain(await ctx.loaders.contextById.load(id));
}

export async function storePattern(ctx: MemoryContext, input: Keyed<PatternInput>): Promise<Pattern> {
  const { idempotencyKey, ...request } = input;
  const draft = patternDraft(request);
  const { id } = await ctx.db.write(actorOf(ctx), (unit) =>
    unit.once({ operation: 'storePattern', key: idempotencyKey, request }, async () => {
      const made = { id: ctx.newId(), at: ctx.clock() };
      await addPattern(unit.tx, ctx.viewer, draft, made);
      await unit.announce([patternStored(made.id)]);
      return { id: made.id };
    }),
  );
  await indexNow(ctx, 'workflow_patterns', id);
  return mustRemain(await ctx.loaders.patternById.load(id));
}

export async function recordInteraction(ctx: MemoryContext, input: Keyed<InteractionInput>): Promise<Interaction> {
  const { idempotencyKey, ...request } = input;
  const draft = interactionDraft(request);
  const { id } = await ctx.db.write(actorOf(ctx), (unit) =>
    unit.once({ operation: 'recordInteraction', key: idempotencyKey, request }, async () => {
      const made = { id: ctx.newId(), at: ctx.clock() };
      await addInteraction(unit.tx, ctx.viewer, draft, made);
      await unit.announce([interactionRecorded(made.id)]);
      return { id: made.id };
    }),
  );
  await indexNow(ctx, 'user_interactions', id);
  return mustRemain(await ctx.loaders.interactionById.load(id));
}

import { type Connection, connectionOf, decodeKeyset, encodeKeyset, pageSize } from '#platform/graphql/index.ts';
import { scopeOf, type WorkflowsContext } from '../context.ts';
import type { DueKey, StageCount, WorkflowFilter } from '../data/workflow-store.ts';
import type { Workflow } from '../domain/workflow.ts';

function cursorOf({ dueAt, id }: Workflow): string {
  return encodeKeyset([dueAt, id]);
}

function keyOf(cursor: string): DueKey {
  const [dueAt, id] = decodeKeyset(cursor, ['date?', 'uuid']);
  return { dueAt, id };
}

/** Soonest due first. @throws BadInputError for a page size or cursor that no page has. */
export async function listWorkflows(
  ctx: WorkflowsContext,
  page: {
    readonly filter?: WorkflowFilter | null | undefined;
    readonly first: number;
    readonly after?: string | null | undefined;
  },
): Promise<Connection<Workflow>> {
  const first = pageSize(page.first);
  const after = page.after ? keyOf(page.after) : null;
  const filter = page.filter ?? {};
  const scope = scopeOf(ctx);
  return connectionOf({
    rows: await ctx.store.read(scope, (reader) => reader.list(filter, after, first + 1)),
    first,
    after: page.after,
    cursor: cursorOf,
    node: (workflow) => workflow,
    totalCount: () => ctx.store.read(scope, (reader) => reader.count(filter)),
  });
}

export function countWorkflows(ctx: WorkflowsContext): Promise<StageCount[]> {
  return ctx.store.read(scopeOf(ctx), (reader) => reader.counts());
}

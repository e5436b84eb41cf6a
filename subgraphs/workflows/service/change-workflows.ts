import { BadInputError, NotFoundError, UnavailableError } from '#platform/errors/index.ts';
import { idOf } from '#platform/identity/index.ts';
import { scopeOf, type WorkflowsContext } from '../context.ts';
import type { Claim, WorkflowWriter } from '../data/workflow-store.ts';
import {
  type Command,
  type Conflict,
  conclude,
  conflictOf,
  decide,
  type Proposed,
  type Refused,
} from '../domain/machine.ts';
import type { NotFound, Outcome, Settled } from '../domain/outcome.ts';
import type { Workflow, WorkflowChange } from '../domain/workflow.ts';
import { actorOf } from './actor.ts';
import { askRules } from './ask-rules.ts';
import { recordChanges } from './record-changes.ts';

/** How often a decision is taken anew because the sample's facts changed under it. */
const MAX_ATTEMPTS = 4;

export interface ChangeRequest {
  readonly workflowId: string;
  readonly command: Command;
  readonly operation: string;
  readonly idempotencyKey: string | null | undefined;
}

/** What is to be answered, or written and then answered. */
type Plan = Conflict | Refused | Write;

/** A change of a workflow that exists. */
interface Found {
  readonly request: ChangeRequest;
  readonly workflow: Workflow;
}

interface Write extends Claim {
  readonly kind: 'write';
  readonly change: WorkflowChange;
}

/** The sample has newer facts than the rules have seen. */
class StaleFactsError extends Error {}

function refuseRepeats(values: readonly string[], what: string): void {
  const repeated = values.find((value, index) => values.indexOf(value) !== index);
  if (repeated !== undefined)
    throw new BadInputError(`Each ${what} may occur once per request; ${repeated} is repeated.`);
}

/**
 * Decides and writes changes, each for itself, all in one transaction; the answers keep the order of the requests.
 * @throws UnavailableError when samples or rules does not answer: then nothing is written.
 */
export async function changeWorkflows(ctx: WorkflowsContext, given: readonly ChangeRequest[]): Promise<Outcome[]> {
  const requests = given.map((request) => ({ ...request, workflowId: idOf(request.workflowId) }));
  refuseRepeats(
    requests.map(({ workflowId }) => workflowId),
    'workflowId',
  );
  refuseRepeats(
    requests.flatMap(({ idempotencyKey }) => idempotencyKey ?? []),
    'idempotencyKey',
  );
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
    try {
      const found = await load(ctx, requests);
      const settled = await write(ctx, found, await plan(ctx, found));
      const outcomes = new Map(found.map(({ workflow }, index) => [workflow.id, settled[index]!]));
      return requests.map(({ workflowId }, index) => outcomes.get(workflowId) ?? notFound(given[index]!));
    } catch (error) {
      if (!(error instanceof StaleFactsError)) throw error;
    }
  }
  throw new UnavailableError('The sample is being changed over and over while this is decided; try again in a moment.');
}

/** One change alone. @throws NotFoundError when the workflow does not exist for the caller. */
export async function changeWorkflow(ctx: WorkflowsContext, request: ChangeRequest): Promise<Settled> {
  const [outcome] = await changeWorkflows(ctx, [request]);
  if (outcome?.kind === 'notFound') throw new NotFoundError('Workflow', outcome.workflowId);
  return outcome!;
}

function notFound({ workflowId }: ChangeRequest): NotFound {
  return { kind: 'notFound', workflowId };
}

/** Those whose workflow exists for the caller, in their order. */
async function load(ctx: WorkflowsContext, requests: readonly ChangeRequest[]): Promise<readonly Found[]> {
  const ids = requests.map(({ workflowId }) => workflowId);
  const rows = await ctx.store.read(scopeOf(ctx), (reader) => reader.byIds(ids));
  const byId = new Map(rows.map((workflow) => [workflow.id, workflow]));
  return requests.flatMap((request) => {
    const workflow = byId.get(request.workflowId);
    return workflow ? [{ request, workflow }] : [];
  });
}

async function plan(ctx: WorkflowsContext, found: readonly Found[]): Promise<readonly Plan[]> {
  const decided = found.map(({ request, workflow }) => ({
    workflow,
    decision: decide(workflow, request.command, ctx.viewer),
  }));
  const asking = decided.flatMap(({ workflow, decision }) =>
    decision.kind === 'proposed' && decision.question ? [{ workflow, question: decision.question }] : [],
  );
  const { verdicts, sampleVersions } = await askRules(ctx, asking);
  const now = ctx.clock();
  const positions = new Map(asking.map(({ workflow }, position) => [workflow.id, position]));
  return decided.map(({ workflow, decision }) => {
    if (decision.kind !== 'proposed') return decision;
    const position = positions.get(workflow.id);
    const verdict = position === undefined ? null : (verdicts[position] ?? null);
    const seen = position === undefined ? null : (sampleVersions[position] ?? null);
    return planOf(workflow, decision, verdict, seen, now);
  });
}

function planOf(
  workflow: Workflow,
  proposed: Proposed,
  verdict: Parameters<typeof conclude>[1],
  sampleVersionSeen: number | null,
  now: Date,
): Plan {
  const concluded = conclude(proposed, verdict, now);
  return concluded.kind === 'accepted'
    ? { kind: 'write', workflow, change: concluded.change, sampleVersionSeen }
    : concluded;
}

async function write(
  ctx: WorkflowsContext,
  found: readonly Found[],
  plans: readonly Plan[],
): Promise<readonly Settled[]> {
  const calls = found.map(({ request: { operation, idempotencyKey, workflowId, command } }) => ({
    operation,
    key: idempotencyKey,
    request: { workflowId, ...command },
  }));
  const answers = plans.flatMap((decided) => (decided.kind === 'write' ? [] : [decided]));
  if (answers.length === plans.length && calls.every(({ key }) => key === null || key === undefined)) return answers;
  return await ctx.store.write(actorOf(ctx), (writer) =>
    writer.onceEach<Settled>(calls, (fresh) =>
      perform(
        ctx,
        writer,
        fresh.map((index) => plans[index]!),
      ),
    ),
  );
}

async function perform(
  ctx: WorkflowsContext,
  writer: WorkflowWriter,
  plans: readonly Plan[],
): Promise<readonly Settled[]> {
  const planned = plans.flatMap((decided) => (decided.kind === 'write' ? [decided] : []));
  const claimed = planned.length === 0 ? new Set<string>() : await writer.claim(planned);
  const conflicts = await conflictsOf(
    writer,
    planned.filter(({ workflow }) => !claimed.has(workflow.id)),
  );
  const writes = planned.filter(({ workflow }) => claimed.has(workflow.id));
  await refuseStale(ctx, writes);
  const recorded = await recordChanges(writer, writes);
  const advanced = new Map(
    recorded.map((each): [string, Settled] => [each.workflow.id, { kind: 'advanced', ...each }]),
  );
  return plans.map((decided) =>
    decided.kind === 'write' ? (advanced.get(decided.workflow.id) ?? conflicts.get(decided.workflow.id)!) : decided,
  );
}

/**
 * The copy on the row, which the claim looks at, is as old as the delivery of an event: samples itself is asked last, while
 * the rows are locked.
 * @throws StaleFactsError when a sample has newer facts than the rules have seen.
 */
async function refuseStale(ctx: WorkflowsContext, writes: readonly Write[]): Promise<void> {
  const decided = writes.filter(({ sampleVersionSeen }) => sampleVersionSeen !== null);
  if (decided.length === 0) return;
  const versions = await ctx.samples.versionsOf(decided.map(({ workflow }) => workflow.sampleId));
  for (const { workflow, sampleVersionSeen } of decided) {
    if (versions.get(workflow.sampleId) !== sampleVersionSeen) throw new StaleFactsError();
  }
}

/**
 * Why changes were not written: somebody was faster.
 * @throws StaleFactsError when it is not the workflow but its sample that has changed.
 */
async function conflictsOf(writer: WorkflowWriter, missed: readonly Claim[]): Promise<ReadonlyMap<string, Conflict>> {
  if (missed.length === 0) return new Map();
  const current = await writer.byIds(missed.map(({ workflow }) => workflow.id));
  const before = new Map(missed.map(({ workflow }) => [workflow.id, workflow]));
  return new Map(
    current.map((workflow) => {
      if (workflow.version === before.get(workflow.id)?.version) throw new StaleFactsError();
      return [workflow.id, conflictOf(workflow)];
    }),
  );
}

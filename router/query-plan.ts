import type { IncomingHttpHeaders } from 'node:http';
import type { QueryPlan } from '@apollo/query-planner';
import { BadInputError, ForbiddenError } from '#platform/errors/index.ts';
import type { Access } from './access.ts';
import { isObject } from './execution/data.ts';
import type { Identified } from './identify.ts';
import type { RefusedOperation } from './operation/check.ts';
import type { PreparedOperation } from './operation/operation.ts';
import type { GraphQLResult } from './results.ts';

/** A client wants the plan beside the answer, or the plan alone and nothing run. */
export type PlanWish = 'include' | 'dry-run';

/** Whether a caller may see how operations are planned. */
export type PlanAccess = (identified: Identified) => boolean;

export const PLAN_HEADER = 'x-alims-query-plan';
/** The permission, or the scope of a foreign token, that lets a caller see plans wherever the router runs. */
export const PLAN_SCOPE = 'router:plan';

const WISHES: ReadonlyMap<unknown, PlanWish> = new Map<unknown, PlanWish>([
  ['include', 'include'],
  [true, 'include'],
  ['dry-run', 'dry-run'],
]);

/**
 * What the header `x-alims-query-plan` or `extensions.queryPlan` of a request asks for; null when neither does.
 * @throws BadInputError for a value that is none.
 */
export function planWishOf(headers: IncomingHttpHeaders, extensions: unknown): PlanWish | null {
  return (
    readWish(`The header ${PLAN_HEADER}`, headers[PLAN_HEADER]) ??
    readWish('extensions.queryPlan', isObject(extensions) ? extensions.queryPlan : undefined)
  );
}

function readWish(what: string, value: unknown): PlanWish | null {
  if (value === undefined || value === null || value === false) return null;
  const wish = WISHES.get(value);
  if (wish) return wish;
  throw new BadInputError(`${what} must be "include" or "dry-run", got ${JSON.stringify(value).slice(0, 100)}.`);
}

export function hasPlanScope({ access }: Identified): boolean {
  return access.scopes.has(PLAN_SCOPE);
}

/** Callers with the permission; where GraphiQL is served to this machine alone, everybody. */
export function defaultPlanAccess(host: string, graphiql: boolean): PlanAccess {
  const isLocal = graphiql && /^(localhost|127(\.\d+){3}|::1)$/.test(host);
  return isLocal ? () => true : hasPlanScope;
}

/** A wish that its caller may have: a dry run must not become a run because the plan may not be shown. */
export function refuseUnseen(wish: PlanWish | null, mayBeShown: PlanAccess, identified: Identified): void {
  if (wish === null || mayBeShown(identified)) return;
  throw new ForbiddenError(
    `Query plans are shown to callers with the permission ${PLAN_SCOPE}: leave ${PLAN_HEADER} and extensions.queryPlan out.`,
  );
}

interface Explained {
  readonly prepared: PreparedOperation | RefusedOperation;
  readonly access: Access;
}

/** The result with the plan in `extensions.queryPlan`; a dry run answers the plan alone. */
export async function withPlan(
  wish: PlanWish,
  { prepared, access }: Explained,
  run: () => Promise<GraphQLResult>,
): Promise<GraphQLResult> {
  if ('errors' in prepared) return run();
  const planned = await prepared.for(access);
  if ('errors' in planned) return planned;
  const queryPlan = await describePlan(planned.plan);
  if (wish === 'dry-run') return { data: 'null', extensions: { queryPlan } };
  // Whoever keeps it would show the plan to who has not asked for it.
  const { cacheControl: _, ...result } = await run();
  return { ...result, extensions: { ...result.extensions, queryPlan } };
}

/** The plan as text for people, and as the planner gives it. */
export interface DescribedPlan {
  readonly text: string;
  readonly plan: unknown;
}

async function describePlan(plan: QueryPlan): Promise<DescribedPlan> {
  // A router whose planner has a thread of its own has not loaded it here.
  const { prettyFormatQueryPlan } = await import('@apollo/query-planner');
  return { text: prettyFormatQueryPlan(plan), plan: JSON.parse(JSON.stringify(plan, withoutDocument)) };
}

// The fetch's operation is there as text already.
function withoutDocument(key: string, value: unknown): unknown {
  return key === 'operationDocumentNode' ? undefined : value;
}

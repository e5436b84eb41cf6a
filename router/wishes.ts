import type { IncomingHttpHeaders } from 'node:http';
import { costWishOf, withCost } from './cost-report.ts';
import type { Identified } from './identify.ts';
import type { GraphQLRequest, Pipeline, Prepared } from './pipeline.ts';
import { type PlanWish, planWishOf, withPlan } from './query-plan.ts';
import type { GraphQLResult } from './results.ts';

/** What a request wants to be told besides its answer. */
export interface Wishes {
  readonly plan: PlanWish | null;
  readonly cost: boolean;
}

/** @throws BadInputError for a wish that is none. */
export function wishesOf(headers: IncomingHttpHeaders, extensions: unknown): Wishes {
  return { plan: planWishOf(headers, extensions), cost: costWishOf(headers, extensions) };
}

export interface Running {
  readonly pipeline: Pick<Pipeline, 'maxCost'>;
  readonly prepared: Prepared;
  readonly request: GraphQLRequest;
  readonly access: Identified['access'];
}

/** The result with what was wished for; a dry run does not run. */
export async function withWishes(
  { plan, cost }: Wishes,
  { pipeline, prepared, request, access }: Running,
  run: () => Promise<GraphQLResult>,
): Promise<GraphQLResult> {
  const result = plan === null ? await run() : await withPlan(plan, { prepared, access }, run);
  return cost ? withCost(result, prepared, request, pipeline.maxCost) : result;
}

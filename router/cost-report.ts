import type { IncomingHttpHeaders } from 'node:http';
import { BadInputError } from '#platform/errors/index.ts';
import { isObject } from './execution/data.ts';
import type { GraphQLRequest, Prepared } from './pipeline.ts';
import type { GraphQLResult } from './results.ts';

export const COST_HEADER = 'x-alims-cost';

/** What an operation costs, in the weights of `@cost` and `@listSize`. */
export interface CostReport {
  /** Before it runs, from the document and its variables: an upper bound. */
  readonly estimated: number;
  /** From the answer, with lists as long as they came. Absent where nothing ran: a dry run, or an answer that was kept. */
  readonly actual?: number | undefined;
  /** What one operation may be estimated at. */
  readonly max: number;
}

/**
 * Whether the header `x-alims-cost` or `extensions.cost` of a request asks for its cost.
 * @throws BadInputError for a value that is none.
 */
export function costWishOf(headers: IncomingHttpHeaders, extensions: unknown): boolean {
  return (
    readWish(`The header ${COST_HEADER}`, headers[COST_HEADER]) ||
    readWish('extensions.cost', isObject(extensions) ? extensions.cost : undefined)
  );
}

function readWish(what: string, value: unknown): boolean {
  if (value === undefined || value === null || value === false) return false;
  if (value === 'include' || value === true) return true;
  throw new BadInputError(`${what} must be "include", got ${JSON.stringify(value).slice(0, 100)}.`);
}

/** The result with its cost in `extensions.cost`; what was refused says itself what it would have cost. */
export function withCost(
  { cacheControl: _, ...result }: GraphQLResult,
  prepared: Prepared,
  { variables }: GraphQLRequest,
  max: number,
): GraphQLResult {
  if ('errors' in prepared || result.data === undefined) return result;
  const coerced = prepared.coerce(variables);
  if ('errors' in coerced) return result;
  const cost: CostReport = { estimated: prepared.estimate(coerced.variables), actual: result.actualCost?.(), max };
  return { ...result, extensions: { ...result.extensions, cost } };
}

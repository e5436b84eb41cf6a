import type { Logger } from '#platform/logging/index.ts';
import { createDocumentStore, type DocumentStore } from './documents/store.ts';
import { FORWARD_NOTHING, type HeaderPolicy } from './headers/policy.ts';
import { checkParams, type Params } from './http/params.ts';
import type { Identified } from './identify.ts';
import type { GraphQLRequest, Pipeline, Prepared } from './pipeline.ts';
import { hasPlanScope, type PlanAccess } from './query-plan.ts';
import { type AddressOf, createAddressOf } from './rate/address.ts';
import { type RateLimiter, type Taker, UNLIMITED } from './rate/rate.ts';
import { defaultUsageAccess, type UsageAccess } from './usage/route.ts';

/** What every transport asks before an operation runs. */
export interface Edge {
  readonly headers: HeaderPolicy;
  readonly documents: DocumentStore;
  readonly rate: RateLimiter;
  readonly addressOf: AddressOf;
  /**
   * Who may see how operations are planned. Default: callers with the permission or scope `router:plan`, and everybody
   * where GraphiQL is served at an address of this machine alone.
   */
  readonly queryPlan: PlanAccess;
  /**
   * Who may see at `/usage` what the schema's fields are used for. Default: callers with the permission or scope
   * `router:usage`, and programs on the router's own machine.
   */
  readonly usage: UsageAccess;
}

const DEFAULT_REGISTERED_BYTES = 8 * 1024 * 1024;

/** Forwards nothing, serves every document, limits nobody, trusts no proxy: but for what is given. */
export function completeEdge(given: Partial<Edge> | undefined, logger: Logger): Edge {
  return {
    headers: FORWARD_NOTHING,
    documents: given?.documents ?? createDocumentStore({ maxBytes: DEFAULT_REGISTERED_BYTES, logger }),
    rate: UNLIMITED,
    addressOf: createAddressOf(null),
    queryPlan: hasPlanScope,
    usage: defaultUsageAccess,
    ...given,
  };
}

export interface Admitted {
  readonly request: GraphQLRequest;
  readonly prepared: Prepared;
}

/**
 * Finds the document of a request, prepares it, and counts it for its caller. Refusals of documents are results; throws
 * GraphQLError for what is no request, RateLimitedError for who has had enough for now.
 */
export async function admit(
  { documents, rate }: Edge,
  pipeline: Pipeline,
  { person, address }: Pick<Identified, 'person'> & Pick<Taker, 'address'>,
  params: Params,
): Promise<Admitted> {
  const taker = { person, address };
  await rate.takeRequest(taker);
  const request = checkParams(params, await documents.textOf(params));
  const prepared = await pipeline.prepare(request);
  if (!('errors' in prepared)) {
    await rate.takeOperation(taker, {
      name: prepared.name,
      kind: prepared.kind,
      cost: () => costOf(prepared, request),
    });
  }
  return { request, prepared };
}

/** An operation that is refused for its variables costs nearly nothing. */
function costOf(prepared: Exclude<Prepared, { readonly errors: unknown }>, { variables }: GraphQLRequest): number {
  const coerced = prepared.coerce(variables);
  return 'errors' in coerced ? 1 : Math.max(1, prepared.estimate(coerced.variables));
}

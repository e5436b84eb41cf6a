import type { QueryPlan } from '@apollo/query-planner';
import { GraphQLError, type GraphQLFormattedError, getVariableValues } from 'graphql';
import type { Logger } from '#platform/logging/index.ts';
import { type DataObject, isObject } from './execution/data.ts';
import { SubgraphFailure } from './execution/errors.ts';
import { type Caller, type Execution, isExplained, translatePaths } from './execution/execution.ts';
import type { Violation } from './execution/projection.ts';
import type { SubscriptionEvent } from './execution/subscription-plan.ts';
import type { RouterMetrics } from './metrics.ts';
import type { OperationLimits } from './operation/limits.ts';
import { refuseLarge } from './operation/limits-size.ts';
import { badInput, type PreparedOperation, type RefusedOperation } from './operation/operation.ts';
import { createOperationCache } from './operation/operation-cache.ts';
import { resolveAhead } from './resolve-ahead.ts';
import { createStream } from './stream.ts';
import type { SubgraphClient } from './subgraph-client.ts';
import type { SupergraphState } from './supergraph.ts';

export interface GraphQLRequest {
  readonly query: string;
  readonly operationName: string | null;
  readonly variables: Readonly<Record<string, unknown>>;
}

export interface GraphQLResult {
  /** Absent when the operation never ran. */
  readonly data?: DataObject | null;
  readonly errors?: readonly (GraphQLError | GraphQLFormattedError)[];
}

/** A stream of results; its return() closes what lies behind it at once, also while a next() waits. */
export type ResultStream = AsyncIterableIterator<GraphQLResult>;

/** Gives the caller of a long stream anew: its identity is short-lived, and may have been revoked. Throws when it has. */
export type Renew = () => Promise<Caller>;

export interface Pipeline {
  readonly state: SupergraphState;
  /** The operation's kind before it runs, for transports that serve only some kinds; null when the document is refused. */
  kindOf(request: GraphQLRequest): 'query' | 'mutation' | 'subscription' | null;
  /** How the operation would run; null when the document is refused. */
  planOf(request: GraphQLRequest): QueryPlan | null;
  execute(request: GraphQLRequest, caller: Caller): Promise<GraphQLResult>;
  /** One result when the subscription is refused, otherwise a stream that ends with the subgraph's. */
  subscribe(request: GraphQLRequest, caller: Caller, renew: Renew): Promise<GraphQLResult | ResultStream>;
}

export interface PipelineOptions {
  readonly state: SupergraphState;
  readonly subgraph: (name: string) => SubgraphClient;
  readonly limits: OperationLimits;
  readonly maxOperations: number;
  readonly logger: Logger;
  readonly metrics: RouterMetrics | undefined;
}

/** From a document and variables to a result: the same for every transport. */
export function createPipeline(options: PipelineOptions): Pipeline {
  const { state, limits, maxOperations } = options;
  const cache = createOperationCache({ state, limits, maxOperations });
  options.metrics?.planCacheSize(() => cache.size);
  const prepare = ({ query, operationName }: GraphQLRequest) => cache.get(query, operationName);
  return {
    state,
    kindOf(request) {
      const prepared = prepare(request);
      return 'errors' in prepared ? null : prepared.kind;
    },
    planOf(request) {
      const prepared = prepare(request);
      return 'errors' in prepared ? null : prepared.plan;
    },
    async execute(request, caller) {
      const started = performance.now();
      const prepared = prepare(request);
      const ready = makeReady(options, prepared, request.variables);
      const result = 'errors' in ready ? ready : await runOperation(options, ready, request.variables, caller);
      observe(options.metrics, prepared, result, (performance.now() - started) / 1000);
      return result;
    },
    async subscribe(request, caller, renew) {
      const ready = makeReady(options, prepare(request), request.variables);
      if ('errors' in ready) return ready;
      return openSubscription(options, ready, caller, renew);
    },
  };
}

interface Ready {
  readonly operation: PreparedOperation;
  readonly variables: Readonly<Record<string, unknown>>;
}

function makeReady(
  { state, limits }: PipelineOptions,
  prepared: PreparedOperation | RefusedOperation,
  raw: Readonly<Record<string, unknown>>,
): Ready | { readonly errors: readonly GraphQLError[] } {
  if ('errors' in prepared) return prepared;
  const definitions = prepared.definition.variableDefinitions ?? [];
  if (definitions.length === 0) return { operation: prepared, variables: {} };
  const { coerced, errors } = getVariableValues(state.schema, definitions, raw, { maxErrors: 20 });
  if (errors) return { errors: errors.map(badInput) };
  try {
    refuseLarge(prepared.estimate(coerced), limits);
  } catch (error) {
    if (error instanceof GraphQLError) return { errors: [badInput(error)] };
    throw error;
  }
  return { operation: prepared, variables: coerced };
}

function createExecution(options: PipelineOptions, ready: Ready, caller: Caller): Execution {
  const service = ready.operation.name ?? '(anonymous)';
  return {
    variables: ready.variables,
    caller,
    subgraph: options.subgraph,
    root: {},
    errors: [],
    failedPaths: [],
    onFailure(failure) {
      if (failure.reason === 'aborted') return;
      const { requestId } = caller;
      options.logger.warn(
        { err: failure, requestId, operation: service, subgraph: failure.service, reason: failure.reason },
        'a subgraph gave no usable answer',
      );
    },
  };
}

async function runOperation(
  options: PipelineOptions,
  ready: Ready,
  rawVariables: Readonly<Record<string, unknown>>,
  caller: Caller,
): Promise<GraphQLResult> {
  const { operation } = ready;
  const execution = createExecution(options, ready, caller);
  await operation.run?.(execution, [execution.root]);
  return finish(options, execution, ready, operation.introspect?.(rawVariables) ?? null);
}

function finish(
  options: PipelineOptions,
  execution: Execution,
  ready: Ready,
  introspection: Readonly<Record<string, unknown>> | null,
): GraphQLResult {
  const { operation, variables } = ready;
  const violations: Violation[] = [];
  if (execution.errors.length > 0) translatePaths(execution, operation.clientKeys);
  const data = operation.project(execution.root, { variables, introspection, violations });
  for (const { message, path } of violations) {
    if (isExplained(execution, path)) continue;
    execution.errors.push({ message, path, extensions: { code: 'INTERNAL' } });
  }
  if (!operation.run && !operation.subscription && data) reportUnplanned(execution, data, introspection);
  return execution.errors.length > 0 ? { data, errors: execution.errors } : { data };
}

// The planner gives an empty plan for a selection that no subgraph can resolve; null alone would look like an answer.
function reportUnplanned(
  execution: Execution,
  data: DataObject,
  introspection: Readonly<Record<string, unknown>> | null,
): void {
  for (const [key, value] of Object.entries(data)) {
    if (value !== null || (introspection && key in introspection)) continue;
    const message = `No subgraph can resolve ${JSON.stringify(key)} as it is selected here.`;
    execution.errors.push({ message, path: [key], extensions: { code: 'UNAVAILABLE' } });
  }
}

function observe(
  metrics: RouterMetrics | undefined,
  prepared: PreparedOperation | RefusedOperation,
  result: GraphQLResult,
  seconds: number,
): void {
  const kind = 'errors' in prepared ? 'unknown' : prepared.kind;
  const failed = result.data === null ? 'failed' : 'partial';
  const outcome = !('data' in result) ? 'refused' : result.errors ? failed : 'ok';
  metrics?.operation(kind, outcome, seconds);
}

async function openSubscription(
  options: PipelineOptions,
  ready: Ready,
  caller: Caller,
  renew: Renew,
): Promise<GraphQLResult | ResultStream> {
  const { subscription } = ready.operation;
  if (!subscription) return { errors: [badInput(new GraphQLError('The operation is not a subscription.'))] };
  const closing = new AbortController();
  const upstreamCaller = { ...caller, signal: closing.signal };
  const { primary } = subscription;
  try {
    const body = primary.body(ready.variables, '');
    const call = { body, kind: primary.kind, operationName: primary.operationName, caller: upstreamCaller };
    const events = await options.subgraph(primary.service).subscribe(call);
    const results = runEvents(options, ready, events, { caller: upstreamCaller, renew });
    options.metrics?.subscriptions(1);
    return createStream(results, () => {
      closing.abort();
      options.metrics?.subscriptions(-1);
    });
  } catch (error) {
    closing.abort();
    if (!(error instanceof SubgraphFailure)) throw error;
    const execution = createExecution(options, ready, caller);
    execution.onFailure(error);
    return { data: null, errors: [streamLost(error)] };
  }
}

/** So many events of one subscription are completed at the same time; each may hold what its subgraphs answered. */
const EVENTS_AHEAD = 8;

/** Events reach the client in the order in which the subgraph sent them. */
async function* runEvents(
  options: PipelineOptions,
  ready: Ready,
  events: AsyncIterable<SubscriptionEvent>,
  { caller, renew }: { readonly caller: Caller; readonly renew: Renew },
): AsyncGenerator<GraphQLResult> {
  const { signal } = caller;
  const complete = async (event: SubscriptionEvent): Promise<GraphQLResult> => {
    const execution = createExecution(options, ready, await renew());
    // The reader left while its session was confirmed.
    if (signal?.aborted) return { data: null };
    await ready.operation.subscription?.runEvent(execution, event);
    // A refusal has no data: the field's null would only repeat it.
    if (!isObject(event.data) && execution.errors.length > 0) return { data: null, errors: execution.errors };
    return finish(options, execution, ready, null);
  };
  try {
    for await (const result of resolveAhead(events, EVENTS_AHEAD, complete)) {
      if (signal?.aborted) return;
      options.metrics?.subscriptionEvent();
      yield result;
    }
  } catch (error) {
    if (!(error instanceof SubgraphFailure)) throw error;
    createExecution(options, ready, caller).onFailure(error);
    yield { data: null, errors: [streamLost(error)] };
  }
}

function streamLost(failure: SubgraphFailure): GraphQLFormattedError {
  return {
    message:
      `The stream from service ${JSON.stringify(failure.service)} was lost. ` +
      'Subscribe again with "after" set to the cursor of the last event that you received: nothing is lost.',
    extensions: { code: 'UNAVAILABLE', service: failure.service, reconnect: true },
  };
}

import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import type { FollowedIdentity } from '#platform/identity/index.ts';
import type { Logger } from '#platform/logging/index.ts';
import type { Access } from './access.ts';
import { isObject } from './execution/data.ts';
import { SubgraphFailure } from './execution/errors.ts';
import { type Caller, type Execution, isExplained, translatePaths } from './execution/execution.ts';
import type { Violation } from './execution/projection.ts';
import type { SubscriptionEvent, SubscriptionPlan } from './execution/subscription-plan.ts';
import { callerOf, type Identified, type Origin } from './identify.ts';
import type { RouterMetrics } from './metrics.ts';
import { badInput, type RefusedOperation } from './operation/check.ts';
import type { OperationOptions, PlannedOperation, PreparedOperation } from './operation/operation.ts';
import { createOperationCache, type UsedOperation } from './operation/operation-cache.ts';
import type { Planner } from './operation/planner.ts';
import type { Resume } from './operation/resume.ts';
import type { ResponseCache } from './response-cache/cache.ts';
import { type Caching, createCaching, type Run } from './response-cache/caching.ts';
import type { Invalidation } from './response-cache/tags.ts';
import { errorResult, type GraphQLResult, outcomeOf } from './results.ts';
import { createSharedExecutions } from './shared-executions.ts';
import { type ChannelSource, type Completed, createChannel, type Subscriber } from './subscriptions/channel.ts';
import { type Channels, createChannels } from './subscriptions/channels.ts';
import { openResuming } from './subscriptions/resume.ts';
import type { SupergraphState } from './supergraph.ts';
import { traceEvent, traceExecution, traceSubscription } from './telemetry/trace-operations.ts';
import type { Tracing } from './telemetry/tracing.ts';
import type { ChangeCounter } from './upstream/shared-flights.ts';
import type { SubgraphClient } from './upstream/subgraph-client.ts';
import type { UsageRecorder } from './usage/recorder.ts';

export interface GraphQLRequest {
  readonly query: string;
  readonly operationName: string | null;
  readonly variables: Readonly<Record<string, unknown>>;
}

export type Prepared = PreparedOperation | RefusedOperation;

/** Whose stream it is. */
export interface StreamClient {
  readonly origin: Origin;
  readonly identified: Identified;
  /** The cursor of the last event that the client has seen, where its transport tells it. */
  readonly lastEventId: string | null;
}

/** An open stream of one client. */
export interface Subscription {
  /** The client has left. */
  leave(): void;
}

export interface Pipeline {
  readonly state: SupergraphState;
  /** Never throws for what a client sent. */
  prepare(request: GraphQLRequest): Prepared | Promise<Prepared>;
  execute(prepared: Prepared, request: GraphQLRequest, caller: Caller): Promise<GraphQLResult>;
  /** Results go to the subscriber; a result instead of a subscription is a refusal, and the subscriber hears nothing. */
  subscribe(
    prepared: Prepared,
    request: GraphQLRequest,
    client: StreamClient,
    subscriber: Subscriber,
  ): Promise<GraphQLResult | Subscription>;
  /** Drops kept answers. @throws BadInputError for a type or key that the supergraph does not have. */
  invalidate(targets: readonly Invalidation[]): void;
  /** Gives every open stream this result as its last; whoever subscribes from now on is refused with it. */
  endStreams(last: GraphQLResult): void;
  /** What one operation may be estimated at. */
  readonly maxCost: number;
  /** Streams from subgraphs that are open now. */
  readonly upstreams: number;
  /** Operations kept ready. */
  readonly operations: number;
  /** At most `count` of them, the most used first. */
  mostUsed(count: number): readonly UsedOperation[];
  /** Makes one ready before it is asked for. False when it would be refused. */
  warm(operation: UsedOperation): Promise<boolean>;
}

export interface PipelineOptions extends Partial<OperationOptions> {
  readonly state: SupergraphState;
  readonly subgraph: (name: string) => SubgraphClient;
  readonly limits: OperationOptions['limits'];
  /** Default: plans are made in this thread. */
  readonly planner?: Planner | undefined;
  readonly maxOperations: number;
  /** Counts what may have changed the data of subgraphs. */
  readonly changes?: ChangeCounter | undefined;
  /** One execution for all callers of one scope who ask the same at the same time. Default true. */
  readonly shareExecutions?: boolean | undefined;
  /** Where answers are kept that the supergraph lets be kept; default: nowhere. */
  readonly responseCache?: ResponseCache | undefined;
  readonly logger: Logger;
  readonly metrics: RouterMetrics | undefined;
  readonly usage?: UsageRecorder | undefined;
  readonly tracing?: Tracing | undefined;
  /** Called for what is under way without a request, so that nothing is closed before its end. */
  readonly hold?: (() => Disposable) | undefined;
}

interface Running extends PipelineOptions {
  readonly caching: Caching;
}

/** From a document and variables to a result: the same for every transport. */
export function createPipeline(given: PipelineOptions): Pipeline {
  const { state, metrics, tracing } = given;
  const caching = createCaching(state, given.responseCache ?? null, metrics?.lookups.responses);
  const options: Running = { ...given, caching };
  const { planner = state.planner, unauthorized = 'filter', introspection = true, suggestions = true } = options;
  const cache = createOperationCache({
    ...options,
    planner,
    unauthorized,
    introspection,
    suggestions,
    lookups: metrics?.lookups.operations,
  });
  const channels = createChannels();
  const shared = createSharedExecutions(options.changes ?? { count: 0 });
  const run = (ready: Ready, raw: GraphQLRequest['variables'], caller: Caller): Promise<GraphQLResult> => {
    if (options.shareExecutions === false || ready.operation.kind !== 'query') {
      return runOperation(options, ready, raw, caller);
    }
    const key = `${caller.scope}\n${JSON.stringify(ready.variables)}`;
    return shared.run(ready.operation, key, caller.signal, (signal) =>
      runOperation(options, ready, raw, { ...caller, signal }),
    );
  };
  const execute: Pipeline['execute'] = async (prepared, request, caller) => {
    const started = performance.now();
    const ready = await makeReady(prepared, request.variables, caller.access);
    if (!('errors' in ready)) countUse(options, ready, request, caller.clientName);
    const result =
      'errors' in ready ? ready : (caching.find(ready, caller) ?? (await run(ready, request.variables, caller)));
    observe(metrics, prepared, result, (performance.now() - started) / 1000);
    return result;
  };
  let ended: GraphQLResult | null = null;
  const subscribe: Pipeline['subscribe'] = async (prepared, request, client, subscriber) => {
    const ready = await makeReady(prepared, request.variables, client.identified.access);
    if (ended) return ended;
    if ('errors' in ready) return ready;
    countUse(options, ready, request, client.origin.clientName);
    return openSubscription(options, channels, ready, { client, subscriber });
  };
  return {
    state,
    prepare: ({ query, operationName }) => cache.get(query, operationName),
    execute: tracing ? (...asked) => traceExecution(tracing, execute, asked) : execute,
    subscribe: tracing ? (...asked) => traceSubscription(tracing, subscribe, asked) : subscribe,
    invalidate: caching.invalidate,
    endStreams(last) {
      ended = last;
      channels.end(last);
    },
    maxCost: given.limits.maxCost,
    get upstreams() {
      return channels.size;
    },
    get operations() {
      return cache.size;
    },
    mostUsed: (count) => cache.mostUsed(count),
    warm: (operation) => cache.warm(operation),
  };
}

function countUse(
  { usage, state }: PipelineOptions,
  { prepared }: Ready,
  { variables }: GraphQLRequest,
  client: string | null | undefined,
): void {
  usage?.count({ schema: state.schema, prepared, client: client ?? null, variables });
}

interface Ready extends Run {
  readonly introspect: PreparedOperation['introspect'];
}

/** Variables are looked at before planning: an operation that is too dear for them is not worth a plan. */
async function makeReady(
  prepared: Prepared,
  raw: Readonly<Record<string, unknown>>,
  access: Access,
): Promise<Ready | RefusedOperation> {
  if ('errors' in prepared) return prepared;
  const coerced = prepared.coerce(raw);
  if ('errors' in coerced) return coerced;
  const operation = await prepared.for(access);
  if ('errors' in operation) return operation;
  return { prepared, operation, introspect: prepared.introspect, variables: coerced.variables };
}

function createExecution(options: PipelineOptions, ready: Ready, caller: Caller): Execution {
  return {
    variables: ready.variables,
    caller,
    shareFetches: ready.operation.kind === 'query',
    subgraph: options.subgraph,
    root: {},
    errors: [],
    failedPaths: [],
    gathering: new Map(),
    onFailure: (failure) => logFailure(options.logger, failure, ready.operation, caller),
  };
}

function logFailure(logger: Logger, failure: SubgraphFailure, { name }: PlannedOperation, { requestId }: Caller): void {
  if (failure.reason === 'aborted') return;
  logger.warn(
    { err: failure, requestId, operation: name ?? '(anonymous)', subgraph: failure.service, reason: failure.reason },
    'a subgraph gave no usable answer',
  );
}

async function runOperation(
  options: Running,
  ready: Ready,
  rawVariables: Readonly<Record<string, unknown>>,
  caller: Caller,
): Promise<GraphQLResult> {
  const execution = createExecution(options, ready, caller);
  const { operation, variables } = ready;
  const end = options.caching.begin(ready, caller);
  await operation.run?.(execution, [execution.root]);
  const result = end(execution.root, finish(execution, ready, ready.introspect?.(rawVariables) ?? null));
  return { ...result, actualCost: () => operation.actualCost(execution.root, variables) };
}

function finish(
  execution: Execution,
  ready: Ready,
  introspection: Readonly<Record<string, unknown>> | null,
): GraphQLResult {
  const { operation, variables } = ready;
  const violations: Violation[] = [];
  operation.reportUnplanned(execution);
  if (execution.errors.length > 0) translatePaths(execution, operation.clientKeys);
  const data = operation.projection.write(execution.root, { variables, introspection, violations });
  for (const { message, path, extensions } of violations) {
    if (!extensions && isExplained(execution, path)) continue;
    execution.errors.push({ message, path, extensions: { ...(extensions ?? BROKEN) } });
  }
  if (execution.errors.length === 0) return { data };
  return { data: isUnanswered(operation, data) ? 'null' : data, errors: execution.errors };
}

const BROKEN = { code: 'INTERNAL' };

// Nothing was asked of anybody, and nothing is known without: a null for every field would look like an answer.
function isUnanswered({ isUnplannable }: PlannedOperation, data: string): boolean {
  return isUnplannable && Object.values(JSON.parse(data) ?? {}).every((value) => value === null);
}

function observe(metrics: RouterMetrics | undefined, prepared: Prepared, result: GraphQLResult, seconds: number): void {
  const kind = 'errors' in prepared ? 'unknown' : prepared.kind;
  const outcome = outcomeOf(result);
  metrics?.operation('errors' in prepared ? undefined : prepared.name, kind, outcome, seconds);
  if (outcome === 'refused') metrics?.refused(result.errors ?? []);
}

interface Joining {
  readonly client: StreamClient;
  readonly subscriber: Subscriber;
}

async function openSubscription(
  options: Running,
  channels: Channels,
  ready: Ready,
  { client, subscriber }: Joining,
): Promise<GraphQLResult | Subscription> {
  const { subscription, kind } = ready.operation;
  if (kind !== 'subscription') {
    return { errors: [badInput(new GraphQLError('The operation is not a subscription.'))] };
  }
  // The whole of it is denied to this client: nothing is opened.
  if (!subscription) {
    return finish(createExecution(options, ready, callerOf(client.origin, client.identified, null)), ready, null);
  }
  const from = startingAt(ready, subscription.resume, client.lastEventId);
  const { scope } = callerOf(client.origin, client.identified, null);
  const create = (onClose: () => void) => createChannel(sourceOf(options, from, client, onClose));
  // A stream that begins in the past belongs to its client alone: who came later would miss what it has replayed.
  const channel = startsAtCursor(from, subscription)
    ? channels.alone(create)
    : channels.get(ready.operation, `${scope}\n${JSON.stringify(from.variables)}`, create);
  const refusal = await channel.join(subscriber);
  if (refusal) return refusal;
  let open = true;
  return {
    leave() {
      if (!open) return;
      open = false;
      channel.leave(subscriber);
    },
  };
}

function startingAt(ready: Ready, resume: Resume | null, cursor: string | null): Ready {
  if (resume === null || cursor === null) return ready;
  return { ...ready, variables: { ...ready.variables, [resume.variable]: cursor } };
}

function startsAtCursor({ variables }: Ready, { resume }: SubscriptionPlan): boolean {
  if (resume === null) return false;
  const after = variables[resume.variable];
  return resume.beginsAtCursor || (after !== undefined && after !== null);
}

/** The first client of a channel opens it for all: they have one scope, so every subgraph answers them alike. */
function sourceOf(
  options: Running,
  ready: Ready,
  { origin, identified }: StreamClient,
  onClose: () => void,
): ChannelSource<SubscriptionEvent> {
  const { logger } = options;
  const callerNow = async (followed: FollowedIdentity | null): Promise<Caller> => {
    if (!followed) return callerOf(origin, identified, null);
    return callerOf(origin, { ...identified, identityHeader: await followed.header() }, null);
  };
  return {
    open: (signal, followed) =>
      openUpstream(options, ready, async () => ({ ...(await callerNow(followed)), signal }), signal),
    async complete(event, followed) {
      using _held = options.hold?.();
      options.metrics?.subscriptionEvent();
      const caller = await callerNow(followed);
      if (!options.tracing) return completeEvent(options, ready, event, caller);
      const { name } = ready.operation;
      return traceEvent(options.tracing, { name, caller }, (traced) => completeEvent(options, ready, event, traced));
    },
    lost(error) {
      if (!(error instanceof SubgraphFailure)) return errorResult(error, origin.requestId, logger);
      logFailure(logger, error, ready.operation, callerOf(origin, identified, null));
      return { data: 'null', errors: [streamLost(error)] };
    },
    follow: (onEnd) => identified.follow?.((why) => onEnd(errorResult(why, origin.requestId, logger))) ?? null,
    onClose,
  };
}

async function openUpstream(
  options: PipelineOptions,
  ready: Ready,
  callerNow: () => Promise<Caller>,
  signal: AbortSignal,
): Promise<AsyncIterable<SubscriptionEvent> | GraphQLResult> {
  const plan = ready.operation.subscription;
  if (!plan) throw new Error('Only a subscription has an upstream.');
  const { primary, resume } = plan;
  const onFailure = async (failure: SubgraphFailure) =>
    logFailure(options.logger, failure, ready.operation, await callerNow());
  const open = async (after: string | null) => {
    const { kind, operationName, service } = primary;
    const body = primary.body(startingAt(ready, resume, after).variables, '');
    return options.subgraph(service).subscribe({ body, kind, operationName, caller: await callerNow() });
  };
  try {
    return await openResuming({
      open,
      cursorOf: plan.cursorOf,
      startedAtCursor: startsAtCursor(ready, plan),
      signal,
      onRetry: (failure) => void onFailure(failure),
    });
  } catch (error) {
    if (!(error instanceof SubgraphFailure)) throw error;
    await onFailure(error);
    return { data: 'null', errors: [streamLost(error)] };
  }
}

async function completeEvent(
  options: Running,
  ready: Ready,
  event: SubscriptionEvent,
  caller: Caller,
): Promise<Completed> {
  const execution = createExecution(options, ready, caller);
  const { subscription } = ready.operation;
  const cursor = subscription?.cursorOf(event) ?? null;
  await subscription?.runEvent(execution, event);
  // A refusal has no data: the field's null would only repeat it.
  const refused = !isObject(event.data) && execution.errors.length > 0;
  const result = refused ? { data: 'null', errors: execution.errors } : finish(execution, ready, null);
  options.caching.dropChanged(ready, execution.root, result);
  return { result, cursor };
}

function streamLost(failure: SubgraphFailure): GraphQLFormattedError {
  return {
    message:
      `The stream from service ${JSON.stringify(failure.service)} was lost. ` +
      'Subscribe again with "after" set to the cursor of the last event that you received: nothing is lost.',
    extensions: { code: 'UNAVAILABLE', service: failure.service, reconnect: true },
  };
}

import type { Caller } from '../execution/execution.ts';
import type { Pipeline } from '../pipeline.ts';
import { type GraphQLResult, outcomeOf } from '../results.ts';
import type { TraceParent, TraceSpan, Tracing } from './tracing.ts';

type Execute = Pipeline['execute'];

/** Tells one execution; what it asks of subgraphs belongs to it. */
export function traceExecution(
  tracing: Tracing,
  execute: Execute,
  [prepared, request, caller]: Parameters<Execute>,
): Promise<GraphQLResult> {
  const { name, kind } = 'errors' in prepared ? REFUSED : prepared;
  const span = tracing.operation(caller.traceparent, { name, kind, clientName: caller.clientName ?? null });
  return told(
    span,
    caller,
    (traced) => execute(prepared, request, traced),
    (result) => result,
  );
}

const REFUSED = { name: null, kind: 'unknown' } as const;

type Subscribe = Pipeline['subscribe'];

/** Tells the opening of a stream: its events name it. */
export function traceSubscription(
  tracing: Tracing,
  subscribe: Subscribe,
  [prepared, request, client, subscriber]: Parameters<Subscribe>,
): ReturnType<Subscribe> {
  const { name, kind } = 'errors' in prepared ? REFUSED : prepared;
  const { origin } = client;
  const span = tracing.operation(origin.traceparent, { name, kind, clientName: origin.clientName ?? null });
  return told(
    span,
    origin,
    (traced) => subscribe(prepared, request, { ...client, origin: traced }, subscriber),
    (opened) => ('leave' in opened ? OPENED : opened),
  );
}

const OPENED: GraphQLResult = { data: '{}' };

/** Tells the completion of one event. */
export function traceEvent<T extends { readonly result: GraphQLResult }>(
  tracing: Tracing,
  { name, caller }: { readonly name: string | null; readonly caller: Caller },
  complete: (caller: Caller) => Promise<T>,
): Promise<T> {
  const span = tracing.event(caller.traceparent, name);
  return told(span, caller, complete, ({ result }) => result);
}

async function told<Asker extends { readonly traceparent: TraceParent }, T>(
  span: TraceSpan,
  asker: Asker,
  run: (asker: Asker) => Promise<T>,
  resultOf: (answer: T) => GraphQLResult,
): Promise<T> {
  try {
    const answer = await run({ ...asker, traceparent: span.traceparent });
    span.end({ outcome: outcomeOf(resultOf(answer)) });
    return answer;
  } catch (failure) {
    span.end({ outcome: 'failed', failure });
    throw failure;
  }
}

import { isObject } from '../execution/data.ts';
import { SubgraphFailure } from '../execution/errors.ts';
import type { SubscriptionEvent } from '../execution/subscription-plan.ts';
import { decodeUtf8, invalidAnswer, readAnswer } from './answer.ts';
import { createEventQueue, type EventQueue } from './event-queue.ts';
import { asFailure, clientLeft, timedOut } from './failure.ts';
import { createEventStreamParser, type EventStreamParser, type ServerSentEvent } from './sse.ts';
import type { AnswerSink, AnswerSource, Headers, Transport } from './transport.ts';

export interface EventStreamPlan {
  readonly service: string;
  readonly transport: Transport;
  readonly body: string;
  readonly headers: Headers;
  /** Milliseconds until the stream stands; from then on it may be silent. */
  readonly timeoutMs: number;
  /** Bytes of one event, and of a refusal. */
  readonly maxBytes: number;
  readonly signal: AbortSignal | null;
  /** Called before the reader gets an event. */
  onEvent(): void;
}

/** Opens a stream of server-sent events, "distinct connections mode" of GraphQL over SSE. */
export function openEventStream(plan: EventStreamPlan): Promise<AsyncIterable<SubscriptionEvent>> {
  const { service, signal } = plan;
  const { promise, resolve, reject } = Promise.withResolvers<AsyncIterable<SubscriptionEvent>>();
  const queue = createEventQueue<SubscriptionEvent>({
    onPause: () => source.pause(),
    onResume: () => source.resume(),
    onReturn: close,
  });

  function close(): void {
    clearTimeout(timeout);
    signal?.removeEventListener('abort', onAbort);
    source.close();
  }

  function fail(failure: SubgraphFailure): void {
    close();
    reject(failure);
    queue.fail(failure);
  }

  function onAbort(): void {
    close();
    queue.cut();
    reject(clientLeft(service));
  }

  const sink = createSink(plan, queue, {
    stand() {
      clearTimeout(timeout);
      resolve(queue);
    },
    close,
    fail,
  });
  const timeout = setTimeout(() => fail(timedOut(service, plan.timeoutMs)), plan.timeoutMs);
  const source: AnswerSource = plan.transport.stream(plan.body, plan.headers, sink);
  signal?.addEventListener('abort', onAbort);
  if (signal?.aborted) onAbort();
  return promise;
}

interface Stream {
  /** The subgraph has accepted the subscription. */
  stand(): void;
  close(): void;
  fail(failure: SubgraphFailure): void;
}

function createSink(plan: EventStreamPlan, queue: EventQueue<SubscriptionEvent>, stream: Stream): AnswerSink {
  const { service } = plan;
  let status = 0;
  let parser: EventStreamParser | null = null;
  const refusal: Uint8Array[] = [];
  let refusalBytes = 0;

  function take({ event, data }: ServerSentEvent): void {
    if (event === 'complete') {
      queue.end();
      stream.close();
    } else if (event === 'next') {
      plan.onEvent();
      queue.push(readEvent(service, status, data));
    }
  }

  function collect(bytes: Uint8Array): void {
    refusal.push(bytes);
    refusalBytes += bytes.length;
    if (refusalBytes > plan.maxBytes) {
      throw invalidAnswer(service, status, `the answer is longer than ${plan.maxBytes} bytes`);
    }
  }

  // A refusal comes as one ordinary result.
  function takeRefusal(): void {
    const text = decodeUtf8(Buffer.concat(refusal), service, status);
    const { data, errors } = readAnswer(service, { status, text, location: null });
    queue.push({ data, errors: errors ?? [] });
    queue.end();
    stream.stand();
    stream.close();
  }

  const guard = (step: () => void) => {
    try {
      step();
    } catch (error) {
      stream.fail(
        error instanceof RangeError ? invalidAnswer(service, status, error.message) : asFailure(service, error),
      );
    }
  };
  return {
    open(answered, contentType) {
      status = answered;
      if (status !== 200 || !contentType.startsWith('text/event-stream')) return;
      const decode = (bytes: Buffer) => decodeUtf8(bytes, service, status);
      parser = createEventStreamParser({ onEvent: take, decode, maxEventBytes: plan.maxBytes });
      stream.stand();
    },
    data: (bytes) => guard(() => (parser ? parser.push(bytes) : collect(bytes))),
    end() {
      if (parser) stream.fail(new SubgraphFailure(service, 'unreachable', 'the stream ended without being completed'));
      else guard(takeRefusal);
    },
    fail: (error) => stream.fail(asFailure(service, error)),
  };
}

function readEvent(service: string, status: number, data: string): SubscriptionEvent {
  let result: unknown;
  try {
    result = JSON.parse(data);
  } catch (error) {
    throw invalidAnswer(service, status, 'an event is not JSON', data, error);
  }
  if (!isObject(result)) throw invalidAnswer(service, status, 'an event is not an object', data);
  return result;
}

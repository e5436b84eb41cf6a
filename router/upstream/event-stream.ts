import { isObject } from '../execution/data.ts';
import { SubgraphFailure } from '../execution/errors.ts';
import type { SubscriptionEvent } from '../execution/subscription-plan.ts';
import { decodeUtf8, invalidAnswer, readAnswer } from './answer.ts';
import { asFailure } from './failure.ts';
import { createEventStreamParser, type EventStreamParser, type ServerSentEvent } from './sse.ts';
import { createSubscriptionStream, type SubscriptionRequest, type SubscriptionStream } from './subscription-stream.ts';
import type { AnswerSink, AnswerSource, Headers, Transport } from './transport.ts';

export interface EventStreamRequest extends SubscriptionRequest {
  readonly transport: Transport;
  readonly body: string;
  readonly headers: Headers;
  /** Bytes of one event, and of a refusal. */
  readonly maxBytes: number;
}

/** Subscribes by server-sent events, the "distinct connections mode" of GraphQL over SSE. */
export function openEventStream(request: EventStreamRequest): Promise<AsyncIterable<SubscriptionEvent>> {
  let answer: AnswerSource | null = null;
  const stream = createSubscriptionStream(request, {
    pause: () => answer?.pause(),
    resume: () => answer?.resume(),
    close: () => answer?.close(),
  });
  answer = request.transport.stream(request.body, request.headers, createSink(request, stream));
  if (stream.over) answer.close();
  return stream.opened;
}

function createSink({ service, maxBytes }: EventStreamRequest, stream: SubscriptionStream): AnswerSink {
  let status = 0;
  let parser: EventStreamParser | null = null;
  const refusal: Uint8Array[] = [];
  let refusalBytes = 0;

  function take({ event, data }: ServerSentEvent): void {
    if (event === 'complete') stream.end();
    else if (event === 'next') stream.next(readEvent(service, status, data));
  }

  function collect(bytes: Uint8Array): void {
    refusal.push(bytes);
    refusalBytes += bytes.length;
    if (refusalBytes > maxBytes) throw invalidAnswer(service, status, `the answer is longer than ${maxBytes} bytes`);
  }

  // A refusal comes as one ordinary result.
  function takeRefusal(): void {
    const text = decodeUtf8(Buffer.concat(refusal), service, status);
    const { data, errors } = readAnswer(service, { status, text, location: null });
    stream.next({ data, errors: errors ?? [] });
    stream.end();
  }

  function guard(step: () => void): void {
    try {
      step();
    } catch (error) {
      const tooLong = error instanceof RangeError;
      stream.fail(tooLong ? invalidAnswer(service, status, error.message) : asFailure(service, error));
    }
  }

  return {
    open(answered, contentType) {
      status = answered;
      if (status !== 200 || !contentType.startsWith('text/event-stream')) return;
      const decode = (bytes: Buffer) => decodeUtf8(bytes, service, status);
      parser = createEventStreamParser({ onEvent: take, decode, maxEventBytes: maxBytes });
      stream.stand();
    },
    data(bytes) {
      stream.alive();
      guard(() => (parser ? parser.push(bytes) : collect(bytes)));
    },
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

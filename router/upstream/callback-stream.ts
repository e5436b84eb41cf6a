import { isUtf8 } from 'node:buffer';
import { randomBytes, randomUUID, timingSafeEqual } from 'node:crypto';
import { isObject } from '../execution/data.ts';
import type { SubscriptionEvent } from '../execution/subscription-plan.ts';
import type { FetchHandler } from '../http/bridge.ts';
import { invalidAnswer, readAnswer } from './answer.ts';
import { asFailure } from './failure.ts';
import { createSubscriptionStream, type SubscriptionRequest, type SubscriptionStream } from './subscription-stream.ts';
import type { Answer, Headers, Transport } from './transport.ts';

export interface CallbackRequest extends SubscriptionRequest {
  readonly transport: Transport;
  readonly body: string;
  readonly headers: Headers;
  /** Bytes of one message. */
  readonly maxBytes: number;
}

/** Subscriptions by Apollo's HTTP callback protocol 1.0: the subgraph posts its events to this router. */
export interface CallbackStreams {
  open(request: CallbackRequest): Promise<AsyncIterable<SubscriptionEvent>>;
  /** Takes what subgraphs post. */
  readonly handler: FetchHandler;
}

export const CALLBACK_ACCEPT = 'application/json;callbackSpec=1.0';

interface Registration {
  readonly stream: SubscriptionStream;
  readonly verifier: string;
  readonly maxBytes: number;
  checked: boolean;
  /** Resolves when the reader has caught up; null when it is not behind. */
  behind: PromiseWithResolvers<void> | null;
}

/** Subgraphs reach the handler at `url` with an id as one more step of the path. */
export function createCallbackStreams(url: string): CallbackStreams {
  const registrations = new Map<string, Registration>();

  function register(id: string, request: CallbackRequest, onClose: () => void): Registration {
    const stream = createSubscriptionStream(request, {
      pause() {
        registration.behind ??= Promise.withResolvers();
      },
      resume() {
        registration.behind?.resolve();
        registration.behind = null;
      },
      close() {
        registrations.delete(id);
        registration.behind?.resolve();
        onClose();
      },
    });
    const verifier = randomBytes(32).toString('base64url');
    const registration: Registration = {
      stream,
      verifier,
      maxBytes: request.maxBytes,
      checked: false,
      behind: null,
    };
    registrations.set(id, registration);
    return registration;
  }

  return {
    open(request) {
      const id = randomUUID();
      const { service, transport, silenceMs } = request;
      const registration = register(id, request, () => exchange?.cancel(new Error('The subscription is over.')));
      const { stream, verifier } = registration;
      const exchange = transport.ask(
        withExtension(request.body, {
          callbackUrl: `${url}/${id}`,
          subscriptionId: id,
          verifier,
          heartbeatIntervalMs: silenceMs === null ? 0 : Math.floor(silenceMs / 3),
        }),
        request.headers,
        false,
      );
      exchange.answer.then(
        (answer) => settle(service, registration, answer),
        (error: unknown) => stream.fail(asFailure(service, error)),
      );
      return stream.opened;
    },
    handler: (request) => receive(registrations, request),
  };
}

// A body is an object, and has no extensions of its own.
function withExtension(body: string, subscription: object): string {
  return `${body.slice(0, body.lastIndexOf('}'))},"extensions":${JSON.stringify({ subscription })}}`;
}

/** The answer to the subscription itself: null data says that events will be posted. */
function settle(service: string, { stream, checked }: Registration, answer: Answer): void {
  try {
    if (isAcceptance(answer)) {
      if (!checked) {
        throw invalidAnswer(
          service,
          answer.status,
          'the subscription was accepted without a check of its callback: the subgraph does not follow the protocol',
          answer.text,
        );
      }
      stream.stand();
      return;
    }
    const { data, errors } = readAnswer(service, answer);
    stream.next({ data, errors: errors ?? [] });
    stream.end();
  } catch (error) {
    stream.fail(asFailure(service, error));
  }
}

function isAcceptance({ status, text }: Answer): boolean {
  if (status < 200 || status >= 300) return false;
  try {
    const answer: unknown = JSON.parse(text);
    return isObject(answer) && answer.data === null && answer.errors === undefined;
  } catch {
    return false;
  }
}

const PROTOCOL = { 'subscription-protocol': 'callback/1.0' };

function reply(status: number, problem?: string): Response {
  if (problem === undefined) return new Response(null, { status, headers: PROTOCOL });
  const body = JSON.stringify({ errors: [{ message: problem }] });
  return new Response(body, { status, headers: { ...PROTOCOL, 'content-type': 'application/json' } });
}

async function receive(registrations: ReadonlyMap<string, Registration>, request: Request): Promise<Response> {
  if (request.method !== 'POST') return reply(405, 'Messages of subscriptions are posted.');
  const id = new URL(request.url).pathname.split('/').at(-1) ?? '';
  const known = registrations.get(id);
  // The body of a stranger is not read.
  if (!known) return reply(404, 'This subscription is over, or has never been.');
  const message = await readMessage(request, known.maxBytes);
  if (typeof message === 'string') return reply(400, message);
  if (message.id !== id) return reply(404, 'The id of the message is not the one of the address.');
  if (!isEqual(message.verifier, known.verifier))
    return reply(401, 'The verifier is not the one of this subscription.');
  known.stream.alive();
  return take(known, message);
}

type Message = Readonly<Record<string, unknown>>;

async function take(registration: Registration, message: Message): Promise<Response> {
  const { stream } = registration;
  switch (message.action) {
    case 'check':
      registration.checked = true;
      return reply(204);
    case 'next':
      if (!isObject(message.payload)) return reply(400, 'The payload of "next" is expected to be a GraphQL result.');
      stream.next(message.payload);
      // Whoever waits for the answer sends no faster than is read.
      await registration.behind?.promise;
      return reply(204);
    case 'complete':
      if (Array.isArray(message.errors) && message.errors.length > 0) {
        stream.next({ data: null, errors: message.errors });
      }
      stream.end();
      return reply(204);
    default:
      return reply(400, 'The action is expected to be "check", "next" or "complete".');
  }
}

/** The message, or what is wrong with it. */
async function readMessage(request: Request, maxBytes: number): Promise<Message | string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of request.body ?? []) {
    bytes += chunk.length;
    if (bytes > maxBytes) return `A message is expected to have at most ${maxBytes} bytes.`;
    chunks.push(chunk);
  }
  const whole = Buffer.concat(chunks);
  if (!isUtf8(whole)) return 'A message is expected to be UTF-8.';
  try {
    const message: unknown = JSON.parse(whole.toString('utf8'));
    if (isObject(message) && message.kind === 'subscription') return message;
    return 'A message is expected to be an object of kind "subscription".';
  } catch {
    return 'A message is expected to be JSON.';
  }
}

function isEqual(given: unknown, expected: string): boolean {
  if (typeof given !== 'string') return false;
  const [a, b] = [Buffer.from(given), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
}

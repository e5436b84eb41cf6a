import { SubgraphFailure } from '../execution/errors.ts';
import type { SubscriptionEvent } from '../execution/subscription-plan.ts';
import { CALLBACK_ACCEPT, type CallbackStreams } from './callback-stream.ts';
import { openEventStream } from './event-stream.ts';
import { asFailure, clientLeft } from './failure.ts';
import { callerHeaders, identityHeaders, questionHeaders } from './headers.ts';
import type { SubgraphSettings } from './options.ts';
import type { ChangeCounter } from './shared-flights.ts';
import type { SubgraphCall } from './subgraph-client.ts';
import type { Transport } from './transport.ts';
import { createWebSocketStreams, WebSocketRefused } from './web-socket-stream.ts';

/** `auto`: by WebSocket where the subgraph speaks graphql-transport-ws, otherwise by server-sent events. */
export type SubscriptionMode = 'auto' | 'ws' | 'sse' | 'callback';

export interface SubscriberOptions {
  readonly service: string;
  readonly url: string;
  readonly settings: SubgraphSettings;
  readonly transport: Transport;
  /** Null: the router has no address for callbacks. */
  readonly callbacks: CallbackStreams | null;
  readonly changes: ChangeCounter;
}

export interface Subscriber extends Disposable {
  subscribe(call: SubgraphCall): Promise<AsyncIterable<SubscriptionEvent>>;
}

type Road = (call: SubgraphCall) => Promise<AsyncIterable<SubscriptionEvent>>;

const DEFAULT_SILENCE_MS = 30_000;

/** Throws when the mode needs an address that the router does not have. */
export function createSubscriber(options: SubscriberOptions): Subscriber {
  const { service, settings, transport, changes } = options;
  const { queryTimeoutMs: timeoutMs, maxAnswerBytes: maxBytes } = settings;
  const webSockets = createWebSocketStreams({
    service,
    url: settings.webSocketUrl ?? options.url,
    maxBytes,
    certificateAuthorities: settings.certificateAuthorities,
  });

  function requestOf({ body, caller }: SubgraphCall, defaultSilenceMs: number | null) {
    const silenceMs = settings.streamSilenceMs === undefined ? defaultSilenceMs : settings.streamSilenceMs;
    const onEvent = () => {
      changes.count += 1;
    };
    return { service, transport, timeoutMs, maxBytes, body, signal: caller.signal, silenceMs, onEvent };
  }

  // Heartbeats are no part of GraphQL over server-sent events: silence may be all that there is to tell.
  const byEvents: Road = (call) =>
    openEventStream({ ...requestOf(call, null), headers: questionHeaders(call.caller, 'text/event-stream') });

  const byWebSocket: Road = (call) =>
    webSockets.open({
      ...requestOf(call, DEFAULT_SILENCE_MS),
      // An identity is signed anew every so often: a socket is joined only while what it said is still good.
      key: `${call.caller.identityHeader ?? ''}\n${call.caller.scope}`,
      headers: callerHeaders(call.caller),
      parameters: identityHeaders(call.caller),
    });

  function byCallback(callbacks: CallbackStreams | null): Road {
    if (!callbacks) {
      throw new Error(
        `Subgraph ${service} is to post the events of subscriptions: set the public URL by which it reaches this router.`,
      );
    }
    return (call) =>
      callbacks.open({
        ...requestOf(call, DEFAULT_SILENCE_MS),
        headers: questionHeaders(call.caller, CALLBACK_ACCEPT),
      });
  }

  const roads: Record<SubscriptionMode, () => Road> = {
    auto: () => createAutomaticRoad(service, byWebSocket, byEvents),
    ws: () => byWebSocket,
    sse: () => byEvents,
    callback: () => byCallback(options.callbacks),
  };
  const road = roads[settings.subscriptions]();
  return {
    async subscribe(call) {
      if (call.caller.signal?.aborted) throw clientLeft(service);
      return road(call);
    },
    [Symbol.dispose]: () => webSockets[Symbol.dispose](),
  };
}

/** Where the WebSocket is refused and the other road is not, the WebSocket is not tried again. */
function createAutomaticRoad(service: string, byWebSocket: Road, byEvents: Road): Road {
  let refused = false;
  return async (call) => {
    if (refused) return byEvents(call);
    try {
      return await byWebSocket(call);
    } catch (webSocketFailure) {
      if (!(webSocketFailure instanceof WebSocketRefused)) throw webSocketFailure;
      try {
        const events = await byEvents(call);
        refused = true;
        return events;
      } catch (error) {
        const { reason, message } = asFailure(service, error);
        const why = `no road for subscriptions: ${webSocketFailure.message}; by server-sent events: ${message}`;
        throw new SubgraphFailure(service, reason, why, error);
      }
    }
  };
}

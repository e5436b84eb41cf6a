import { type CircuitBreakerOptions, DEFAULT_CIRCUIT_BREAKER } from './circuit-breaker.ts';
import type { SubscriptionMode } from './subscribe.ts';

/** How the router deals with one subgraph. */
export interface SubgraphOptions {
  /** Milliseconds until a query is given up, waits and further attempts included. Default 15,000. */
  readonly queryTimeoutMs?: number | undefined;
  /** Milliseconds until a mutation is given up: it may have happened all the same. Default 60,000. */
  readonly mutationTimeoutMs?: number | undefined;
  /** Bytes of one answer, unpacked, or of one event of a stream; a longer one is refused. Default 64 MiB. */
  readonly maxAnswerBytes?: number | undefined;
  /**
   * Attempts after the first, of queries whose connection failed or that were answered with 502, 503 or 504; a mutation is
   * asked once. All together they stay below a tenth of the queries. Default 2.
   */
  readonly retries?: number | undefined;
  /** When a failing subgraph is left alone; null: never. */
  readonly circuitBreaker?: Partial<CircuitBreakerOptions> | null | undefined;
  /**
   * Fetches under way at the same time; streams are not counted. Over HTTP each has a connection of its own, so this many
   * are kept. Default 128 over HTTP, without bound in this process.
   */
  readonly maxConcurrent?: number | undefined;
  /** Fetches that wait for one of those to end; further ones are refused. Default 1,000. */
  readonly maxQueued?: number | undefined;
  /** One fetch for all callers of one scope who ask the same at the same time. Default true. */
  readonly shareFetches?: boolean | undefined;
  /** HTTP/2 where the subgraph offers it over TLS. Default false. */
  readonly allowH2?: boolean | undefined;
  /** Certificates in PEM form that vouch for the subgraph's, in place of those that Node knows. */
  readonly certificateAuthorities?: string | undefined;
  /**
   * How subscriptions reach a subgraph that is not in this process. Default `auto`: by WebSocket where it speaks
   * graphql-transport-ws, otherwise by server-sent events. `callback` (Apollo's protocol) needs the router's public URL.
   */
  readonly subscriptions?: SubscriptionMode | undefined;
  /** Where WebSockets are answered, if not at the subgraph's URL. */
  readonly webSocketUrl?: string | undefined;
  /**
   * Milliseconds without a sign of life after which a stream is lost; null for never. Default 30,000 for WebSockets,
   * which are pinged, and callbacks, which are checked; null for server-sent events, which need no heartbeats.
   */
  readonly streamSilenceMs?: number | null | undefined;
}

/** The same with its defaults. */
export interface SubgraphSettings {
  readonly queryTimeoutMs: number;
  readonly mutationTimeoutMs: number;
  readonly maxAnswerBytes: number;
  readonly retries: number;
  readonly circuitBreaker: CircuitBreakerOptions | null;
  readonly maxConcurrent: number;
  readonly maxQueued: number;
  readonly shareFetches: boolean;
  readonly allowH2: boolean;
  readonly certificateAuthorities: string | undefined;
  readonly subscriptions: SubscriptionMode;
  readonly webSocketUrl: string | undefined;
  /** Undefined: the default of the road that a subscription takes. */
  readonly streamSilenceMs: number | null | undefined;
}

/** Throws RangeError for a value out of its range. */
export function completeOptions(service: string, options: SubgraphOptions, inProcess: boolean): SubgraphSettings {
  const settings: SubgraphSettings = {
    queryTimeoutMs: options.queryTimeoutMs ?? 15_000,
    mutationTimeoutMs: options.mutationTimeoutMs ?? 60_000,
    maxAnswerBytes: options.maxAnswerBytes ?? 64 * 1024 * 1024,
    retries: options.retries ?? 2,
    circuitBreaker: options.circuitBreaker === null ? null : { ...DEFAULT_CIRCUIT_BREAKER, ...options.circuitBreaker },
    // A subgraph in this process may ask another by way of this router: a bound on both could hold up each for the other.
    maxConcurrent: options.maxConcurrent ?? (inProcess ? Number.POSITIVE_INFINITY : 128),
    maxQueued: options.maxQueued ?? 1_000,
    shareFetches: options.shareFetches ?? true,
    allowH2: options.allowH2 ?? false,
    certificateAuthorities: options.certificateAuthorities,
    subscriptions: inProcess ? 'sse' : (options.subscriptions ?? 'auto'),
    webSocketUrl: options.webSocketUrl,
    streamSilenceMs: inProcess ? null : options.streamSilenceMs,
  };
  check(service, settings);
  return settings;
}

// Node's timers take no longer ones.
const MAX_MS = 2 ** 31 - 1;

function check(service: string, settings: SubgraphSettings): void {
  const expect = (name: string, value: number | null | undefined, min: number, max: number): void => {
    if (value === null || value === undefined || (value >= min && value <= max)) return;
    throw new RangeError(`Subgraph ${service}: ${name} is expected to be from ${min} to ${max}, and is ${value}.`);
  };
  expect('queryTimeoutMs', settings.queryTimeoutMs, 1, MAX_MS);
  expect('mutationTimeoutMs', settings.mutationTimeoutMs, 1, MAX_MS);
  expect('maxAnswerBytes', settings.maxAnswerBytes, 1, Number.MAX_SAFE_INTEGER);
  expect('retries', settings.retries, 0, 10);
  expect('maxConcurrent', settings.maxConcurrent, 1, Number.POSITIVE_INFINITY);
  expect('maxQueued', settings.maxQueued, 0, Number.POSITIVE_INFINITY);
  expect('streamSilenceMs', settings.streamSilenceMs, 1, MAX_MS);
  expect('circuitBreaker.threshold', settings.circuitBreaker?.threshold, 0.01, 1);
  expect('circuitBreaker.minimumCalls', settings.circuitBreaker?.minimumCalls, 1, Number.POSITIVE_INFINITY);
  expect('circuitBreaker.windowMs', settings.circuitBreaker?.windowMs, 10, MAX_MS);
  expect('circuitBreaker.openMs', settings.circuitBreaker?.openMs, 1, MAX_MS);
}

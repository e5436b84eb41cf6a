import { RateLimitedError } from '#platform/errors/index.ts';

/** How much of what stays open one client may hold. */
export interface StreamLimits {
  /** Operations under way on one WebSocket, or in one event stream that serves several. */
  readonly perSocket: number;
  /** Open streams of one person, over all sockets and requests. */
  readonly perPerson: number;
  /** Open streams of callers without a token, per network address. */
  readonly perAddress: number;
  /** Milliseconds until a WebSocket that has not said `connection_init` is closed. */
  readonly initTimeoutMs: number;
  /** Bytes that may wait for a client that reads too slowly; beyond them it is cut and resumes at its cursor. */
  readonly maxPendingBytes: number;
}

/** Several dashboards of one person fit; a program that opens and forgets does not. */
export const DEFAULT_STREAM_LIMITS: StreamLimits = {
  perSocket: 100,
  perPerson: 200,
  perAddress: 10,
  initTimeoutMs: 10_000,
  maxPendingBytes: 1024 * 1024,
};

const RETRY_AFTER_SECONDS = 30;

export interface StreamQuota {
  /**
   * Counts one stream until it is disposed of.
   * @throws RateLimitedError when the client holds as many as it may.
   */
  take(client: { readonly person: string | null; readonly address: string | undefined }): Disposable;
}

export function createStreamQuota({ perPerson, perAddress }: StreamLimits): StreamQuota {
  const held = new Map<string, number>();

  function take(key: string, most: number, who: string): Disposable {
    const count = held.get(key) ?? 0;
    if (count >= most) {
      throw new RateLimitedError(
        `${who} may hold ${most} streams open at once: end some, or subscribe once for several uses.`,
        RETRY_AFTER_SECONDS,
      );
    }
    held.set(key, count + 1);
    return {
      [Symbol.dispose]() {
        const left = (held.get(key) ?? 1) - 1;
        if (left === 0) held.delete(key);
        else held.set(key, left);
      },
    };
  }

  return {
    take: ({ person, address }) =>
      person === null
        ? take(`@${address}`, perAddress, 'One address without a token')
        : take(person, perPerson, 'One person'),
  };
}

/** @throws RateLimitedError when `count` operations are under way on a socket that may have `most`. */
export function refuseCrowded(count: number, most: number): void {
  if (count <= most) return;
  throw new RateLimitedError(
    `One connection may have ${most} operations under way: end some, or open another connection.`,
    RETRY_AFTER_SECONDS,
  );
}

import { readFile } from 'node:fs/promises';
import { createRemoteJWKSet, customFetch, type JWTVerifyGetKey } from 'jose';
import type { Logger } from '#platform/logging/index.ts';
import { isObject } from '../execution/data.ts';

/** The public keys of one issuer, as fresh as they can be had. */
export interface KeySet extends Disposable {
  /** For jose: an unknown key id asks the source again, at most once in `cooldownMs`. */
  readonly keyOf: JWTVerifyGetKey;
  /** Rejects while no keys have been read yet, saying why. */
  check(): Promise<void>;
}

export interface KeySetOptions {
  /** An http(s) URL or a file. */
  readonly location: string;
  readonly logger: Logger;
  /** Milliseconds between two questions for unknown key ids. Default 30,000. */
  readonly cooldownMs?: number | undefined;
  /** Milliseconds between refreshes of its own. Default 600,000. */
  readonly refreshMs?: number | undefined;
  /** Milliseconds until a source that failed is asked again. Default 5,000. */
  readonly retryMs?: number | undefined;
}

const FETCH_TIMEOUT_MS = 5_000;

/**
 * Opens at once and reads in the background. While its source is away the keys that are known stay good, and no request
 * waits for a source that has just failed.
 */
export function openKeySet(options: KeySetOptions): KeySet {
  const { location, logger, cooldownMs = 30_000, refreshMs = 600_000, retryMs = 5_000 } = options;
  const keys = createRemoteJWKSet(isUrl(location) ? new URL(location) : new URL('file:///keys'), {
    timeoutDuration: FETCH_TIMEOUT_MS,
    cooldownDuration: cooldownMs,
    cacheMaxAge: Number.POSITIVE_INFINITY,
    [customFetch]: createSource(location, retryMs),
  });
  let failure: unknown = null;
  let timer: NodeJS.Timeout | undefined;
  let isOpen = true;

  async function refresh(): Promise<void> {
    try {
      await keys.reload();
      failure = null;
    } catch (error) {
      if (failure === null) logger.warn({ err: error, location }, 'a key set cannot be read: known keys stay good');
      failure = error;
    }
    if (isOpen) timer = setTimeout(() => void refresh(), failure === null ? refreshMs : retryMs).unref();
  }

  void refresh();
  return {
    keyOf: keys,
    async check() {
      if (keys.jwks() === undefined) throw failure ?? new Error('the key set has not been read yet');
    },
    [Symbol.dispose]() {
      isOpen = false;
      clearTimeout(timer);
    },
  };
}

function isUrl(location: string): boolean {
  return /^https?:\/\//.test(location);
}

type FetchKeys = (url: string, init: { readonly signal: AbortSignal; readonly headers: Headers }) => Promise<Response>;

/** A failure answers for the next `retryMs` as well. */
function createSource(location: string, retryMs: number): FetchKeys {
  let failed: { readonly error: unknown; readonly at: number } | null = null;
  return async (url, init) => {
    if (failed && Date.now() - failed.at < retryMs) throw failed.error;
    try {
      const text = isUrl(location) ? await fetchText(url, init) : await readFile(location, 'utf8');
      checkKeys(text);
      failed = null;
      return new Response(text);
    } catch (error) {
      failed = { error, at: Date.now() };
      throw error;
    }
  };
}

async function fetchText(...[url, init]: Parameters<FetchKeys>): Promise<string> {
  const response = await fetch(url, { ...init, redirect: 'error' });
  if (!response.ok) throw new Error(`it answered ${response.status}`);
  return response.text();
}

/**
 * What only the issuer may hold does not belong into a key set that others read.
 * @throws Error saying what was expected.
 */
export function checkKeys(text: string): void {
  const set: unknown = JSON.parse(text);
  if (!isObject(set) || !Array.isArray(set.keys) || !set.keys.every(isObject)) {
    throw new Error('expected a JSON Web Key Set: {"keys": [{"kty": "EC", …}]}');
  }
  if (set.keys.some((key) => key.kty === 'oct' || key.d !== undefined)) {
    throw new Error('expected public keys alone: whoever can read a symmetric or private key can make tokens');
  }
}

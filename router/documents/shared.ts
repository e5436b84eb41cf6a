import type { Logger } from '#platform/logging/index.ts';

/** Documents that clients have registered with any of several routers. Never fails: what is away is as good as unknown. */
export interface SharedDocuments {
  get(hash: string): Promise<string | null>;
  set(hash: string, text: string): void;
}

/** The commands of a Redis client that are used here. */
export interface DocumentCommands {
  get(key: string): Promise<string | null>;
  set(key: string, value: string, unit: 'EX', seconds: number): Promise<unknown>;
}

export interface SharedDocumentsOptions {
  readonly commands: DocumentCommands;
  /** Starts every key. */
  readonly prefix: string;
  readonly logger: Logger;
  /** Bytes that this router adds within a day. Default 32 MiB. */
  readonly maxBytes?: number | undefined;
  readonly now?: (() => number) | undefined;
}

/** A client that still uses a document registers it again. */
const LIFETIME_SECONDS = 24 * 60 * 60;
const DEFAULT_MAX_BYTES = 32 * 1024 * 1024;

/** Anybody may register documents, and Redis holds more than these: so how much of it they take is bounded. */
export function createSharedDocuments(options: SharedDocumentsOptions): SharedDocuments {
  const { commands, prefix, logger, maxBytes = DEFAULT_MAX_BYTES, now = Date.now } = options;
  const keyOf = (hash: string) => `${prefix}:document:${hash}`;
  let begun = now();
  let bytes = 0;

  function hasRoom(text: string): boolean {
    if (now() - begun >= LIFETIME_SECONDS * 1_000) {
      begun = now();
      bytes = 0;
    }
    bytes += Buffer.byteLength(text);
    return bytes <= maxBytes;
  }

  return {
    async get(hash) {
      try {
        return await commands.get(keyOf(hash));
      } catch (error) {
        logger.debug({ err: error }, 'a registered document could not be read from Redis');
        return null;
      }
    },
    set(hash, text) {
      if (!hasRoom(text)) return;
      commands.set(keyOf(hash), text, 'EX', LIFETIME_SECONDS).catch((error: unknown) => {
        logger.debug({ err: error }, 'a registered document could not be kept in Redis');
      });
    },
  };
}

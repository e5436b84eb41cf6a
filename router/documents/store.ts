import { createHash } from 'node:crypto';
import { GraphQLError } from 'graphql';
import { LRUCache } from 'lru-cache';
import type { Logger } from '#platform/logging/index.ts';
import { isObject } from '../execution/data.ts';
import type { SharedDocuments } from './shared.ts';
import type { TrustedDocuments } from './trusted.ts';

/** How a request names its document: the text itself, an id, or the hash of Apollo's protocol. */
export interface DocumentRequest {
  readonly query?: unknown;
  readonly documentId?: unknown;
  /** The same, as Relay calls it. */
  readonly doc_id?: unknown;
  readonly extensions?: unknown;
  readonly operationName?: unknown;
}

export interface DocumentStore {
  /**
   * The text to run. Throws GraphQLError: PERSISTED_QUERY_NOT_FOUND for a hash whose text the client has to send once,
   * PERSISTED_QUERY_NOT_SUPPORTED where none are kept, DOCUMENT_NOT_TRUSTED where only known documents are served, BAD_INPUT
   * for what names no document.
   */
  textOf(request: DocumentRequest): string | Promise<string>;
}

export interface DocumentStoreOptions {
  /** Bytes of documents that clients have registered by hash; 0 serves no hashes. */
  readonly maxBytes: number;
  /** Also known to other routers. */
  readonly shared?: SharedDocuments | undefined;
  /** Absent: every document is served. */
  readonly trusted?: TrustedDocuments | undefined;
  /** False: what is not trusted is served all the same, and logged. */
  readonly enforced?: boolean | undefined;
  readonly logger: Logger;
}

/** Beside its text, what an entry of the cache takes. */
const ENTRY_BYTES = 300;
const LOGGED_DOCUMENTS = 1_000;

export function createDocumentStore(options: DocumentStoreOptions): DocumentStore {
  const { trusted, enforced = true } = options;
  const registered = createRegistered(options);
  if (!trusted) return { textOf: (request) => registered.textOf(read(request)) };
  const logOnce = createLogOnce(options.logger);
  return {
    textOf(request) {
      const asked = read(request);
      const text = trusted.find(asked);
      if (text !== undefined) return text;
      if (enforced) throw notTrusted(asked);
      logOnce(asked, request.operationName);
      return registered.textOf(asked);
    },
  };
}

/** A request whose parts are of the right types. */
export interface AskedDocument {
  readonly query: string | null;
  /** Without `sha256:`. */
  readonly id: string | null;
  /** In small letters; null where the client uses none. */
  readonly hash: string | null;
}

function read({ query, doc_id, documentId = doc_id, extensions }: DocumentRequest): AskedDocument {
  const text = typeof query === 'string' && query !== '' ? query : null;
  if (!isAbsent(documentId) && (typeof documentId !== 'string' || documentId === '')) {
    throw badInput(`"documentId" must be the id of a document, got ${shown(documentId)}.`);
  }
  const hash = hashIn(extensions);
  const id = typeof documentId === 'string' ? documentId.replace(/^sha256:/, '') : null;
  if (text === null && id === null && hash === null) {
    throw badInput(`"query" must be the text of a GraphQL document, got ${shown(query)}.`);
  }
  return { query: text, id, hash };
}

function hashIn(extensions: unknown): string | null {
  const persisted = isObject(extensions) ? extensions.persistedQuery : undefined;
  if (isAbsent(persisted)) return null;
  const { version, sha256Hash } = isObject(persisted) ? persisted : {};
  if (version === 1 && typeof sha256Hash === 'string' && sha256Hash !== '') return sha256Hash;
  throw badInput(`"extensions.persistedQuery" must be {"version": 1, "sha256Hash": "…"}, got ${shown(persisted)}.`);
}

interface Registered {
  textOf(asked: AskedDocument): string | Promise<string>;
}

/** Automatic persisted queries: a client sends a hash alone, and the text once to whoever does not know it. */
function createRegistered({ maxBytes, shared }: DocumentStoreOptions): Registered {
  const known =
    maxBytes > 0
      ? new LRUCache<string, string>({
          maxSize: maxBytes,
          maxEntrySize: maxBytes,
          sizeCalculation: (text) => Buffer.byteLength(text) + ENTRY_BYTES,
        })
      : null;

  function register(hash: string, query: string): string {
    if (known?.get(hash) === query) return query;
    if (sha256(query) !== hash) {
      throw badInput(
        '"extensions.persistedQuery.sha256Hash" is not the SHA-256 hash of "query" in hexadecimal digits.',
      );
    }
    known?.set(hash, query);
    shared?.set(hash, query);
    return query;
  }

  async function fetchShared(from: SharedDocuments, hash: string): Promise<string> {
    const text = await from.get(hash);
    if (text === null || sha256(text) !== hash) throw notFound();
    known?.set(hash, text);
    return text;
  }

  return {
    textOf({ query, id, hash: given }) {
      const hash = (given ?? id)?.toLowerCase() ?? null;
      if (query !== null) return given === null || !known ? query : register(given.toLowerCase(), query);
      if (!known) throw notSupported();
      const text = hash === null ? undefined : known.get(hash);
      if (text !== undefined) return text;
      if (shared && hash !== null) return fetchShared(shared, hash);
      throw notFound();
    },
  };
}

export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** What may be served one day has to be found first: each document is told once. */
function createLogOnce(logger: Logger): (asked: AskedDocument, operationName: unknown) => void {
  const told = new LRUCache<string, true>({ max: LOGGED_DOCUMENTS });
  return ({ query, id, hash }, operationName) => {
    const name = hash ?? id ?? sha256(query ?? '');
    if (told.has(name)) return;
    told.set(name, true);
    logger.warn(
      { document: name, operationName },
      'a document that is not trusted is served: ROUTER_DOCUMENTS_MODE says so',
    );
  };
}

function isAbsent(value: unknown): boolean {
  return value === undefined || value === null;
}

function shown(value: unknown): string {
  return value === undefined ? 'nothing' : JSON.stringify(value).slice(0, 100);
}

function badInput(message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code: 'BAD_INPUT', http: { status: 400 } } });
}

// The words that clients of the protocol look for. Never kept by anybody between: the next answer may be another.
const RETRIED = { status: 200, headers: { 'cache-control': 'no-store' } };

function notFound(): GraphQLError {
  return new GraphQLError('PersistedQueryNotFound', {
    extensions: { code: 'PERSISTED_QUERY_NOT_FOUND', http: RETRIED },
  });
}

function notSupported(): GraphQLError {
  return new GraphQLError('PersistedQueryNotSupported', {
    extensions: { code: 'PERSISTED_QUERY_NOT_SUPPORTED', http: RETRIED },
  });
}

function notTrusted({ query, id, hash }: AskedDocument): GraphQLError {
  const came =
    query === null ? `the id ${JSON.stringify(id ?? hash).slice(0, 100)}` : 'a document that is none of them';
  return new GraphQLError(
    `Only documents that were registered when their program was built are served here; got ${came}.`,
    { extensions: { code: 'DOCUMENT_NOT_TRUSTED', http: { status: 400, spec: true } } },
  );
}

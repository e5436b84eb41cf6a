import { createHash } from 'node:crypto';
import type { GraphQLError } from 'graphql';
import { describe, expect, test } from 'vitest';
import { createLogger } from '#platform/logging/index.ts';
import type { SharedDocuments } from './shared.ts';
import { createDocumentStore, type DocumentRequest, type DocumentStore } from './store.ts';

const logger = createLogger({ level: 'silent', name: 'documents-test' });
const MIB = 1024 * 1024;
const QUERY = '{ products { name } }';

const hashOf = (text: string) => createHash('sha256').update(text).digest('hex');
const persisted = (text: string) => ({ persistedQuery: { version: 1, sha256Hash: hashOf(text) } });

async function refusal(store: DocumentStore, request: DocumentRequest): Promise<GraphQLError> {
  try {
    await store.textOf(request);
  } catch (error) {
    return error as GraphQLError;
  }
  throw new Error('it was served');
}

describe('automatic persisted queries', () => {
  test('a hash is served once its text has come, in Apollo’s words before', async () => {
    const store = createDocumentStore({ maxBytes: MIB, logger });
    const first = await refusal(store, { extensions: persisted(QUERY) });
    expect(first.message).toBe('PersistedQueryNotFound');
    expect(first.extensions).toMatchObject({
      code: 'PERSISTED_QUERY_NOT_FOUND',
      http: { headers: { 'cache-control': 'no-store' } },
    });
    expect(store.textOf({ query: QUERY, extensions: persisted(QUERY) })).toBe(QUERY);
    expect(store.textOf({ extensions: persisted(QUERY) })).toBe(QUERY);
    expect(store.textOf({ documentId: `sha256:${hashOf(QUERY)}` })).toBe(QUERY);
  });

  test('a text that is not what its hash says is refused, and nothing is kept under that hash', async () => {
    const store = createDocumentStore({ maxBytes: MIB, logger });
    const wrong = { query: '{ other }', extensions: persisted(QUERY) };
    expect((await refusal(store, wrong)).extensions.code).toBe('BAD_INPUT');
    expect((await refusal(store, { extensions: persisted(QUERY) })).extensions.code).toBe('PERSISTED_QUERY_NOT_FOUND');
    void store.textOf({ query: QUERY, extensions: persisted(QUERY) });
    expect((await refusal(store, wrong)).extensions.code).toBe('BAD_INPUT');
  });

  test('what is kept is bounded by bytes: the documents used least leave first, a larger one never enters', async () => {
    const store = createDocumentStore({ maxBytes: 10_000, logger });
    const texts = Array.from({ length: 20 }, (_, index) => `{ a${index} # ${'x'.repeat(1_000)}\n}`);
    for (const query of texts) void store.textOf({ query, extensions: persisted(query) });
    const known = async (text: string) =>
      (await refusal(store, { extensions: persisted(text) }).catch(() => null)) === null;
    expect(await known(texts.at(-1) as string)).toBe(true);
    expect(await known(texts[0] as string)).toBe(false);
    const huge = `{ a # ${'x'.repeat(20_000)}\n}`;
    expect(store.textOf({ query: huge, extensions: persisted(huge) })).toBe(huge);
    expect(await known(huge)).toBe(false);
    expect(await known(texts.at(-1) as string)).toBe(true);
  });

  test('where none are kept, a client is told to send texts from now on', async () => {
    const store = createDocumentStore({ maxBytes: 0, logger });
    const { message, extensions } = await refusal(store, { extensions: persisted(QUERY) });
    expect([message, extensions.code]).toEqual(['PersistedQueryNotSupported', 'PERSISTED_QUERY_NOT_SUPPORTED']);
    expect(store.textOf({ query: QUERY, extensions: persisted(QUERY) })).toBe(QUERY);
  });

  test.each([
    {},
    { query: '' },
    { query: 5 },
    { documentId: 5 },
    { documentId: '' },
    { extensions: { persistedQuery: 'abc' } },
    { extensions: { persistedQuery: { version: 2, sha256Hash: 'abc' } } },
    { extensions: { persistedQuery: { version: 1 } } },
    { query: QUERY, extensions: { persistedQuery: { version: 1, sha256Hash: 7 } } },
  ])('%j names no document and is told what does', async (request) => {
    const { message, extensions } = await refusal(createDocumentStore({ maxBytes: MIB, logger }), request);
    expect(extensions.code).toBe('BAD_INPUT');
    expect(message).toMatch(/must be/);
  });

  test('what one router was sent, another one has; what is shared under a wrong hash is not believed', async () => {
    const kept = new Map<string, string>();
    const shared: SharedDocuments = {
      get: async (hash) => kept.get(hash) ?? null,
      set: (hash, text) => void kept.set(hash, text),
    };
    const [one, other] = [0, 1].map(() => createDocumentStore({ maxBytes: MIB, shared, logger })) as [
      DocumentStore,
      DocumentStore,
    ];
    await one.textOf({ query: QUERY, extensions: persisted(QUERY) });
    expect(await other.textOf({ extensions: persisted(QUERY) })).toBe(QUERY);
    kept.set(hashOf('{ a }'), '{ b }');
    expect((await refusal(other, { extensions: persisted('{ a }') })).extensions.code).toBe(
      'PERSISTED_QUERY_NOT_FOUND',
    );
  });
});

describe('trusted documents', () => {
  const known = new Map([['list', QUERY]]);
  const trusted = {
    texts: [QUERY],
    find: ({ query, id, hash }: { query: string | null; id: string | null; hash: string | null }) =>
      query === null
        ? (known.get(id ?? '') ?? (hash === hashOf(QUERY) ? QUERY : undefined))
        : query === QUERY
          ? QUERY
          : undefined,
  };

  test('are served by documentId, doc_id, hash or their own text; nothing else is', async () => {
    const store = createDocumentStore({ maxBytes: MIB, trusted, logger });
    for (const request of [
      { documentId: 'list' },
      { doc_id: 'list' },
      { extensions: persisted(QUERY) },
      { query: QUERY },
    ]) {
      expect(store.textOf(request)).toBe(QUERY);
    }
    const other = '{ reviewCount }';
    for (const request of [
      { query: other },
      { query: other, extensions: persisted(other) },
      { extensions: persisted(other) },
      { documentId: 'nope' },
    ]) {
      const { extensions, message } = await refusal(store, request);
      expect(extensions.code).toBe('DOCUMENT_NOT_TRUSTED');
      expect(message).toMatch(/registered when their program was built/);
    }
  });

  test('in the mode that only logs, others are served and each is told once', async () => {
    const told: unknown[] = [];
    const telling = { warn: (line: unknown) => told.push(line) } as unknown as typeof logger;
    const store = createDocumentStore({ maxBytes: MIB, trusted, enforced: false, logger: telling });
    const other = '{ reviewCount }';
    for (let count = 0; count < 3; count++) expect(store.textOf({ query: other, operationName: 'Count' })).toBe(other);
    expect(store.textOf({ documentId: 'list' })).toBe(QUERY);
    expect(told).toEqual([{ document: hashOf(other), operationName: 'Count' }]);
    expect((await refusal(store, { extensions: persisted(other) })).extensions.code).toBe('PERSISTED_QUERY_NOT_FOUND');
  });
});

import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { v7 } from 'uuid';
import { inject } from 'vitest';
import { loadSettings } from '#platform/config/index.ts';
import { cloneDatabase, createDatabase, type Database } from '#platform/database/index.ts';
import { openResources, startSubgraph } from '#platform/host/index.ts';
import { IDENTITY_HEADER, permissionsOf, type Role, signIdentity, type Viewer } from '#platform/identity/index.ts';
import { createLogger } from '#platform/logging/index.ts';
import { createClient, type MemoryTx } from '../data/client.ts';
import type { MemoryIndex } from '../data/memory-index.ts';
import { createQdrantIndex } from '../data/qdrant-index.ts';
import { createSqliteIndex } from '../data/sqlite-index.ts';
import { memory } from '../subgraph.ts';

export interface Answer<T> {
  readonly data?: T | null;
  readonly errors?: readonly { readonly message: string; readonly extensions: { readonly code: string } }[];
}

export interface Person {
  readonly viewer: Viewer;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of many shapes
  request<T = any>(document: string, variables?: object): Promise<T>;
  send<T>(document: string, variables?: object): Promise<Answer<T>>;
  /** The code of the error that the document is answered with. */
  refusal(document: string, variables?: object): Promise<string>;
}

export interface MemoryLab extends AsyncDisposable {
  /** A new person of the organization (a new organization without one). */
  person(options?: { organizationId?: string; role?: Role; clientId?: string }): Person;
  /** Stops the subgraph and starts it again on the same data. */
  restart(options?: { loseIndex?: boolean }): Promise<void>;
  /** Every row of the subgraph's tables as text. */
  rows(): Promise<string>;
  /** Every byte of the index file; with Qdrant the fake's own dump serves. */
  indexBytes(): Promise<string>;
  /** The store as another process of the subgraph opens it. */
  openStore(): Promise<Database<MemoryTx>>;
  /** The index as another process of the subgraph opens it. */
  openIndex(): MemoryIndex;
  /** Moves the clock on. */
  later(ms: number): void;
  readonly clock: () => Date;
}

/** What workflows would answer: the stage of each workflow that exists. */
export type Workflows = ReadonlyMap<string, string>;

const SECRET_KEY = 'a key for tests only, thirty-two characters and more';
const INDEX_FILES = ['memory-index.sqlite', 'memory-index.sqlite-wal', 'memory-index.sqlite-shm'];

async function answerAsWorkflows(request: Request, workflows: Workflows): Promise<Response> {
  const { variables } = await request.json();
  const stage = workflows.get(variables.id);
  return Response.json({ data: { workflow: stage ? { id: variables.id, stage } : null } });
}

/** Memory alone, on a database of its own, behind its own fetch: what the router would send it. */
export async function openMemoryLab(options: { qdrantUrl?: string; workflows?: Workflows } = {}): Promise<MemoryLab> {
  const opening = new AsyncDisposableStack();
  const database = opening.use(await cloneDatabase(inject('template')));
  const dataDir = await mkdtemp(join(tmpdir(), 'alims-memory-'));
  opening.defer(() => rm(dataDir, { recursive: true, force: true }));
  let offset = 0;
  const clock = () => new Date(Date.now() + offset);
  const env = { ALIMS_DATA_DIR: dataDir, ...(options.qdrantUrl ? { QDRANT_URL: options.qdrantUrl } : {}) };
  const settings = loadSettings(env);
  const logger = createLogger({ level: 'silent', name: 'memory-lab' });

  async function start() {
    const stack = new AsyncDisposableStack();
    const resources = stack.use(await openResources({ settings, secretKey: SECRET_KEY, logger, clock }));
    resources.fetchers.set('workflows', (request) => answerAsWorkflows(request, options.workflows ?? new Map()));
    const publicUrl = () => 'http://localhost';
    const running = stack.use(await startSubgraph(memory, { resources, databaseUrl: database.appUrl, publicUrl }));
    running.relay();
    return { identityKey: resources.identityKey, fetch: running.fetch, stack };
  }

  let running = await start();
  opening.defer(() => running.stack.disposeAsync());

  function person({
    organizationId = v7(),
    role = 'analyst',
    clientId,
  }: Parameters<MemoryLab['person']>[0] = {}): Person {
    const permissions = permissionsOf([role]);
    const viewer: Viewer = {
      userId: v7(),
      organizationId,
      sessionId: v7(),
      roles: [role],
      permissions,
      clientId: clientId ?? null,
    };
    async function send<T>(query: string, variables: object = {}): Promise<Answer<T>> {
      const headers = {
        'content-type': 'application/json',
        [IDENTITY_HEADER]: signIdentity(viewer, running.identityKey, Date.now()),
      };
      const body = JSON.stringify({ query, variables });
      const response = await running.fetch(
        new Request('http://memory.internal/graphql', { method: 'POST', headers, body }),
      );
      return (await response.json()) as Answer<T>;
    }
    return {
      viewer,
      send,
      async request<T>(document: string, variables?: object): Promise<T> {
        const { data, errors } = await send<T>(document, variables);
        if (errors || !data) throw new Error(JSON.stringify(errors));
        return data;
      },
      async refusal(document, variables) {
        const { errors } = await send(document, variables);
        return errors?.[0]?.extensions.code ?? 'none';
      },
    };
  }

  async function rows(): Promise<string> {
    const client = new pg.Client({ connectionString: database.superUrl });
    await client.connect();
    try {
      const tables = await client.query("SELECT tablename FROM pg_tables WHERE schemaname = 'memory'");
      const texts = [];
      for (const { tablename } of tables.rows) {
        const found = await client.query(`SELECT t::text AS row FROM memory."${tablename}" t`);
        texts.push(...found.rows.map(({ row }) => `${tablename} ${row}`));
      }
      return texts.join('\n');
    } finally {
      await client.end();
    }
  }

  return {
    person,
    async restart({ loseIndex = false } = {}) {
      await running.stack.disposeAsync();
      if (loseIndex) for (const file of INDEX_FILES) await rm(join(dataDir, file), { force: true });
      running = await start();
    },
    rows,
    async indexBytes() {
      const contents = INDEX_FILES.map((file) => readFile(join(dataDir, file), 'latin1').catch(() => ''));
      return (await Promise.all(contents)).join('');
    },
    openStore: () =>
      createDatabase({ subgraph: 'memory', url: database.appUrl, client: createClient, maxConnections: 2, logger }),
    openIndex: () =>
      options.qdrantUrl
        ? createQdrantIndex({ url: options.qdrantUrl })
        : createSqliteIndex(join(dataDir, 'memory-index.sqlite')),
    later: (ms) => {
      offset += ms;
    },
    clock,
    [Symbol.asyncDispose]: () => opening.disposeAsync(),
  };
}

export const STORE = `mutation Store($input: StoreContextInput!) {
  storeContext(input: $input) { context {
    id conversationId messageType content contentSummary workflowStage embeddingModel createdAt expiresAt workflow { id }
  } }
}`;
export const SEARCH = `query Search($query: String!, $conversationId: ID, $limit: Int, $embedding: [Float!], $embeddingModel: String) {
  relevantContext(query: $query, conversationId: $conversationId, limit: $limit, embedding: $embedding, embeddingModel: $embeddingModel) {
    score scores { lexical dense session recency } context { id conversationId content }
  }
}`;
export const CONVERSATION = `query Conversation($id: ID!, $first: Int, $after: String) {
  conversation(id: $id) { id startedAt lastActivityAt user { id }
    contexts(first: $first, after: $after) {
      totalCount edges { cursor node { id content conversation { id } } } pageInfo { hasNextPage endCursor }
    }
  }
}`;
export const FORGET = `mutation Forget($input: ForgetInput!) {
  forget(input: $input) { receipt {
    id erased contexts conversations patterns interactions at reason user { id } erasedBy { id }
  } }
}`;
export const STATS = '{ memoryStats { collection count bytes oldestAt } }';

/** Stores a turn and answers with its id. */
export async function say(person: Person, content: string, more: object = {}): Promise<string> {
  const input = { conversationId: 'c-1', messageType: 'USER', content, ...more };
  return (await person.request(STORE, { input })).storeContext.context.id;
}

/** The contents found, best first. */
export async function search(person: Person, query: string, more: object = {}): Promise<string[]> {
  const { relevantContext } = await person.request(SEARCH, { query, ...more });
  return relevantContext.map(({ context }: { context: { content: string } }) => context.content);
}

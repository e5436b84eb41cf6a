import {
  QdrantClient,
  QdrantClientResourceExhaustedError,
  QdrantClientTimeoutError,
  type Schemas,
} from '@qdrant/js-client-rest';
import { UnavailableError } from '#platform/errors/index.ts';
import type { Candidate } from '../domain/ranking.ts';
import { DIMENSIONS } from '../domain/vector.ts';
import {
  COLLECTIONS,
  type Collection,
  type IndexEntry,
  type IndexSearch,
  type MemoryIndex,
  type Shelf,
} from './memory-index.ts';
import { documentVector, queryVector } from './sparse-words.ts';

const EMBEDDING = 'embedding';
const WORDS = 'words';
const BATCH = 200;
const TIMEOUT_MS = 5_000;

/** What the adapter itself keeps on every point beside the collection's own payload. */
const INDEXED_FIELDS: Readonly<Record<string, Schemas['PayloadFieldSchema']>> = {
  // is_tenant makes Qdrant store one organization's points together.
  organization_id: { type: 'keyword', is_tenant: true },
  owner: 'keyword',
  group: 'keyword',
  embedding_model: 'keyword',
  at: { type: 'integer', range: true, lookup: false },
};

const match = (key: string, value: string): Schemas['FieldCondition'] => ({ key, match: { value } });

function onShelf({ organizationId, owner }: Shelf): Schemas['FieldCondition'][] {
  return [match('organization_id', organizationId), match('owner', owner)];
}

/** With which HTTP status the server answered; null when it did not. */
function statusOf(error: unknown): number | null {
  return error instanceof Error && 'status' in error && typeof error.status === 'number' ? error.status : null;
}

/** No answer, none in time, too many requests or a fault of the server: the same request may succeed later. */
function isAway(error: unknown): boolean {
  if (error instanceof QdrantClientTimeoutError || error instanceof QdrantClientResourceExhaustedError) return true;
  const status = statusOf(error);
  // fetch tells a connection that failed or broke off by a TypeError with a cause; a fault of ours has none.
  if (status === null) return error instanceof TypeError && error.cause !== undefined;
  return status === 408 || status === 429 || status >= 500;
}

async function ensureCollection(client: QdrantClient, collection: Collection): Promise<void> {
  const { exists } = await client.collectionExists(collection);
  if (!exists) {
    const created = client.createCollection(collection, {
      vectors: { [EMBEDDING]: { size: DIMENSIONS, distance: 'Cosine' } },
      sparse_vectors: { [WORDS]: { modifier: 'idf' } },
    });
    await created.catch((error: unknown) => {
      // Another process was faster.
      if (statusOf(error) !== 409) throw error;
    });
  }
  for (const [field_name, field_schema] of Object.entries(INDEXED_FIELDS)) {
    await client.createPayloadIndex(collection, { field_name, field_schema, wait: true });
  }
}

function pointOf(entry: IndexEntry): Schemas['PointStruct'] {
  return {
    id: entry.id,
    vector: {
      [WORDS]: documentVector(entry.text),
      ...(entry.vector ? { [EMBEDDING]: [...entry.vector.values] } : {}),
    },
    payload: {
      ...entry.payload,
      organization_id: entry.shelf.organizationId,
      owner: entry.shelf.owner,
      group: entry.group,
      embedding_model: entry.vector?.model ?? null,
      at: entry.at.getTime(),
    },
  };
}

/** One request per leg: fusing is ours, because reciprocal rank fusion loses when one leg is weak. */
function requestsOf(search: IndexSearch): Schemas['QueryRequest'][] {
  const shelf = onShelf(search.shelf);
  const must = search.group ? [...shelf, match('group', search.group)] : shelf;
  const common = { limit: search.limit, with_payload: { include: ['group', 'at'] } };
  const requests: Schemas['QueryRequest'][] = [];
  if (search.words.length > 0) {
    // How rare a word is counts within the shelf only. Servers before this parameter count over the collection.
    const params = { idf: { corpus: { must: shelf } } };
    requests.push({ ...common, query: queryVector(search.words), using: WORDS, filter: { must }, params });
  }
  if (search.vector) {
    const filter = { must: [...must, match('embedding_model', search.vector.model)] };
    requests.push({ ...common, query: [...search.vector.values], using: EMBEDDING, filter });
  }
  return requests;
}

function candidateOf(point: Schemas['ScoredPoint'], isLexical: boolean): Candidate {
  const group = point.payload?.group;
  return {
    id: String(point.id),
    group: typeof group === 'string' ? group : null,
    at: new Date(Number(point.payload?.at)),
    lexical: isLexical ? point.score : 0,
    dense: isLexical ? null : point.score,
  };
}

async function searchCollection(client: QdrantClient, collection: Collection, search: IndexSearch) {
  const searches = requestsOf(search);
  if (searches.length === 0) return [];
  const answers = await client.queryBatch(collection, { searches });
  const found = new Map<string, Candidate>();
  answers.forEach(({ points }, index) => {
    const isLexical = searches[index]?.using === WORDS;
    for (const point of points) {
      const candidate = candidateOf(point, isLexical);
      const other = found.get(candidate.id);
      found.set(candidate.id, other ? { ...other, dense: candidate.dense } : candidate);
    }
  });
  return [...found.values()];
}

function* batches<T>(items: readonly T[]): Iterable<T[]> {
  for (let start = 0; start < items.length; start += BATCH) yield items.slice(start, start + BATCH);
}

async function highWaterOf(client: QdrantClient, collection: Collection): Promise<Date | null> {
  const { points } = await client.scroll(collection, {
    limit: 1,
    order_by: { key: 'at', direction: 'desc' },
    with_payload: { include: ['at'] },
    with_vector: false,
  });
  const at = points[0]?.payload?.at;
  return typeof at === 'number' ? new Date(at) : null;
}

async function pageOf(client: QdrantClient, collection: Collection, after: string | null, limit: number) {
  const { points } = await client.scroll(collection, {
    // The offset is inclusive, so one more is read and the one already seen left out.
    ...(after === null ? {} : { offset: after }),
    limit: limit + 1,
    with_payload: { include: ['organization_id'] },
    with_vector: false,
  });
  return points
    .map(({ id, payload }) => ({ id: String(id), organizationId: String(payload?.organization_id) }))
    .filter(({ id }) => id !== after)
    .slice(0, limit);
}

/** Runs `work` once the collections exist; a failed preparation is tried again by the next call. */
function createGuard(client: QdrantClient) {
  let prepared: Promise<unknown> | null = null;
  return async function guarded<T>(work: () => Promise<T>): Promise<T> {
    try {
      prepared ??= Promise.all(COLLECTIONS.map((collection) => ensureCollection(client, collection)));
      await prepared.catch((error: unknown) => {
        prepared = null;
        throw error;
      });
      return await work();
    } catch (error) {
      if (!isAway(error)) throw error;
      throw new UnavailableError('The memory index does not answer at the moment; try again shortly.', error);
    }
  };
}

/**
 * The index of several processes: Qdrant at `url`. Collections are created on first use.
 * Every operation throws UnavailableError when the server does not answer within 5 s, or not for now (429 and 5xx);
 * what it refuses (other 4xx) it would refuse again, and is an error like any other.
 */
export function createQdrantIndex({ url, apiKey }: { url: string; apiKey?: string | undefined }): MemoryIndex {
  const client = new QdrantClient({
    url,
    ...(apiKey ? { apiKey } : {}),
    timeout: TIMEOUT_MS,
    checkCompatibility: false,
  });
  const guarded = createGuard(client);
  return {
    upsert: (collection, entries) =>
      guarded(async () => {
        for (const batch of batches(entries)) {
          await client.upsert(collection, { points: batch.map(pointOf), wait: true });
        }
      }),
    remove: (collection, organizationId, ids) =>
      guarded(async () => {
        for (const has_id of batches(ids)) {
          const filter = { must: [match('organization_id', organizationId), { has_id }] };
          await client.delete(collection, { filter, wait: true });
        }
      }),
    search: (collection, search) => guarded(() => searchCollection(client, collection, search)),
    known: (collection, ids) =>
      guarded(async () => {
        const points = await client.retrieve(collection, { ids: [...ids], with_payload: false, with_vector: false });
        return new Set(points.map(({ id }) => String(id)));
      }),
    highWater: (collection) => guarded(() => highWaterOf(client, collection)),
    page: (collection, after, limit) => guarded(() => pageOf(client, collection, after, limit)),
    async [Symbol.asyncDispose]() {},
  };
}

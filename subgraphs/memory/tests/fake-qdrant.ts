import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { SparseVector } from '../data/sparse-words.ts';
import { readQdrantContract } from './qdrant-contract.ts';

/*
 * The few endpoints of Qdrant that the adapter uses, in memory and exact. Every request and answer is checked
 * against Qdrant's published contract where that is at hand.
 */

type Payload = Record<string, unknown>;
interface Point {
  readonly id: string;
  readonly vector: { readonly words?: SparseVector; readonly embedding?: number[] };
  readonly payload: Payload;
}
type Condition = { key: string; match: { value: unknown } } | { has_id: string[] };
interface Filter {
  readonly must: readonly Condition[];
}
interface Query {
  readonly query: number[] | SparseVector;
  readonly using: string;
  readonly filter: Filter;
  readonly limit: number;
  readonly params?: { readonly idf?: { readonly corpus: Filter } };
}
type Collections = Map<string, Map<string, Point>>;
type Handler = (points: Map<string, Point>, body: never) => unknown;

function matches(point: Point, filter: Filter | undefined): boolean {
  return (filter?.must ?? []).every((condition) =>
    'has_id' in condition
      ? condition.has_id.includes(point.id)
      : point.payload[condition.key] === condition.match.value,
  );
}

function cosine(a: readonly number[], b: readonly number[]): number {
  const dot = (x: readonly number[], y: readonly number[]) => x.reduce((sum, v, i) => sum + v * (y[i] ?? 0), 0);
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
}

/** Qdrant's inverse document frequency over the corpus. */
function sparseScorer(query: SparseVector, corpus: readonly Point[]): (point: Point) => number {
  const idf = query.indices.map((index) => {
    const n = corpus.filter((point) => point.vector.words?.indices.includes(index)).length;
    return Math.log(1 + (corpus.length - n + 0.5) / (n + 0.5));
  });
  return ({ vector: { words } }) =>
    query.indices.reduce((sum, index, i) => {
      const at = words?.indices.indexOf(index) ?? -1;
      return at < 0 ? sum : sum + (query.values[i] ?? 0) * (words?.values[at] ?? 0) * (idf[i] ?? 0);
    }, 0);
}

function answerQuery(points: Map<string, Point>, query: Query) {
  const all = [...points.values()];
  const matching = all.filter((point) => matches(point, query.filter));
  const vector = query.query;
  const scored = Array.isArray(vector)
    ? matching.flatMap((point) =>
        point.vector.embedding ? [{ point, score: cosine(vector, point.vector.embedding) }] : [],
      )
    : scoreWords(
        matching,
        vector,
        all.filter((point) => matches(point, query.params?.idf?.corpus)),
      );
  const best = scored.sort((a, b) => b.score - a.score).slice(0, query.limit);
  return { points: best.map(({ point, score }) => ({ id: point.id, version: 0, score, payload: point.payload })) };
}

/** A sparse search answers only with points that share a word. */
function scoreWords(matching: readonly Point[], query: SparseVector, corpus: readonly Point[]) {
  const score = sparseScorer(query, corpus);
  return matching.map((point) => ({ point, score: score(point) })).filter((each) => each.score > 0);
}

function scroll(points: Map<string, Point>, body: { offset?: string; limit: number; order_by?: { key: string } }) {
  const key = body.order_by?.key;
  const sorted = [...points.values()].sort((a, b) =>
    key ? Number(b.payload[key]) - Number(a.payload[key]) : a.id < b.id ? -1 : 1,
  );
  const rest = sorted.filter(({ id }) => body.offset === undefined || id >= body.offset);
  const page = rest.slice(0, body.limit).map(({ id, payload }) => ({ id, payload }));
  return { points: page, next_page_offset: key ? null : (rest[body.limit]?.id ?? null) };
}

const completed = { operation_id: 0, status: 'completed' };

const POINTS: Readonly<Record<string, Handler>> = {
  'PUT /collections/{collection_name}/index': () => completed,
  'PUT /collections/{collection_name}/points': (points, body: { points: Point[] }) => {
    for (const point of body.points) points.set(point.id, point);
    return completed;
  },
  'POST /collections/{collection_name}/points': (points, body: { ids: string[] }) =>
    body.ids.flatMap((id) => (points.has(id) ? [{ id }] : [])),
  'POST /collections/{collection_name}/points/delete': (points, body: { filter: Filter }) => {
    for (const point of [...points.values()]) if (matches(point, body.filter)) points.delete(point.id);
    return completed;
  },
  'POST /collections/{collection_name}/points/scroll': scroll,
  'POST /collections/{collection_name}/points/query/batch': (points, body: { searches: Query[] }) =>
    body.searches.map((query) => answerQuery(points, query)),
};

class AlreadyExists extends Error {}

function answerTo(collections: Collections, operation: string, name: string, body: unknown): unknown {
  if (operation === 'GET /collections/{collection_name}/exists') return { exists: collections.has(name) };
  if (operation === 'PUT /collections/{collection_name}') {
    if (collections.has(name)) throw new AlreadyExists(`Collection ${name} already exists`);
    collections.set(name, new Map());
    return true;
  }
  const points = collections.get(name);
  const handler = POINTS[operation];
  if (!points || !handler) throw new Error(`Not found: ${operation} of collection ${name}`);
  return handler(points, body as never);
}

async function jsonOf(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return chunks.length === 0 ? undefined : JSON.parse(Buffer.concat(chunks).toString());
}

export interface FakeQdrant extends AsyncDisposable {
  readonly url: string;
  /** What broke Qdrant's contract so far. */
  readonly violations: readonly string[];
  /** Bodies of the requests whose method and path template are `operation`. */
  bodies(operation: string): readonly unknown[];
  /** Everything it stores, as text. */
  dump(): string;
  /** From now on every request is refused: with this status, with a server error for true. */
  fail(failing: boolean | number): void;
}

export async function startFakeQdrant(): Promise<FakeQdrant> {
  const contract = readQdrantContract();
  const collections: Collections = new Map();
  const violations: string[] = [];
  const seen: { operation: string; body: unknown }[] = [];
  let failing: boolean | number = false;
  async function respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://fake');
    const method = request.method ?? 'GET';
    const name = decodeURIComponent(url.pathname.split('/')[2] ?? '');
    const template = url.pathname.replace(/^\/collections\/[^/]+/, '/collections/{collection_name}');
    const body = await jsonOf(request);
    seen.push({ operation: `${method} ${template}`, body });
    violations.push(...(contract?.request(method, template, url.searchParams, body) ?? []));
    response.setHeader('content-type', 'application/json');
    try {
      if (failing !== false) throw new Error('told to fail');
      const answer = { time: 0, status: 'ok', result: answerTo(collections, `${method} ${template}`, name, body) };
      violations.push(...(contract?.answer(method, template, answer) ?? []));
      response.end(JSON.stringify(answer));
    } catch (error) {
      response.statusCode = error instanceof AlreadyExists ? 409 : typeof failing === 'number' ? failing : 500;
      response.end(JSON.stringify({ time: 0, status: { error: String(error) } }));
    }
  }
  const server = createServer((request, response) => void respond(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    violations,
    bodies: (operation) => seen.filter((each) => each.operation === operation).map(({ body }) => body),
    dump: () => JSON.stringify([...collections].map(([name, points]) => [name, [...points.values()]])),
    fail: (value) => {
      failing = value;
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

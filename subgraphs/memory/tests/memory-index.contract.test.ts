import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { UnavailableError } from '#platform/errors/index.ts';
import { COLLECTIONS, type IndexEntry, type MemoryIndex } from '../data/memory-index.ts';
import { createQdrantIndex } from '../data/qdrant-index.ts';
import { createSqliteIndex } from '../data/sqlite-index.ts';
import { queryWords } from '../domain/text.ts';
import { DIMENSIONS, type Vector } from '../domain/vector.ts';
import { type FakeQdrant, startFakeQdrant } from './fake-qdrant.ts';
import { readQdrantContract } from './qdrant-contract.ts';

const ANA = { organizationId: 'org-1', owner: 'ana' };
const BEN = { organizationId: 'org-1', owner: 'ben' };
const OTHER = { organizationId: 'org-2', owner: 'ana' };

const ids = new Map<string, string>();
/** A stable UUID per readable name, in the order of first use. */
function idOf(name: string): string {
  const known = ids.get(name) ?? `01900000-0000-7000-8000-${String(ids.size + 1).padStart(12, '0')}`;
  ids.set(name, known);
  return known;
}
const nameOf = (id: string) => [...ids].find(([, known]) => known === id)?.[0];

function axis(index: number, model = 'nomic'): Vector {
  const values = new Float32Array(DIMENSIONS);
  values[index] = 1;
  values[DIMENSIONS - 1] = 0.25;
  return { model, values };
}

function entry(name: string, content: string, more: Partial<IndexEntry> & { before?: string } = {}): IndexEntry {
  const { before = '', ...rest } = more;
  return {
    id: idOf(name),
    shelf: ANA,
    group: null,
    at: new Date('2026-03-02T10:00:00Z'),
    text: { content, before, date: 'Monday 2 March 2026' },
    vector: null,
    payload: { content_summary: content },
    ...rest,
  };
}

interface Store {
  readonly index: MemoryIndex;
  /** Every byte that the store keeps. */
  dump(): Promise<string>;
  /** What a process that starts afterwards sees. */
  reopen(): Promise<MemoryIndex>;
}

let folder: string;
let qdrant: FakeQdrant;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'alims-index-'));
  qdrant = await startFakeQdrant();
});
afterEach(async () => {
  await qdrant[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

async function bytesOf(path: string): Promise<string> {
  const files = [path, `${path}-wal`];
  const contents = await Promise.all(files.map((file) => readFile(file, 'latin1').catch(() => '')));
  return contents.join('');
}

const STORES: readonly (readonly [string, () => Store])[] = [
  [
    'SQLite',
    () => {
      const path = join(folder, 'memory.sqlite');
      const index = createSqliteIndex(path);
      return {
        index,
        dump: () => bytesOf(path),
        async reopen() {
          await index[Symbol.asyncDispose]();
          return createSqliteIndex(path);
        },
      };
    },
  ],
  [
    'Qdrant',
    () => ({
      index: createQdrantIndex({ url: qdrant.url }),
      dump: async () => qdrant.dump(),
      reopen: async () => createQdrantIndex({ url: qdrant.url }),
    }),
  ],
];

interface Ask {
  readonly shelf?: IndexEntry['shelf'];
  readonly vector?: Vector;
  readonly group?: string;
  readonly limit?: number;
}

async function found(index: MemoryIndex, question: string, ask: Ask = {}) {
  const { shelf = ANA, vector = null, group = null, limit = 20 } = ask;
  const words = question === '' ? [] : queryWords(question);
  const candidates = await index.search('conversation_context', { shelf, words, vector, group, limit });
  return candidates
    .toSorted((a, b) => b.lexical - a.lexical || (b.dense ?? 0) - (a.dense ?? 0))
    .map((candidate) => ({ ...candidate, name: nameOf(candidate.id) }));
}

const names = (candidates: readonly { name: string | undefined }[]) => candidates.map(({ name }) => name);

describe.each(STORES)('the index on %s', (_, open) => {
  let store: Store;
  let index: MemoryIndex;
  beforeEach(() => {
    store = open();
    index = store.index;
  });
  afterEach(() => index[Symbol.asyncDispose]());

  const store3 = () =>
    index.upsert('conversation_context', [
      entry('blank', 'The method blanks of batch 7 were contaminated with nitrate', { group: 'c1' }),
      entry('freezer', 'Freezer two is warming, move the samples', { group: 'c1' }),
      entry('invoice', 'Please send the invoice to the client', { group: 'c2' }),
    ]);

  test('a word finds its other forms, the better match first', async () => {
    await store3();
    expect(names(await found(index, 'Which blank is contaminating nitrates?'))).toEqual(['blank']);
    expect(names(await found(index, 'sample freezers'))).toEqual(['freezer']);
    expect(await found(index, 'zebra')).toEqual([]);
  });

  test('the previous turn helps to find a turn that only refers to it, below the turn itself', async () => {
    const answer = entry('answer', 'Yes, twice since Monday', { before: 'Did the chromatograph drift?' });
    await index.upsert('conversation_context', [
      entry('question', 'Did the chromatograph drift?'),
      answer,
      entry('noise', 'The weather is fine'),
    ]);
    expect(names(await found(index, 'chromatograph drifting'))).toEqual(['question', 'answer']);
  });

  test('a day in words is found', async () => {
    const text = { content: 'pH meter calibrated', before: '', date: 'Friday 8 May 2026' };
    await index.upsert('conversation_context', [entry('march', 'pH meter calibrated'), { ...entry('may', ''), text }]);
    expect(names(await found(index, 'What happened on 8 May?'))).toEqual(['may']);
  });

  test('nobody finds what stands on another shelf: neither a colleague nor another organization', async () => {
    await index.upsert('conversation_context', [
      entry('mine', 'nitrate recovery low', { vector: axis(1) }),
      entry('colleague', 'nitrate recovery low', { shelf: BEN, vector: axis(1) }),
      entry('stranger', 'nitrate recovery low', { shelf: OTHER, vector: axis(1) }),
    ]);
    expect(names(await found(index, 'nitrate', { vector: axis(1) }))).toEqual(['mine']);
    expect(names(await found(index, 'nitrate', { shelf: BEN, vector: axis(1) }))).toEqual(['colleague']);
    expect(names(await found(index, 'nitrate', { shelf: OTHER, vector: axis(1) }))).toEqual(['stranger']);
  });

  test("what others store does not move a person's own scores", async () => {
    await store3();
    const before = await found(index, 'contaminated nitrate blanks freezer');
    await index.upsert(
      'conversation_context',
      Array.from({ length: 30 }, (_, n) =>
        entry(`theirs ${n}`, 'nitrate nitrate blanks', { shelf: n % 2 ? BEN : OTHER }),
      ),
    );
    expect(await found(index, 'contaminated nitrate blanks freezer')).toEqual(before);
  });

  test('a vector finds its neighbours of the same model and tells their cosine', async () => {
    await index.upsert('conversation_context', [
      entry('near', 'alpha', { vector: axis(1) }),
      entry('far', 'beta', { vector: axis(2) }),
      entry('other model', 'gamma', { vector: axis(1, 'minilm') }),
      entry('no vector', 'delta'),
    ]);
    const hits = await found(index, '', { vector: axis(1) });
    expect(names(hits)).toEqual(['near', 'far']);
    expect(hits[0]?.dense).toBeCloseTo(1, 5);
    expect(hits[1]?.dense).toBeCloseTo(0.0625 / 1.0625, 5);
    expect(hits.map(({ lexical }) => lexical)).toEqual([0, 0]);
  });

  test('words and a vector contribute to one candidate each', async () => {
    await index.upsert('conversation_context', [
      entry('both', 'titration endpoint', { vector: axis(3) }),
      entry('words only', 'titration curve'),
      entry('filler', 'nothing of the kind'),
      entry('more filler', 'nothing of the sort'),
    ]);
    const hits = await found(index, 'titration endpoint', { vector: axis(3) });
    expect(hits.map(({ name, dense }) => [name, dense === null ? null : Math.round(dense)])).toEqual([
      ['both', 1],
      ['words only', null],
    ]);
  });

  test('a search can be kept to one conversation, and its candidates name theirs', async () => {
    await index.upsert('conversation_context', [
      entry('one', 'autosampler jammed', { group: 'c1', vector: axis(1) }),
      entry('two', 'autosampler jammed', { group: 'c2', vector: axis(1) }),
    ]);
    const hits = await found(index, 'autosampler', { group: 'c2', vector: axis(1) });
    expect(hits.map(({ name, group, at }) => [name, group, at.toISOString()])).toEqual([
      ['two', 'c2', '2026-03-02T10:00:00.000Z'],
    ]);
  });

  test('each leg answers with at most the limit', async () => {
    await index.upsert(
      'conversation_context',
      Array.from({ length: 12 }, (_, n) => entry(`turn ${n}`, `pipette ${n}`, { vector: axis(n) })),
    );
    expect(await found(index, 'pipette', { limit: 5 })).toHaveLength(5);
    expect(await found(index, '', { vector: axis(1), limit: 5 })).toHaveLength(5);
  });

  test('storing an id again replaces it', async () => {
    await index.upsert('conversation_context', [entry('turn', 'centrifuge', { vector: axis(1) })]);
    await index.upsert('conversation_context', [entry('turn', 'balance')]);
    expect(await found(index, 'centrifuge', { vector: axis(1) })).toEqual([]);
    expect(names(await found(index, 'balance'))).toEqual(['turn']);
  });

  test('what was replaced or removed no longer moves the scores of the rest', async () => {
    await store3();
    const before = await found(index, 'contaminated nitrate blanks freezer');
    const passing = Array.from({ length: 30 }, (_, n) => entry(`passing ${n}`, 'nitrate nitrate blanks '.repeat(n)));
    await index.upsert('conversation_context', passing);
    await index.remove(
      'conversation_context',
      ANA.organizationId,
      passing.map(({ id }) => id),
    );
    for (let times = 0; times < 3; times++) await store3();
    expect(await found(index, 'contaminated nitrate blanks freezer')).toEqual(before);
  });

  test('what is removed leaves no hit and no trace in the store', async () => {
    const telling = axis(7).values.fill(0.7654321, 0, 3);
    const traces = ['zanzibarium', String(telling[0]), Buffer.from(telling.buffer, 0, 12).toString('latin1')];
    await index.upsert('conversation_context', [
      entry('secret', 'zanzibarium spill in room nine', { vector: { model: 'nomic', values: telling } }),
      entry('after', 'Understood', { before: 'zanzibarium spill in room nine' }),
      entry('kept', 'pipettes arrived', { vector: axis(1) }),
    ]);
    const full = await store.dump();
    expect(traces.filter((trace) => full.includes(trace)).length).toBeGreaterThan(0);
    await index.upsert('conversation_context', [entry('after', 'Understood')]);
    await index.remove('conversation_context', ANA.organizationId, [idOf('secret')]);
    expect(await found(index, 'zanzibarium')).toEqual([]);
    expect(names(await found(index, 'pipettes understood', { vector: axis(7) })).sort()).toEqual(['after', 'kept']);
    const rest = await store.dump();
    expect(traces.filter((trace) => rest.includes(trace))).toEqual([]);
  });

  test('the last entry of a shelf leaves no trace either', async () => {
    await index.upsert('conversation_context', [entry('only', 'zanzibarium', { shelf: BEN, vector: axis(2) })]);
    await index.remove('conversation_context', BEN.organizationId, [idOf('only')]);
    expect(await found(index, 'zanzibarium', { shelf: BEN, vector: axis(2) })).toEqual([]);
    expect(await store.dump()).not.toContain('zanzibarium');
  });

  test('nobody removes what another organization stored', async () => {
    await index.upsert('conversation_context', [entry('theirs', 'hood certified', { shelf: OTHER })]);
    await index.remove('conversation_context', ANA.organizationId, [idOf('theirs'), idOf('never stored')]);
    expect(names(await found(index, 'hood', { shelf: OTHER }))).toEqual(['theirs']);
  });

  test('the three collections are apart', async () => {
    for (const collection of COLLECTIONS) {
      await index.upsert(collection, [entry(collection, 'rework of nitrate', { vector: axis(1) })]);
    }
    for (const collection of COLLECTIONS) {
      const hits = await index.search(collection, { shelf: ANA, words: ['nitrate'], vector: axis(1), limit: 9 });
      expect(hits.map(({ id }) => nameOf(id))).toEqual([collection]);
    }
  });

  test('it tells what it holds, so that a rebuild adds what is missing and removes what is gone', async () => {
    expect(await index.highWater('conversation_context')).toBeNull();
    const at = (day: number) => new Date(Date.UTC(2026, 0, day));
    const all = ['a', 'b', 'c', 'd', 'e'].map((name, day) => entry(`page ${name}`, name, { at: at(day + 1) }));
    await index.upsert('conversation_context', all.toReversed());
    expect(await index.highWater('conversation_context')).toEqual(at(5));
    const first = await index.page('conversation_context', null, 3);
    const rest = await index.page('conversation_context', first.at(-1)?.id ?? null, 3);
    expect([...first, ...rest]).toEqual(all.map(({ id }) => ({ id, organizationId: 'org-1' })));
    expect(await index.known('conversation_context', [idOf('page b'), idOf('unknown')])).toEqual(
      new Set([idOf('page b')]),
    );
  });

  test('it survives a restart', async () => {
    await store3();
    index = await store.reopen();
    expect(names(await found(index, 'contaminated blanks'))).toEqual(['blank']);
  });

  test('words with quotes, operators and foreign scripts are words', async () => {
    await index.upsert('conversation_context', [
      entry('quoted', 'AND "NEAR" OR (naïve) 分析 결과 *'),
      entry('filler', 'one'),
      entry('more filler', 'two'),
    ]);
    for (const question of ['naive"', 'NEAR(', '结果 OR 분석 결과', '分析']) {
      expect(names(await found(index, question))).toEqual(['quoted']);
    }
  });
});

test('a damaged file is replaced, and its owner is told why', async () => {
  const path = join(folder, 'memory.sqlite');
  await writeFile(path, 'not a database, by any means'.repeat(1000));
  const reasons: unknown[] = [];
  await using index = createSqliteIndex(path, (reason) => reasons.push(reason));
  expect(String(reasons[0])).toMatch(/not a database/);
  expect(await index.highWater('conversation_context')).toBeNull();
});

describe('the requests to Qdrant', () => {
  test.skipIf(!readQdrantContract())('conform to its published contract', async () => {
    await using index = createQdrantIndex({ url: qdrant.url });
    await index.upsert('conversation_context', [entry('turn', 'nitrate', { group: 'c1', vector: axis(1) })]);
    const search = { shelf: ANA, words: ['nitrate'], vector: axis(1), group: 'c1', limit: 5 };
    expect(await index.search('conversation_context', search)).toHaveLength(1);
    await index.known('conversation_context', [idOf('turn')]);
    await index.highWater('conversation_context');
    await index.page('conversation_context', idOf('turn'), 5);
    await index.remove('conversation_context', ANA.organizationId, [idOf('turn')]);
    expect(qdrant.violations).toEqual([]);
  });

  test.skipIf(!readQdrantContract())('would be caught if they did not', () => {
    const contract = readQdrantContract();
    const template = '/collections/{collection_name}';
    const misspelt = { vectors: { embedding: { size: 384, distance: 'cosine' } } };
    expect(contract?.request('PUT', template, new URLSearchParams(), misspelt)).not.toEqual([]);
    expect(contract?.request('PUT', template, new URLSearchParams(), { vector: {} })).not.toEqual([]);
    expect(contract?.request('PUT', template, new URLSearchParams('wiat=true'), {})).not.toEqual([]);
  });

  test('create three collections of 384 numbers by cosine, with the organization as the tenant', async () => {
    await using index = createQdrantIndex({ url: qdrant.url });
    await index.known('conversation_context', []);
    expect(qdrant.bodies('PUT /collections/{collection_name}')).toEqual(
      COLLECTIONS.map(() => ({
        vectors: { embedding: { size: 384, distance: 'Cosine' } },
        sparse_vectors: { words: { modifier: 'idf' } },
      })),
    );
    const tenants = qdrant
      .bodies('PUT /collections/{collection_name}/index')
      .filter((body) => JSON.stringify(body).includes('is_tenant'));
    const expected = { field_name: 'organization_id', field_schema: { type: 'keyword', is_tenant: true } };
    expect(tenants).toEqual(COLLECTIONS.map(() => expected));
  });

  test('that fail are reported as unavailable, and the next one succeeds', async () => {
    await using index = createQdrantIndex({ url: qdrant.url });
    qdrant.fail(true);
    await expect(index.highWater('conversation_context')).rejects.toThrow(UnavailableError);
    qdrant.fail(false);
    expect(await index.highWater('conversation_context')).toBeNull();
  });

  test.each([408, 429, 500, 503])('that are answered with %i are reported as unavailable', async (status) => {
    await using index = createQdrantIndex({ url: qdrant.url });
    qdrant.fail(status);
    await expect(index.highWater('conversation_context')).rejects.toThrow(UnavailableError);
  });

  test('that nobody answers are reported as unavailable', async () => {
    await using index = createQdrantIndex({ url: 'http://127.0.0.1:1' });
    await expect(index.highWater('conversation_context')).rejects.toThrow(UnavailableError);
  });

  test.each([400, 401, 404, 422])('that are refused with %i will be refused again: nothing is away', async (status) => {
    await using index = createQdrantIndex({ url: qdrant.url });
    await index.highWater('conversation_context');
    qdrant.fail(status);
    const refused = index.upsert('conversation_context', [entry('refused', 'nitrate')]);
    await expect(refused).rejects.toThrow(expect.objectContaining({ status }));
    await expect(refused).rejects.not.toThrow(UnavailableError);
    qdrant.fail(false);
    await index.upsert('conversation_context', [entry('taken', 'nitrate')]);
  });

  test('that prepare the collections may come from two processes at once', async () => {
    await using one = createQdrantIndex({ url: qdrant.url });
    await using other = createQdrantIndex({ url: qdrant.url });
    const both = [one, other].map((index) => index.highWater('conversation_context'));
    expect(await Promise.all(both)).toEqual([null, null]);
  });
});

import { rmSync } from 'node:fs';
import { DatabaseSync, type SQLOutputValue } from 'node:sqlite';
import * as sqliteVec from 'sqlite-vec';
import type { Candidate } from '../domain/ranking.ts';
import { bytesOfVector, DIMENSIONS } from '../domain/vector.ts';
import {
  type Collection,
  FIELD_WEIGHTS,
  type IndexEntry,
  type IndexSearch,
  type MemoryIndex,
  type Shelf,
} from './memory-index.ts';

/** A file of another layout is thrown away and built again from the database. */
const LAYOUT = 1;
const MOST_NEIGHBOURS = 4096;

type Row = Record<string, SQLOutputValue>;

const TABLES = `
  CREATE TABLE IF NOT EXISTS shelf (
    id INTEGER PRIMARY KEY,
    collection TEXT NOT NULL,
    organization_id TEXT NOT NULL,
    owner TEXT NOT NULL,
    UNIQUE (collection, organization_id, owner)
  );
  CREATE TABLE IF NOT EXISTS point (
    rowid INTEGER PRIMARY KEY,
    id TEXT NOT NULL,
    collection TEXT NOT NULL,
    shelf_id INTEGER NOT NULL REFERENCES shelf (id),
    group_id TEXT NOT NULL,
    at INTEGER NOT NULL,
    payload TEXT NOT NULL,
    UNIQUE (collection, id)
  );
  CREATE INDEX IF NOT EXISTS point_at ON point (collection, at);
  CREATE VIRTUAL TABLE IF NOT EXISTS vector USING vec0 (
    shelf TEXT PARTITION KEY,
    embedding FLOAT[${DIMENSIONS}] DISTANCE_METRIC=cosine,
    group_id TEXT
  );
  PRAGMA user_version = ${LAYOUT};
`;

function openDatabase(path: string): DatabaseSync {
  const db = new DatabaseSync(path, { allowExtension: true, timeout: 5_000 });
  try {
    sqliteVec.load(db);
    db.enableLoadExtension(false);
    // secure_delete overwrites what is deleted: erased words must not linger in free pages.
    db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA secure_delete = ON');
    const layout = Number(db.prepare('PRAGMA user_version').get()?.user_version);
    if (layout !== 0 && layout !== LAYOUT) throw new Error(`layout ${layout} instead of ${LAYOUT}`);
    db.exec(TABLES);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

/** A file that is damaged or of another layout holds nothing that the database does not: it makes room for a new one. */
function openOrReplace(path: string, onReplaced: (reason: unknown) => void): DatabaseSync {
  try {
    return openDatabase(path);
  } catch (error) {
    if (path === ':memory:') throw error;
    onReplaced(error);
    for (const suffix of ['', '-wal', '-shm']) rmSync(path + suffix, { force: true });
    return openDatabase(path);
  }
}

function transact(db: DatabaseSync, work: () => void): void {
  db.exec('BEGIN IMMEDIATE');
  try {
    work();
    db.exec('COMMIT');
  } catch (error) {
    db.exec('ROLLBACK');
    throw error;
  }
}

const wordsTable = (shelf: bigint) => `words_${shelf}`;
const partition = (shelf: bigint, model: string) => `${shelf} ${model}`;

function findShelf(db: DatabaseSync, collection: Collection, { organizationId, owner }: Shelf): bigint | null {
  const row = db
    .prepare('SELECT id FROM shelf WHERE collection = ? AND organization_id = ? AND owner = ?')
    .get(collection, organizationId, owner);
  return row ? BigInt(Number(row.id)) : null;
}

/**
 * Each shelf has a word table of its own: BM25's statistics then come from that shelf alone, and no search can leave it.
 * The table keeps the texts: without them (content = '') FTS5 cannot take a deleted row out of its statistics.
 */
function ensureShelf(db: DatabaseSync, collection: Collection, shelf: Shelf): bigint {
  const found = findShelf(db, collection, shelf);
  if (found !== null) return found;
  const { lastInsertRowid } = db
    .prepare('INSERT INTO shelf (collection, organization_id, owner) VALUES (?, ?, ?)')
    .run(collection, shelf.organizationId, shelf.owner);
  const id = BigInt(lastInsertRowid);
  db.exec(`CREATE VIRTUAL TABLE ${wordsTable(id)} USING fts5 (
    content, before, date, tokenize = 'porter unicode61 remove_diacritics 2')`);
  return id;
}

function insertEntry(db: DatabaseSync, collection: Collection, entry: IndexEntry): void {
  const shelf = ensureShelf(db, collection, entry.shelf);
  const group = entry.group ?? '';
  const { lastInsertRowid } = db
    .prepare('INSERT INTO point (id, collection, shelf_id, group_id, at, payload) VALUES (?, ?, ?, ?, ?, ?)')
    .run(entry.id, collection, shelf, group, entry.at.getTime(), JSON.stringify(entry.payload));
  const rowid = BigInt(lastInsertRowid);
  const { content, before, date } = entry.text;
  db.prepare(`INSERT INTO ${wordsTable(shelf)} (rowid, content, before, date) VALUES (?, ?, ?, ?)`).run(
    rowid,
    content,
    before,
    date,
  );
  if (!entry.vector) return;
  db.prepare('INSERT INTO vector (rowid, shelf, embedding, group_id) VALUES (?, ?, ?, ?)').run(
    rowid,
    partition(shelf, entry.vector.model),
    bytesOfVector(entry.vector),
    group,
  );
}

/** Takes the points out and answers with the shelves they stood on, whose word tables still need `scrub`. */
function deletePoints(db: DatabaseSync, points: readonly Row[]): Set<bigint> {
  const shelves = new Set<bigint>();
  for (const { rowid, shelf_id } of points) {
    const shelf = BigInt(Number(shelf_id));
    const row = BigInt(Number(rowid));
    shelves.add(shelf);
    db.prepare(`DELETE FROM ${wordsTable(shelf)} WHERE rowid = ?`).run(row);
    db.prepare('DELETE FROM vector WHERE rowid = ?').run(row);
    db.prepare('DELETE FROM point WHERE rowid = ?').run(row);
  }
  return shelves;
}

/** A deleted row's words stay in the index behind a marker; merging everything into one segment drops both. */
function scrub(db: DatabaseSync, shelves: ReadonlySet<bigint>): void {
  for (const shelf of shelves) {
    const table = wordsTable(shelf);
    const empty = !db.prepare('SELECT 1 FROM point WHERE shelf_id = ? LIMIT 1').get(shelf);
    if (empty) db.exec(`DROP TABLE ${table}; DELETE FROM shelf WHERE id = ${shelf}`);
    else db.exec(`INSERT INTO ${table} (${table}) VALUES ('optimize')`);
  }
}

interface Hit {
  lexical: number;
  dense: number | null;
  readonly group: string;
  readonly at: number;
}

function searchWords(db: DatabaseSync, shelf: bigint, search: IndexSearch, hits: Map<string, Hit>): void {
  if (search.words.length === 0) return;
  const table = wordsTable(shelf);
  const { content, before, date } = FIELD_WEIGHTS;
  const rows = db
    .prepare(
      `SELECT point.id, point.group_id, point.at, -bm25(${table}, ${content}, ${before}, ${date}) AS score
       FROM ${table} JOIN point ON point.rowid = ${table}.rowid
       WHERE ${table} MATCH ? ${search.group ? 'AND point.group_id = ?' : ''}
       ORDER BY score DESC, point.id DESC LIMIT ?`,
    )
    .all(
      search.words.map((word) => `"${word.replaceAll('"', '""')}"`).join(' OR '),
      ...(search.group ? [search.group] : []),
      search.limit,
    );
  for (const { id, group_id, at, score } of rows) {
    hits.set(String(id), { lexical: Number(score), dense: null, group: String(group_id), at: Number(at) });
  }
}

function searchVectors(db: DatabaseSync, shelf: bigint, search: IndexSearch, hits: Map<string, Hit>): void {
  if (!search.vector) return;
  const rows = db
    .prepare(
      `SELECT point.id, point.group_id, point.at, found.distance
       FROM (SELECT rowid, distance FROM vector
             WHERE embedding MATCH ? AND k = ? AND shelf = ? ${search.group ? 'AND group_id = ?' : ''}) AS found
       JOIN point ON point.rowid = found.rowid`,
    )
    .all(
      bytesOfVector(search.vector),
      BigInt(Math.min(search.limit, MOST_NEIGHBOURS)),
      partition(shelf, search.vector.model),
      ...(search.group ? [search.group] : []),
    );
  for (const { id, group_id, at, distance } of rows) {
    const dense = 1 - Number(distance);
    const hit = hits.get(String(id));
    if (hit) hit.dense = dense;
    else hits.set(String(id), { lexical: 0, dense, group: String(group_id), at: Number(at) });
  }
}

/** Which of `ids` the collection holds, of one organization where it is given. */
function pointsOf(db: DatabaseSync, collection: Collection, ids: readonly string[], organizationId?: string): Row[] {
  return db
    .prepare(
      `SELECT point.rowid, point.id, point.shelf_id FROM point JOIN shelf ON shelf.id = point.shelf_id
       WHERE point.collection = ? AND point.id IN (SELECT value FROM json_each(?))
       ${organizationId === undefined ? '' : 'AND shelf.organization_id = ?'}`,
    )
    .all(collection, JSON.stringify(ids), ...(organizationId === undefined ? [] : [organizationId]));
}

function searchShelf(db: DatabaseSync, collection: Collection, search: IndexSearch): Candidate[] {
  const shelf = findShelf(db, collection, search.shelf);
  if (shelf === null) return [];
  const hits = new Map<string, Hit>();
  searchWords(db, shelf, search, hits);
  searchVectors(db, shelf, search, hits);
  return [...hits].map(([id, { lexical, dense, group, at }]) => ({
    id,
    lexical,
    dense,
    group: group || null,
    at: new Date(at),
  }));
}

/** The pages of an overwritten row also lie in the write-ahead log: empty it. */
function forgetLog(db: DatabaseSync): void {
  db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
}

function upsertEntries(db: DatabaseSync, collection: Collection, entries: readonly IndexEntry[]): void {
  let replaced = false;
  transact(db, () => {
    const stale = deletePoints(
      db,
      pointsOf(
        db,
        collection,
        entries.map(({ id }) => id),
      ),
    );
    for (const entry of entries) insertEntry(db, collection, entry);
    scrub(db, stale);
    replaced = stale.size > 0;
  });
  if (replaced) forgetLog(db);
}

function removePoints(db: DatabaseSync, collection: Collection, organizationId: string, ids: readonly string[]): void {
  transact(db, () => scrub(db, deletePoints(db, pointsOf(db, collection, ids, organizationId))));
  forgetLog(db);
}

/**
 * The index of a single process: one SQLite file at `path` (or `:memory:`), words by FTS5 and BM25, vectors by
 * sqlite-vec. It survives a restart; a damaged file is replaced by an empty one after `onReplaced` was told why.
 */
export function createSqliteIndex(path: string, onReplaced: (reason: unknown) => void = () => {}): MemoryIndex {
  const db = openOrReplace(path, onReplaced);
  return {
    upsert: async (collection, entries) => upsertEntries(db, collection, entries),
    remove: async (collection, organizationId, ids) => removePoints(db, collection, organizationId, ids),
    search: async (collection, search) => searchShelf(db, collection, search),
    known: async (collection, ids) => new Set(pointsOf(db, collection, ids).map(({ id }) => String(id))),
    async highWater(collection) {
      const row = db.prepare('SELECT max(at) AS at FROM point WHERE collection = ?').get(collection);
      return row?.at == null ? null : new Date(Number(row.at));
    },
    page: async (collection, after, limit) =>
      db
        .prepare(
          `SELECT point.id, shelf.organization_id FROM point JOIN shelf ON shelf.id = point.shelf_id
           WHERE point.collection = ? AND point.id > ? ORDER BY point.id LIMIT ?`,
        )
        .all(collection, after ?? '', limit)
        .map((row) => ({ id: String(row.id), organizationId: String(row.organization_id) })),
    async [Symbol.asyncDispose]() {
      db.close();
    },
  };
}

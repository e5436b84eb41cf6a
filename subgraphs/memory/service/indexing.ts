import type { StoredEvent } from '#platform/events/index.ts';
import type { MemoryDeps } from '../context.ts';
import { eraseExpired, expiredContexts } from '../data/erasure.ts';
import { loadEntries, storedSince } from '../data/index-entries.ts';
import { COLLECTIONS, type Collection, type IndexEntry } from '../data/memory-index.ts';
import { expired, indexChange, type Removal, removalsOf } from '../events.ts';

export type IndexingDeps = Pick<MemoryDeps, 'db' | 'index' | 'clock'>;

/** Rows are committed a little after the moment they carry, and moments differ between machines. */
const OVERLAP_MS = 3_600_000;
const PAGE = 500;
const FIRST_ID = '00000000-0000-0000-0000-000000000000';
/** Names the erasure of expired turns in events, where a person's id stands otherwise. */
const SYSTEM_ACTOR = 'system';

function load(deps: IndexingDeps, organizationId: string, collection: Collection, ids: readonly string[]) {
  return deps.db.read({ organizationId }, (tx) => loadEntries(tx, collection, ids, deps.clock()));
}

const fingerprint = (entries: readonly IndexEntry[]) =>
  JSON.stringify(entries.map(({ id, text }) => [id, text.before]).sort());

/**
 * Makes the index say what the rows say. An erasure may commit between reading a row and writing its entry; the rows
 * are therefore read again afterwards, until nothing has changed, so that no erased word stays behind.
 */
export async function indexRows(
  deps: IndexingDeps,
  organizationId: string,
  collection: Collection,
  ids: readonly string[],
): Promise<void> {
  let entries = await load(deps, organizationId, collection, ids);
  for (;;) {
    await deps.index.upsert(collection, entries);
    const present = await load(deps, organizationId, collection, ids);
    const remaining = new Set(present.map(({ id }) => id));
    const gone = entries.map(({ id }) => id).filter((id) => !remaining.has(id));
    if (gone.length > 0) await deps.index.remove(collection, organizationId, gone);
    if (fingerprint(present) === fingerprint(entries)) return;
    entries = present;
  }
}

/** Takes erased rows out of the index, and their words out of the entries that follow them. */
export async function unindexRows(deps: IndexingDeps, organizationId: string, removal: Removal): Promise<void> {
  const { collection, ids, neighbours } = removal;
  if (neighbours.length > 0) await indexRows(deps, organizationId, collection, neighbours);
  const stale = [...(await deps.index.known(collection, ids))];
  if (stale.length > 0) await deps.index.remove(collection, organizationId, stale);
}

/** Indexes those of the rows that the index lacks, and answers with their number. Rows never change, so the others are right. */
export async function indexMissing(
  deps: IndexingDeps,
  organizationId: string,
  collection: Collection,
  ids: readonly string[],
) {
  const known = await deps.index.known(collection, ids);
  const missing = ids.filter((id) => !known.has(id));
  if (missing.length > 0) await indexRows(deps, organizationId, collection, missing);
  return missing.length;
}

/** The consumer: repairs what the request that wrote could not do itself. */
export async function followEvent(deps: IndexingDeps, event: StoredEvent): Promise<void> {
  const change = indexChange(event);
  if (change?.kind === 'stored') await indexMissing(deps, event.organizationId, change.collection, change.ids);
  if (change?.kind === 'removed') await unindexRows(deps, event.organizationId, change);
}

interface OwnedId {
  readonly id: string;
  readonly organizationId: string;
}

function byOrganization(rows: readonly OwnedId[]): [organizationId: string, ids: string[]][] {
  return [...Map.groupBy(rows, ({ organizationId }) => organizationId)].map(([organizationId, group]) => [
    organizationId,
    group.map(({ id }) => id),
  ]);
}

async function addMissing(deps: IndexingDeps, collection: Collection, since: Date, signal?: AbortSignal) {
  let added = 0;
  let after = FIRST_ID;
  while (!signal?.aborted) {
    const page = { since, after, most: PAGE };
    const rows = await deps.db.system((tx) => storedSince(tx, collection, page));
    for (const [organizationId, ids] of byOrganization(rows)) {
      added += await indexMissing(deps, organizationId, collection, ids);
    }
    const last = rows.at(-1);
    if (!last) break;
    after = last.id;
  }
  return added;
}

/**
 * Adds what the database has and the index lacks: everything when the index is new, else what was stored since its
 * newest entry. Answers with the number of entries added.
 */
export async function catchUp(deps: IndexingDeps, signal: AbortSignal): Promise<number> {
  let added = 0;
  for (const collection of COLLECTIONS) {
    const newest = await deps.index.highWater(collection);
    const since = new Date(newest ? newest.getTime() - OVERLAP_MS : 0);
    added += await addMissing(deps, collection, since, signal);
  }
  return added;
}

async function removeOrphans(deps: IndexingDeps, collection: Collection): Promise<void> {
  let after: string | null = null;
  for (;;) {
    const page: readonly OwnedId[] = await deps.index.page(collection, after, PAGE);
    for (const [organizationId, ids] of byOrganization(page)) {
      const present = new Set((await load(deps, organizationId, collection, ids)).map(({ id }) => id));
      const orphans = ids.filter((id) => !present.has(id));
      if (orphans.length > 0) await deps.index.remove(collection, organizationId, orphans);
    }
    const last = page.at(-1);
    if (!last) return;
    after = last.id;
  }
}

/** Compares the whole index with the database, both ways: for an index restored from an old copy. Run daily. */
export async function sweep(deps: IndexingDeps): Promise<void> {
  for (const collection of COLLECTIONS) {
    await removeOrphans(deps, collection);
    await addMissing(deps, collection, new Date(0));
  }
}

/** Erases what has expired, of all organizations; readers have not seen it since the moment it expired. */
export async function purgeExpired(deps: IndexingDeps): Promise<number> {
  let purged = 0;
  for (;;) {
    const now = deps.clock();
    const rows = await deps.db.system((tx) => expiredContexts(tx, now, PAGE));
    if (rows.length === 0) return purged;
    for (const [organizationId, ids] of byOrganization(rows)) {
      const erased = await deps.db.write({ organizationId, userId: SYSTEM_ACTOR }, async (unit) => {
        const gone = await eraseExpired(unit.tx, ids, now);
        await unit.announce(expired(gone));
        return gone;
      });
      for (const removal of removalsOf(erased)) await unindexRows(deps, organizationId, removal);
      purged += erased.contexts.length;
    }
  }
}

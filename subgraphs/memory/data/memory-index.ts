import type { Candidate } from '../domain/ranking.ts';
import type { Vector } from '../domain/vector.ts';

/** Each compares vectors of 384 numbers by cosine (DIMENSIONS). */
export const COLLECTIONS = ['conversation_context', 'workflow_patterns', 'user_interactions'] as const;
export type Collection = (typeof COLLECTIONS)[number];

/** Who may find an entry: nothing on one shelf, not even a word count, bears on a search of another. */
export interface Shelf {
  readonly organizationId: string;
  /** The person; for patterns the laboratory's staff or one client's people. */
  readonly owner: string;
}

/** What a word search looks at. The neighbours of the content count less than the content itself. */
export interface SearchableText {
  readonly content: string;
  /** The previous turn of the conversation, which often names what this one only refers to. */
  readonly before: string;
  /** The day in words: questions ask for it. */
  readonly date: string;
}

export type PayloadValue = string | number | boolean | null | readonly string[];

export interface IndexEntry {
  /** The row's id, a UUIDv7. */
  readonly id: string;
  readonly shelf: Shelf;
  /** The conversation's row for contexts. */
  readonly group: string | null;
  readonly at: Date;
  readonly text: SearchableText;
  readonly vector: Vector | null;
  /** The fields that the collection promises beside its vector, for those who read the store directly. */
  readonly payload: Readonly<Record<string, PayloadValue>>;
}

export interface IndexSearch {
  readonly shelf: Shelf;
  /** Plain words, none repeated (queryWords); may be empty when a vector is sent. */
  readonly words: readonly string[];
  readonly vector: Vector | null;
  readonly group?: string | null;
  /** How many candidates each leg contributes at most. */
  readonly limit: number;
}

/**
 * Finds ids by words and vectors. It is derived: rows live in the database, which decides what a search may show,
 * and the index can be lost and built again. Operations resolve when a following search sees their effect.
 */
export interface MemoryIndex extends AsyncDisposable {
  /** Adds entries or replaces those of the same ids. */
  upsert(collection: Collection, entries: readonly IndexEntry[]): Promise<void>;
  /** Leaves no word, number or payload of them in the store; ids of other organizations and unknown ids are ignored. */
  remove(collection: Collection, organizationId: string, ids: readonly string[]): Promise<void>;
  search(collection: Collection, search: IndexSearch): Promise<Candidate[]>;
  /** Which of these ids it holds. */
  known(collection: Collection, ids: readonly string[]): Promise<ReadonlySet<string>>;
  /** The moment of the newest entry: what the database stored well before it is here, or the outbox will say so. */
  highWater(collection: Collection): Promise<Date | null>;
  /** All entries in the order of their ids, for the sweep that removes what the database no longer has. */
  page(collection: Collection, after: string | null, limit: number): Promise<readonly IndexedId[]>;
}

export interface IndexedId {
  readonly id: string;
  readonly organizationId: string;
}

/** What the ranking weighs each field of the text by; measured, see docs/decisions/061. */
export const FIELD_WEIGHTS = { content: 1, before: 0.5, date: 1 } as const;

import type { Actor, Announcement, OnceCall } from '#platform/database/index.ts';
import type { CatalogueKind, CatalogueRows } from '../domain/catalogue.ts';
import type { FactSource } from '../domain/facts.ts';
import type { Keyset, SampleFilter, SampleOrder } from '../domain/listing.ts';
import type { Analysis, CustodyEntry, Result, Sample, Verification } from '../domain/types.ts';

/**
 * Whose rows are seen: people of a client see its samples only, as if there were no others, of results those that are
 * verified and stand, and no reasons.
 */
export interface Scope {
  readonly organizationId: string;
  readonly clientId: string | null;
  /** Decisions rest on every result of the sample and on why, also where people of a client cause them. */
  readonly deciding: boolean;
}

export interface CustodyPage {
  readonly after: { readonly at: Date; readonly id: string } | null;
  readonly limit: number;
}

/** As of the sample's `factsVersion`, with what whoever decides by the facts keeps of the sample. */
export type VersionedSource = FactSource & Pick<Sample, 'factsVersion' | 'dueAt' | 'clientId'>;

/** Ids that are no ids, or that belong to somebody else, find nothing. Lists of found rows have no particular order unless said. */
export interface SampleReader {
  samplesByIds(ids: readonly string[]): Promise<Sample[]>;
  /** What the facts of the samples are made of, all of one moment. For decisions: it tells what is not released, too. */
  factSourcesOf(sampleIds: readonly string[]): Promise<VersionedSource[]>;
  /** Oldest first. */
  childrenOf(parentIds: readonly string[]): Promise<Sample[]>;
  /** At most `limit` rows behind `after`; rows without a value for the order come last in either direction. */
  listSamples(
    filter: SampleFilter,
    page: { readonly order: SampleOrder; readonly after: Keyset | null; readonly limit: number },
  ): Promise<Sample[]>;
  countSamples(filter: SampleFilter): Promise<number>;
  /** Of each sample at most `limit` entries behind `after`, oldest first. */
  custodyOf(sampleIds: readonly string[], page: CustodyPage): Promise<CustodyEntry[]>;
  /** How many entries each sample has; those without any are left out. */
  countCustody(sampleIds: readonly string[]): Promise<ReadonlyMap<string, number>>;
  analysesByIds(ids: readonly string[]): Promise<Analysis[]>;
  /** In the order in which they were asked for. */
  analysesOf(sampleIds: readonly string[]): Promise<Analysis[]>;
  repeatsOf(analysisIds: readonly string[]): Promise<Analysis[]>;
  /** Oldest first. */
  resultsOf(analysisIds: readonly string[]): Promise<Result[]>;
  /** Of all results of the analyses, oldest first. */
  verificationsOf(analysisIds: readonly string[]): Promise<Verification[]>;
  catalogueByIds<Kind extends CatalogueKind>(kind: Kind, ids: readonly string[]): Promise<CatalogueRows[Kind][]>;
  catalogueByCodes<Kind extends CatalogueKind>(kind: Kind, codes: readonly string[]): Promise<CatalogueRows[Kind][]>;
  /** By code; without `limit` all of them. */
  listCatalogue<Kind extends CatalogueKind>(
    kind: Kind,
    page: { readonly after: string | null; readonly limit?: number },
  ): Promise<CatalogueRows[Kind][]>;
  countCatalogue(kind: CatalogueKind): Promise<number>;
}

/** A row as it was and as it is to become: written only where the stored version is still that of `before`. */
export interface Change<Row> {
  readonly before: Row;
  readonly after: Row;
}

/** One transaction. Every statement takes any number of rows. */
export interface SampleWriter extends SampleReader {
  /**
   * Locks the samples until the transaction ends, in the order of their ids, and reads them. Every change of a
   * sample or of one of its analyses locks the sample first: what was read after it stays true.
   */
  lockSamples(ids: readonly string[]): Promise<Sample[]>;
  lockSamplesOfAnalyses(analysisIds: readonly string[]): Promise<Sample[]>;
  /** Takes `count` numbers of the year and returns the first. Registrations of one organization wait here for each other. */
  takeAccessionNumbers(year: number, count: number): Promise<number>;
  /** Those of the barcodes that a sample of the organization has. */
  takenBarcodes(barcodes: readonly string[]): Promise<ReadonlySet<string>>;
  /** How many samples were taken from each parent; those without any are left out. */
  countAliquots(parentIds: readonly string[]): Promise<ReadonlyMap<string, number>>;
  insertSamples(samples: readonly Sample[]): Promise<void>;
  insertAnalyses(analyses: readonly Analysis[]): Promise<void>;
  insertCustody(entries: readonly CustodyEntry[]): Promise<void>;
  insertResults(results: readonly Result[]): Promise<void>;
  insertVerifications(verifications: readonly Verification[]): Promise<void>;
  /** @throws ConflictError when a stored version is no longer that of `before`. */
  changeSamples(changes: readonly Change<Sample>[]): Promise<void>;
  /** @throws ConflictError when a stored version is no longer that of `before`. */
  changeAnalyses(changes: readonly Change<Analysis>[]): Promise<void>;
  /** Makes the saves of one kind wait for each other until the transaction ends. */
  lockCatalogue(kind: CatalogueKind): Promise<void>;
  saveCatalogue<Kind extends CatalogueKind>(kind: Kind, rows: readonly CatalogueRows[Kind][]): Promise<void>;
  announce(events: readonly Announcement[]): Promise<unknown>;
  once<T>(call: OnceCall, work: () => Promise<T>): Promise<T>;
  /** Those of the events that `consumer` sees for the first time. */
  firstTime(consumer: string, eventIds: readonly string[]): Promise<ReadonlySet<string>>;
}

export interface SampleStore {
  read<T>(scope: Scope, work: (reader: SampleReader) => Promise<T>): Promise<T>;
  /** One transaction, retried when it collides with another: `work` must have no effect outside it. */
  write<T>(actor: Actor, clientId: string | null, work: (writer: SampleWriter) => Promise<T>): Promise<T>;
}

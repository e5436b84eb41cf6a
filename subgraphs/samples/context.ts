import DataLoader from 'dataloader';
import type { Actor } from '#platform/database/index.ts';
import { fillContext, type RequestContext } from '#platform/graphql/index.ts';
import { idOf } from '#platform/identity/index.ts';
import type { SampleReader, SampleStore, Scope } from './data/sample-store.ts';
import type { CatalogueKind, CatalogueRows } from './domain/catalogue.ts';
import type { Analysis, CustodyEntry, Result, Sample, Verification } from './domain/types.ts';

export interface SamplesDeps {
  readonly store: SampleStore;
  readonly clock: () => Date;
  readonly newId: () => string;
}

type ById<Row> = DataLoader<string, Row | null>;
type ListBy<Row> = DataLoader<string, Row[]>;

export interface SamplesContext extends RequestContext, SamplesDeps {
  readonly loaders: {
    readonly sampleById: ById<Sample>;
    readonly childrenOf: ListBy<Sample>;
    /** The first so many entries of a sample's custody. */
    readonly custodyStart: (limit: number) => ListBy<CustodyEntry>;
    readonly custodyCount: DataLoader<string, number>;
    readonly analysisById: ById<Analysis>;
    readonly analysesOf: ListBy<Analysis>;
    readonly repeatOf: ById<Analysis>;
    readonly resultsOf: ListBy<Result>;
    readonly verificationsOf: ListBy<Verification>;
    readonly catalogue: { readonly [Kind in CatalogueKind]: ById<CatalogueRows[Kind]> };
  };
}

/** What the caller may see: people of a client see its samples only, and of results what is released to it. */
export function scopeOf({ viewer }: RequestContext): Scope {
  return { organizationId: viewer.organizationId, clientId: viewer.clientId, deciding: false };
}

export function actorOf({ viewer, requestId }: RequestContext): Actor {
  return { organizationId: viewer.organizationId, userId: viewer.userId, requestId };
}

function oneBy<Row>(
  load: (keys: readonly string[]) => Promise<readonly Row[]>,
  keyOf: (row: Row) => string | null,
): ById<Row> {
  return new DataLoader(async (keys) => {
    const byKey = new Map((await load(keys)).map((row) => [keyOf(row), row]));
    return keys.map((key) => byKey.get(idOf(key)) ?? null);
  });
}

function manyBy<Row>(
  load: (keys: readonly string[]) => Promise<readonly Row[]>,
  keyOf: (row: Row) => string | null,
): ListBy<Row> {
  return new DataLoader(async (keys) => {
    const groups = Map.groupBy(await load(keys), keyOf);
    return keys.map((key) => groups.get(key) ?? []);
  });
}

/** One loader for each of the values that callers name. */
function each<Loader>(make: (value: number) => Loader): (value: number) => Loader {
  const made = new Map<number, Loader>();
  return (value) => {
    const loader = made.get(value) ?? make(value);
    made.set(value, loader);
    return loader;
  };
}

/** `deps` live as long as the process; the context, and so its loaders' caches, as long as one request. */
export function createContext(deps: SamplesDeps, request: RequestContext): SamplesContext {
  const read = <T>(work: (reader: SampleReader) => Promise<T>) => deps.store.read(scopeOf(request), work);
  const catalogue = <Kind extends CatalogueKind>(kind: Kind) =>
    oneBy<CatalogueRows[Kind]>(
      (ids) => read((reader) => reader.catalogueByIds(kind, ids)),
      (row) => row.id,
    );
  const loaders: SamplesContext['loaders'] = {
    sampleById: oneBy(
      (ids) => read((reader) => reader.samplesByIds(ids)),
      ({ id }) => id,
    ),
    childrenOf: manyBy(
      (ids) => read((reader) => reader.childrenOf(ids)),
      ({ parentId }) => parentId,
    ),
    custodyStart: each((limit) =>
      manyBy(
        (ids) => read((reader) => reader.custodyOf(ids, { after: null, limit })),
        ({ sampleId }) => sampleId,
      ),
    ),
    custodyCount: new DataLoader(async (ids: readonly string[]) => {
      const counts = await read((reader) => reader.countCustody(ids));
      return ids.map((id) => counts.get(id) ?? 0);
    }),
    analysisById: oneBy(
      (ids) => read((reader) => reader.analysesByIds(ids)),
      ({ id }) => id,
    ),
    analysesOf: manyBy(
      (ids) => read((reader) => reader.analysesOf(ids)),
      ({ sampleId }) => sampleId,
    ),
    repeatOf: oneBy(
      (ids) => read((reader) => reader.repeatsOf(ids)),
      ({ replacesId }) => replacesId,
    ),
    resultsOf: manyBy(
      (ids) => read((reader) => reader.resultsOf(ids)),
      ({ analysisId }) => analysisId,
    ),
    verificationsOf: manyBy(
      (ids) => read((reader) => reader.verificationsOf(ids)),
      ({ analysisId }) => analysisId,
    ),
    catalogue: {
      SampleType: catalogue('SampleType'),
      Client: catalogue('Client'),
      SamplePoint: catalogue('SamplePoint'),
      AnalysisService: catalogue('AnalysisService'),
    },
  };
  return fillContext(request, deps, { loaders });
}

import DataLoader from 'dataloader';
import type { Database } from '#platform/database/index.ts';
import { AppError } from '#platform/errors/index.ts';
import type { EventLog } from '#platform/events/index.ts';
import { type Ask, fillContext, type RequestContext } from '#platform/graphql/index.ts';
import { idOf } from '#platform/identity/index.ts';
import type { Logger } from '#platform/logging/index.ts';
import type { BlobStore } from './data/blob-store.ts';
import type { FilesTx } from './data/client.ts';
import * as files from './data/files-repository.ts';
import type { UploadStage } from './data/upload-stage.ts';
import * as uploads from './data/uploads-repository.ts';
import type { Grant } from './domain/access.ts';
import type { File, FileVersion, Upload } from './domain/file.ts';

export interface FilesDeps extends AsyncDisposable {
  readonly db: Database<FilesTx>;
  readonly eventLog: EventLog;
  readonly blobs: BlobStore;
  readonly stage: UploadStage;
  readonly logger: Logger;
  readonly clock: () => Date;
  readonly newId: () => string;
  /** Signs upload and download URLs. */
  readonly signingKey: string;
  /** How clients reach this subgraph's routes, without a slash at the end. */
  readonly publicUrl: () => string;
  readonly maxBytes: number;
  readonly uploadHours: number;
}

export interface SeenWorkflow {
  readonly id: string;
  readonly sampleId: string | null;
}

export interface FilesLoaders {
  readonly fileById: DataLoader<string, File | null>;
  readonly grantsByFile: DataLoader<string, readonly Grant[]>;
  readonly currentVersion: DataLoader<File, FileVersion | null, string>;
  readonly uploadById: DataLoader<string, Upload | null>;
  /** Whether samples shows a sample to the caller. */
  readonly sampleSeen: DataLoader<string, boolean>;
  /** The workflow as workflows shows it to the caller, or null. */
  readonly workflowSeen: DataLoader<string, SeenWorkflow | null>;
}

export interface FilesContext extends RequestContext, Omit<FilesDeps, 'logger'> {
  readonly loaders: FilesLoaders;
}

/** `deps` live as long as the process; the context, and so its loaders' caches, as long as one request. */
export function createContext(deps: FilesDeps, request: RequestContext): FilesContext {
  const loaders = { ...createRowLoaders(deps, request), ...createNeighbourLoaders(request.ask) };
  const { logger: _, ...lasting } = deps; // a request has its own, which tells its id
  return fillContext(request, lasting, { loaders });
}

function loaderById<Row extends { readonly id: string }>(
  find: (ids: readonly string[]) => Promise<readonly Row[]>,
): DataLoader<string, Row | null> {
  const load = async (ids: readonly string[]) => {
    const byId = new Map((await find(ids)).map((row) => [row.id, row]));
    return ids.map((id) => byId.get(idOf(id)) ?? null);
  };
  return new DataLoader(load, { cacheKeyFn: idOf });
}

function createRowLoaders({ db }: FilesDeps, request: RequestContext) {
  const fileById = loaderById((ids) => db.read(request.viewer, (tx) => files.findFiles(tx, ids)));
  const grantsByFile = new DataLoader<string, readonly Grant[]>(async (ids) => {
    const found = await db.read(request.viewer, (tx) => files.findGrants(tx, ids));
    return ids.map((id) => found.get(id) ?? []);
  });
  const currentVersion = new DataLoader<File, FileVersion | null, string>(
    async (of) => {
      const found = await db.read(request.viewer, (tx) => files.findCurrentVersions(tx, of));
      const byFile = new Map(found.map((version) => [`${version.fileId}:${version.number}`, version]));
      return of.map((file) => byFile.get(`${file.id}:${file.currentVersion}`) ?? null);
    },
    { cacheKeyFn: ({ id, currentVersion }) => `${id}:${currentVersion}` },
  );
  const uploadById = loaderById((ids) => db.read(request.viewer, (tx) => uploads.findUploads(tx, ids)));
  return { fileById, grantsByFile, currentVersion, uploadById };
}

interface Entities<T> {
  readonly _entities: readonly (T | null)[];
}

/** Who sees what is their owners' to say: asked with the caller's identity, for all ids at once. */
function createNeighbourLoaders(ask: Ask) {
  const samples = 'query ($of: [_Any!]!) { _entities(representations: $of) { ... on Sample { id } } }';
  const sampleSeen = new DataLoader<string, boolean>(async (ids) => {
    const found = await askEntities<{ id: string }>(ask, 'samples', 'Sample', samples, ids);
    return found.map((sample) => sample !== null);
  });
  const workflows =
    'query ($of: [_Any!]!) { _entities(representations: $of) { ... on Workflow { id sample { id } } } }';
  const workflowSeen = new DataLoader<string, SeenWorkflow | null>(async (ids) => {
    type Found = { readonly id: string; readonly sample: { readonly id: string } | null };
    const found = await askEntities<Found>(ask, 'workflows', 'Workflow', workflows, ids);
    return found.map((workflow) => workflow && { id: workflow.id, sampleId: workflow.sample?.id ?? null });
  });
  return { sampleSeen, workflowSeen };
}

/** Null for what the owner does not show. An answer may fail as a whole for one id among many: then each is asked alone. */
async function askEntities<T>(
  ask: Ask,
  subgraph: string,
  type: string,
  document: string,
  ids: readonly string[],
): Promise<readonly (T | null)[]> {
  try {
    const of = ids.map((id) => ({ __typename: type, id }));
    return (await ask<Entities<T>>(subgraph, document, { of }))._entities;
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'NOT_FOUND') throw error;
    if (ids.length === 1) return [null];
    const alone = await Promise.all(ids.map((id) => askEntities<T>(ask, subgraph, type, document, [id])));
    return alone.flat();
  }
}

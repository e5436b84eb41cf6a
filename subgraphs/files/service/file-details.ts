import { NotFoundError } from '#platform/errors/index.ts';
import { isId } from '#platform/identity/index.ts';
import type { FilesContext } from '../context.ts';
import * as files from '../data/files-repository.ts';
import type { File, FileVersion, Upload } from '../domain/file.ts';
import type { Extracted } from '../domain/media-types.ts';
import { findVisibleFile } from './visible-files.ts';

export async function newestUpload(ctx: FilesContext, file: File): Promise<Upload> {
  const upload = await ctx.loaders.uploadById.load(file.uploadId);
  if (upload === null) throw new NotFoundError('Upload', file.uploadId);
  return upload;
}

/** Texts taken from the current version. */
export async function extractions(ctx: FilesContext, file: File): Promise<Extracted[]> {
  const version = await ctx.loaders.currentVersion.load(file);
  return version ? ctx.db.read(ctx.viewer, (tx) => files.findExtractions(tx, version.id)) : [];
}

/** A version when the caller may read its file, else null. */
export async function findVisibleVersion(ctx: FilesContext, id: string): Promise<FileVersion | null> {
  const version = isId(id) ? await ctx.db.read(ctx.viewer, (tx) => files.findVersion(tx, id)) : null;
  return version && (await findVisibleFile(ctx, version.fileId)) ? version : null;
}

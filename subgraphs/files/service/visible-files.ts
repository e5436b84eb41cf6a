import { ForbiddenError, NotFoundError } from '#platform/errors/index.ts';
import { isId } from '#platform/identity/index.ts';
import type { FilesContext } from '../context.ts';
import { type AccessLevel, accessTo, atLeast, type Grant, reachOf } from '../domain/access.ts';
import type { File } from '../domain/file.ts';

export async function levelOf(ctx: FilesContext, file: File): Promise<AccessLevel> {
  const reach = reachOf(ctx.viewer);
  if (reach.kind === 'all') return reach.level;
  const grants = await ctx.loaders.grantsByFile.load(file.id);
  const withoutSample = accessTo(file, grants, reach, false);
  // Samples is asked only where its answer decides.
  if (file.sampleId === null || accessTo(file, grants, reach, true) === withoutSample) return withoutSample;
  return accessTo(file, grants, reach, await ctx.loaders.sampleSeen.load(file.sampleId));
}

/** The file when the caller may read it, else null: nobody learns of files that they may not see. */
export async function findVisibleFile(ctx: FilesContext, id: string): Promise<File | null> {
  const file = isId(id) ? await ctx.loaders.fileById.load(id) : null;
  return file !== null && atLeast(await levelOf(ctx, file), 'READ') ? file : null;
}

/** @throws NotFoundError when the caller may not see the file. */
export async function getFile(ctx: FilesContext, id: string): Promise<File> {
  const file = await findVisibleFile(ctx, id);
  if (file === null) throw new NotFoundError('File', id);
  return file;
}

/** @throws ForbiddenError, saying who could help, when the caller sees the file but may do less than `wanted`. */
export async function requireLevel(ctx: FilesContext, id: string, wanted: 'WRITE' | 'MANAGE'): Promise<File> {
  const file = await getFile(ctx, id);
  if (atLeast(await levelOf(ctx, file), wanted)) return file;
  throw new ForbiddenError(
    wanted === 'WRITE'
      ? 'You may read this file, but not add versions: ask its uploader or a manager of files to share it with WRITE.'
      : 'Only the uploader of a file and the managers of files may share it.',
    { level: wanted },
  );
}

/** Who a file was shared with, for those who may change it. */
export async function visibleGrants(ctx: FilesContext, file: File): Promise<Grant[]> {
  return atLeast(await levelOf(ctx, file), 'MANAGE') ? [...(await ctx.loaders.grantsByFile.load(file.id))] : [];
}

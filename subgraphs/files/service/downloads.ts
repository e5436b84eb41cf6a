import type { FilesContext, FilesDeps } from '../context.ts';
import * as files from '../data/files-repository.ts';
import type { File, FileVersion } from '../domain/file.ts';
import { signToken } from '../domain/signed-token.ts';
import { fileDownloaded } from '../events.ts';
import { DOWNLOAD_PATH, type DownloadDesk } from '../http/downloads.ts';

const LINK_LASTS_MS = 5 * 60_000;

export interface DownloadLink {
  readonly url: string;
  readonly expiresAt: Date;
}

/** A link to a version of a file that the caller was shown; it works for that person's next five minutes. */
export function downloadLink(ctx: FilesContext, version: FileVersion): DownloadLink {
  const { organizationId, userId } = ctx.viewer;
  const expiresAt = new Date(ctx.clock().getTime() + LINK_LASTS_MS);
  const claims = { organizationId, userId, subjectId: version.id, expiresAt: expiresAt.getTime() };
  return { url: `${ctx.publicUrl()}${DOWNLOAD_PATH}/${signToken('download', claims, ctx.signingKey)}`, expiresAt };
}

export async function currentDownload(ctx: FilesContext, file: File): Promise<DownloadLink | null> {
  const version = await ctx.loaders.currentVersion.load(file);
  return version && downloadLink(ctx, version);
}

/** What the download route asks and tells. */
export function createDownloadDesk(deps: FilesDeps): DownloadDesk<FileVersion> {
  return {
    find: ({ organizationId, subjectId }) => deps.db.read({ organizationId }, (tx) => files.findVersion(tx, subjectId)),
    async record({ organizationId, userId }, version, ranges) {
      await deps.db.write({ organizationId, userId }, (unit) => unit.announce([fileDownloaded(version, ranges)]));
    },
  };
}

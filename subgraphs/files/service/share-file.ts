import { BadInputError } from '#platform/errors/index.ts';
import type { FilesContext } from '../context.ts';
import * as files from '../data/files-repository.ts';
import { type GrantLevel, parseSubject } from '../domain/access.ts';
import type { File } from '../domain/file.ts';
import { fileShared } from '../events.ts';
import { getFile, requireLevel } from './visible-files.ts';

const MAX_REASON = 500;
const MAX_GRANTS = 1000;

export interface ShareFile {
  readonly fileId: string;
  readonly subject: string;
  readonly level: GrantLevel | 'NONE';
  readonly reason: string | null;
}

/** @throws BadInputError for a subject that cannot exist; NotFoundError or ForbiddenError unless the caller may share the file. */
export async function shareFile(
  ctx: FilesContext,
  input: ShareFile,
  idempotencyKey: string | null,
): Promise<{ file: File }> {
  const subject = parseSubject(input.subject);
  if (subject === null) {
    throw new BadInputError(
      `"subject" must be "role:<role>", for example "role:client", or "user:<id>", got ${JSON.stringify(input.subject)}.`,
    );
  }
  if ((input.reason?.length ?? 0) > MAX_REASON)
    throw new BadInputError(`"reason" has at most ${MAX_REASON} characters.`);
  const { id } = await requireLevel(ctx, input.fileId, 'MANAGE');
  await ctx.db.write({ ...ctx.viewer, requestId: ctx.requestId }, (unit) =>
    unit.once({ operation: 'shareFile', key: idempotencyKey, request: input }, async () => {
      const file = await files.lockFile(unit.tx, id);
      const grants = (await files.findGrants(unit.tx, [id])).get(id) ?? [];
      const before = grants.find((grant) => grant.subject === subject)?.level ?? null;
      const after = input.level === 'NONE' ? null : input.level;
      if (file === null || before === after) return { fileId: id };
      if (before === null && grants.length >= MAX_GRANTS) {
        throw new BadInputError(
          `A file is shared with at most ${MAX_GRANTS} roles and people: share it with a role instead.`,
        );
      }
      await files.setGrant(unit.tx, file, subject, input.level);
      await unit.announce([fileShared(id, { subject, before, after, reason: input.reason })]);
      return { fileId: id };
    }),
  );
  ctx.loaders.grantsByFile.clear(id);
  return { file: await getFile(ctx, id) };
}

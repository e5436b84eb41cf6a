import { type Connection, connectionOf, decodeKeyset, encodeKeyset, pageSize } from '#platform/graphql/index.ts';
import type { FilesContext } from '../context.ts';
import * as files from '../data/files-repository.ts';
import { reachOf } from '../domain/access.ts';
import type { File, FileVersion } from '../domain/file.ts';

export interface PageArgs {
  readonly first: number;
  readonly after?: string | null | undefined;
}

function idAfter(args: PageArgs): string | null {
  if (!args.after) return null;
  const [id] = decodeKeyset(args.after, ['uuid']);
  return id;
}

/** Files of a sample or attached to a workflow, as far as the caller may see them. */
export async function listFiles(
  ctx: FilesContext,
  subject: files.FileSubject,
  args: PageArgs,
): Promise<Connection<File>> {
  const first = pageSize(args.first);
  const after = idAfter(args);
  const listing = await listingFor(ctx, subject);
  const rows = await ctx.db.read(ctx.viewer, (tx) => files.listFiles(tx, listing, first, after));
  return connectionOf({
    rows,
    first,
    after: args.after,
    cursor: (file) => encodeKeyset([file.id]),
    node: (file) => file,
    totalCount: () => ctx.db.read(ctx.viewer, (tx) => files.countFiles(tx, listing)),
  });
}

async function listingFor(ctx: FilesContext, subject: files.FileSubject): Promise<files.FileListing> {
  const { organizationId } = ctx.viewer;
  const reach = reachOf(ctx.viewer);
  if (reach.kind === 'all') return { organizationId, subject, reach, seenSampleIds: [] };
  const candidates =
    'sampleId' in subject
      ? [subject.sampleId]
      : await ctx.db.read(ctx.viewer, (tx) => files.samplesOfWorkflow(tx, organizationId, subject.workflowId));
  const seen = await ctx.loaders.sampleSeen.loadMany(candidates);
  const failure = seen.find((answer) => answer instanceof Error);
  if (failure) throw failure;
  return { organizationId, subject, reach, seenSampleIds: candidates.filter((_id, index) => seen[index] === true) };
}

/** Versions of a file that the caller was shown. */
export async function listVersions(ctx: FilesContext, file: File, args: PageArgs): Promise<Connection<FileVersion>> {
  const first = pageSize(args.first);
  const after = args.after ? decodeKeyset(args.after, ['integer'])[0] : null;
  const rows = await ctx.db.read(ctx.viewer, (tx) => files.listVersions(tx, file.id, first, after));
  return connectionOf({
    rows,
    first,
    after: args.after,
    cursor: (version) => encodeKeyset([version.number]),
    node: (version) => version,
    // Versions are numbered without a gap and never removed.
    totalCount: async () => file.currentVersion,
  });
}

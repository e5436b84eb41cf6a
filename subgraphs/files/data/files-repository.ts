import type { Grant, GrantLevel, Reach } from '../domain/access.ts';
import type { File, FileStatus, FileVersion } from '../domain/file.ts';
import type { Extracted } from '../domain/media-types.ts';
import type { FilesReader, FilesTx } from './client.ts';
import type { File as FileRow, Prisma, FileVersion as VersionRow } from './prisma.generated/client.ts';

function toFile(row: FileRow): File {
  // The column holds only what this module wrote; a size was declared as a safe integer.
  return { ...row, size: Number(row.size), status: row.status as FileStatus };
}

function toVersion(row: VersionRow): FileVersion {
  return { ...row, size: Number(row.size) };
}

export async function createFile(tx: FilesTx, file: File): Promise<void> {
  await tx.file.create({ data: { ...file, size: BigInt(file.size) } });
}

export async function findFiles(tx: FilesReader, ids: readonly string[]): Promise<File[]> {
  return (await tx.file.findMany({ where: { id: { in: [...ids] } } })).map(toFile);
}

/** The file, locked until the transaction ends: versions are numbered one after the other. */
export async function lockFile(tx: FilesTx, id: string): Promise<File | null> {
  await tx.$queryRaw`SELECT 1 FROM file WHERE id = ${id}::uuid FOR UPDATE`;
  return (await findFiles(tx, [id]))[0] ?? null;
}

export async function saveFile(tx: FilesTx, file: File): Promise<void> {
  const { id, name, mediaType, size, sha256, status, currentVersion, uploadId } = file;
  const data = { name, mediaType, size: BigInt(size), sha256, status, currentVersion, uploadId };
  await tx.file.update({ where: { id }, data });
}

/** Which files belong to the list, apart from who asks. */
export type FileSubject = { readonly sampleId: string } | { readonly workflowId: string };

export interface FileListing {
  readonly organizationId: string;
  readonly subject: FileSubject;
  readonly reach: Reach;
  /** Samples that the person sees, among those that the list's files belong to. */
  readonly seenSampleIds: readonly string[];
}

/** The same rule as domain/access.ts, for lists; a property test holds the two together. */
function listed({ organizationId, subject, reach, seenSampleIds }: FileListing): Prisma.FileWhereInput {
  const base = { organizationId, ...subject };
  return reach.kind === 'all' ? base : { AND: [base, { OR: reachable(reach, seenSampleIds) }] };
}

function reachable(reach: Extract<Reach, { kind: 'some' }>, seenSampleIds: readonly string[]): Prisma.FileWhereInput[] {
  const seen = { sampleId: { in: [...seenSampleIds] } };
  const sharedWith = (subjects: readonly string[]) => ({ access: { some: { subject: { in: [...subjects] } } } });
  return [
    { ownerId: reach.userId },
    sharedWith(reach.subjects),
    { AND: [sharedWith(reach.subjectsWithinSamples), { OR: [{ sampleId: null }, seen] }] },
    ...(reach.readsSamplesFiles ? [seen] : []),
  ];
}

/** One row more than `first`, the newest first, behind the given id. Ids grow with time. */
export async function listFiles(
  tx: FilesReader,
  listing: FileListing,
  first: number,
  after: string | null,
): Promise<File[]> {
  const behind = after === null ? {} : { id: { lt: after } };
  const rows = await tx.file.findMany({
    where: { AND: [listed(listing), behind] },
    orderBy: { id: 'desc' },
    take: first + 1,
  });
  return rows.map(toFile);
}

export function countFiles(tx: FilesReader, listing: FileListing): Promise<number> {
  return tx.file.count({ where: listed(listing) });
}

/** Samples that files of a workflow belong to: one, unless somebody attached a file of another. */
export async function samplesOfWorkflow(
  tx: FilesReader,
  organizationId: string,
  workflowId: string,
): Promise<string[]> {
  const rows = await tx.file.findMany({
    where: { organizationId, workflowId, sampleId: { not: null } },
    distinct: ['sampleId'],
    select: { sampleId: true },
    take: 1000,
  });
  return rows.flatMap(({ sampleId }) => (sampleId === null ? [] : [sampleId]));
}

export async function createVersion(tx: FilesTx, version: FileVersion, extracted: Extracted | null): Promise<void> {
  await tx.fileVersion.create({ data: { ...version, size: BigInt(version.size) } });
  if (extracted === null) return;
  const { id: versionId, organizationId } = version;
  await tx.fileExtraction.create({ data: { ...extracted, versionId, organizationId } });
}

export async function findVersion(tx: FilesReader, id: string): Promise<FileVersion | null> {
  const row = await tx.fileVersion.findFirst({ where: { id } });
  return row === null ? null : toVersion(row);
}

/** The current version of each file that has one. */
export async function findCurrentVersions(tx: FilesReader, files: readonly File[]): Promise<FileVersion[]> {
  const wanted = files.map(({ id: fileId, currentVersion: number }) => ({ fileId, number }));
  return (await tx.fileVersion.findMany({ where: { OR: wanted } })).map(toVersion);
}

/** One row more than `first`, the newest first, behind the given number. */
export async function listVersions(
  tx: FilesReader,
  fileId: string,
  first: number,
  after: number | null,
): Promise<FileVersion[]> {
  const rows = await tx.fileVersion.findMany({
    where: { fileId, ...(after !== null && { number: { lt: after } }) },
    orderBy: { number: 'desc' },
    take: first + 1,
  });
  return rows.map(toVersion);
}

export async function findExtractions(tx: FilesReader, versionId: string): Promise<Extracted[]> {
  const rows = await tx.fileExtraction.findMany({ where: { versionId }, orderBy: { kind: 'asc' } });
  return rows.map(({ kind, text, truncated }) => ({ kind: kind as Extracted['kind'], text, truncated }));
}

export async function findGrants(tx: FilesReader, fileIds: readonly string[]): Promise<Map<string, Grant[]>> {
  const rows = await tx.fileAccess.findMany({ where: { fileId: { in: [...fileIds] } }, orderBy: { subject: 'asc' } });
  const grants = new Map<string, Grant[]>(fileIds.map((id) => [id, []]));
  for (const { fileId, subject, level } of rows) grants.get(fileId)?.push({ subject, level: level as GrantLevel });
  return grants;
}

/** `NONE` withdraws. */
export async function setGrant(
  tx: FilesTx,
  file: Pick<File, 'id' | 'organizationId'>,
  subject: string,
  level: GrantLevel | 'NONE',
): Promise<void> {
  const { id: fileId, organizationId } = file;
  if (level === 'NONE') {
    await tx.fileAccess.deleteMany({ where: { fileId, subject } });
    return;
  }
  await tx.fileAccess.upsert({
    where: { fileId_subject: { fileId, subject } },
    create: { fileId, subject, organizationId, level },
    update: { level },
  });
}

/** Where the organization's log of file events stands in this transaction's view. */
export async function findLogPosition(tx: FilesReader): Promise<{ epoch: string; sequence: number } | null> {
  const rows = await tx.$queryRaw<{ epoch: string; sequence: bigint }[]>`
    SELECT epoch::text AS epoch, sequence FROM event_counter WHERE topic = 'file'`;
  const [row] = rows;
  return row ? { epoch: row.epoch, sequence: Number(row.sequence) } : null;
}

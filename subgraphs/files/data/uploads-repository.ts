import type { Rejection, RejectionCode, Upload, UploadStatus } from '../domain/file.ts';
import type { FilesReader, FilesTx } from './client.ts';
import type { Upload as UploadRow } from './prisma.generated/client.ts';

function toUpload({ rejectionCode, rejectionMessage, staged: _, ...row }: UploadRow): Upload {
  const rejection =
    rejectionCode === null ? null : { code: rejectionCode as RejectionCode, message: rejectionMessage ?? '' };
  // The columns hold only what this module wrote.
  return { ...row, size: Number(row.size), status: row.status as UploadStatus, rejection };
}

export async function createUpload(tx: FilesTx, { rejection: _, ...upload }: Upload): Promise<void> {
  await tx.upload.create({ data: { ...upload, size: BigInt(upload.size), staged: true } });
}

export async function findUploads(tx: FilesReader, ids: readonly string[]): Promise<Upload[]> {
  return (await tx.upload.findMany({ where: { id: { in: [...ids] } } })).map(toUpload);
}

export async function findUpload(tx: FilesReader, id: string): Promise<Upload | null> {
  return (await findUploads(tx, [id]))[0] ?? null;
}

export function countUnfinished(tx: FilesReader, organizationId: string, userId: string): Promise<number> {
  return tx.upload.count({ where: { organizationId, createdBy: userId, status: 'PENDING' } });
}

/** False when the upload has moved on meanwhile: whoever moved it has said so. */
export async function moveUpload(
  tx: FilesTx,
  id: string,
  from: readonly UploadStatus[],
  to: UploadStatus,
  rejection: Rejection | null = null,
): Promise<boolean> {
  const { count } = await tx.upload.updateMany({
    where: { id, status: { in: [...from] } },
    data: { status: to, rejectionCode: rejection?.code ?? null, rejectionMessage: rejection?.message ?? null },
  });
  return count === 1;
}

/** Nothing of the upload is left outside the blob store. */
export async function markUnstaged(tx: FilesTx, id: string): Promise<void> {
  await tx.upload.updateMany({ where: { id }, data: { staged: false } });
}

export interface StagedUploadRef {
  readonly id: string;
  readonly organizationId: string;
  readonly createdBy: string;
}

/** Uploads of all organizations that still have something staged, the oldest first. */
export function findStaged(tx: FilesReader, begunBefore: Date, most: number): Promise<StagedUploadRef[]> {
  return tx.$queryRaw<StagedUploadRef[]>`
    SELECT id::text AS id, organization_id::text AS "organizationId", created_by::text AS "createdBy"
    FROM staged_uploads(${begunBefore}::timestamptz, ${most}::int)`;
}

import { buffer } from 'node:stream/consumers';
import { fileTypeFromBuffer } from 'file-type';
import type { FilesDeps } from '../context.ts';
import * as files from '../data/files-repository.ts';
import * as uploads from '../data/uploads-repository.ts';
import { type File, type FileVersion, type Rejection, statusAfter, type Upload } from '../domain/file.ts';
import { type ContentSample, type Extracted, extractText, judgeContent } from '../domain/media-types.ts';
import { fileAvailable, processingBegun, uploadRejected } from '../events.ts';

/** Enough to recognize every accepted type and to hold what is extracted. */
const SAMPLE_BYTES = 512 * 1024;

export interface UploadRef {
  readonly id: string;
  readonly organizationId: string;
  /** In whose name what becomes of the upload is written. */
  readonly createdBy: string;
}

const actorOf = ({ organizationId, createdBy: userId }: UploadRef) => ({ organizationId, userId });

function findUpload(deps: FilesDeps, ref: UploadRef): Promise<Upload | null> {
  return deps.db.read(ref, (tx) => uploads.findUpload(tx, ref.id));
}

/**
 * Decides what becomes of an upload whose bytes have all arrived: a version, or a rejection with its reason. Every step
 * can be repeated, so whoever died in the middle is followed by whoever calls this next.
 */
export async function processUpload(deps: FilesDeps, ref: UploadRef): Promise<void> {
  const upload = await findUpload(deps, ref);
  if (upload === null) return;
  if (upload.status === 'PENDING' || upload.status === 'PROCESSING') {
    if (upload.status === 'PENDING') await beginProcessing(deps, upload);
    await settle(deps, upload);
  }
  await removeStaged(deps, ref);
}

async function beginProcessing(deps: FilesDeps, upload: Upload): Promise<void> {
  await deps.db.write(actorOf(upload), async (unit) => {
    if (!(await uploads.moveUpload(unit.tx, upload.id, ['PENDING'], 'PROCESSING'))) return;
    await standAs(unit.tx, upload, 'PROCESSING');
    await unit.announce([processingBegun(upload)]);
  });
}

async function settle(deps: FilesDeps, upload: Upload): Promise<void> {
  if ((await deps.stage.received(upload.id)) !== upload.size) {
    const message = 'The bytes were removed before they could be checked: upload them again.';
    return rejectUpload(deps, upload, { code: 'TERMINATED', message });
  }
  const sample = await sampleOf(deps, upload);
  const verdict = judgeContent(upload.mediaType, sample);
  if (verdict.kind === 'refused') return rejectUpload(deps, upload, verdict);
  const { organizationId, sha256, size } = upload;
  const content = await deps.stage.open(upload.id);
  // A store that fails early would leave the content open.
  const put = await deps.blobs.put({ organizationId, sha256 }, size, content).finally(() => content.destroy());
  if (put.kind === 'mismatch') {
    const message = `The received content has the SHA-256 ${put.received.sha256}, declared was ${sha256}: hash the very bytes that are sent.`;
    return rejectUpload(deps, upload, { code: 'SHA256_MISMATCH', message });
  }
  await addVersion(deps, upload, extractText(upload.mediaType, sample));
}

async function sampleOf(deps: FilesDeps, upload: Upload): Promise<ContentSample> {
  const head = await buffer(await deps.stage.open(upload.id, SAMPLE_BYTES));
  const found = await fileTypeFromBuffer(head);
  return { detected: found?.mime ?? null, head, whole: upload.size <= SAMPLE_BYTES };
}

/** Version, file, upload and event in one transaction. */
async function addVersion(deps: FilesDeps, upload: Upload, extracted: Extracted | null): Promise<void> {
  await deps.db.write(actorOf(upload), async (unit) => {
    const file = await files.lockFile(unit.tx, upload.fileId);
    if (file === null || !(await uploads.moveUpload(unit.tx, upload.id, ['PROCESSING'], 'AVAILABLE'))) return;
    const version = versionOf(deps, upload, file.currentVersion + 1);
    const { name, mediaType, size, sha256 } = version;
    const content = { name, mediaType, size, sha256 };
    const next: File = { ...file, ...content, currentVersion: version.number, status: 'AVAILABLE' };
    await files.createVersion(unit.tx, version, extracted);
    await files.saveFile(unit.tx, next);
    await unit.announce([fileAvailable(next, version, file.currentVersion > 0 ? file : null)]);
  });
}

function versionOf(deps: FilesDeps, upload: Upload, number: number): FileVersion {
  const { organizationId, fileId, name, mediaType, size, sha256, reason, createdBy } = upload;
  const content = { name, mediaType, size, sha256 };
  return { id: deps.newId(), organizationId, fileId, number, ...content, reason, createdAt: deps.clock(), createdBy };
}

async function rejectUpload(deps: FilesDeps, upload: Upload, { code, message }: Rejection): Promise<void> {
  const rejection = { code, message };
  await deps.db.write(actorOf(upload), async (unit) => {
    if (!(await uploads.moveUpload(unit.tx, upload.id, ['PENDING', 'PROCESSING'], 'REJECTED', rejection))) return;
    await standAs(unit.tx, upload, 'REJECTED');
    await unit.announce([uploadRejected(upload, rejection)]);
  });
}

/** The file follows its newest upload until it has a version. */
async function standAs(
  tx: Parameters<typeof files.lockFile>[0],
  upload: Upload,
  status: Upload['status'],
): Promise<void> {
  const file = await files.lockFile(tx, upload.fileId);
  if (file?.uploadId !== upload.id) return;
  await files.saveFile(tx, { ...file, status: statusAfter(file, status) });
}

async function removeStaged(deps: FilesDeps, ref: UploadRef): Promise<void> {
  await deps.stage.remove(ref.id);
  await deps.db.write(actorOf(ref), (unit) => uploads.markUnstaged(unit.tx, ref.id));
}

/** The uploader gave up, or time has run out. Nothing happens when the upload has moved on. */
export async function endUpload(deps: FilesDeps, ref: UploadRef, code: 'TERMINATED' | 'EXPIRED'): Promise<void> {
  const upload = await findUpload(deps, ref);
  if (upload?.status !== 'PENDING') return;
  const message =
    code === 'EXPIRED'
      ? 'The bytes did not arrive before the upload expired: begin a new one.'
      : 'The uploader ended the upload.';
  await rejectUpload(deps, upload, { code, message });
  await removeStaged(deps, ref);
}

/** Goes on where a process died: finishes what has arrived, ends what has expired, removes what is left over. */
export async function repairUpload(deps: FilesDeps, ref: UploadRef): Promise<void> {
  const upload = await findUpload(deps, ref);
  if (upload?.status !== 'PENDING') return processUpload(deps, ref);
  if ((await deps.stage.received(upload.id)) === upload.size) return processUpload(deps, ref);
  if (upload.expiresAt <= deps.clock()) await endUpload(deps, ref, 'EXPIRED');
}

import { NotFoundError } from '#platform/errors/index.ts';
import { isId } from '#platform/identity/index.ts';
import type { FilesContext } from '../context.ts';
import type { FilesReader } from '../data/client.ts';
import * as files from '../data/files-repository.ts';
import * as uploads from '../data/uploads-repository.ts';
import {
  type ContentFacts,
  checkDeclaration,
  type File,
  refused,
  statusAfter,
  type Upload,
  type UploadRefused,
} from '../domain/file.ts';
import { signToken } from '../domain/signed-token.ts';
import { uploadBegun } from '../events.ts';
import { UPLOAD_PATH } from '../http/uploads.ts';
import { requireLevel } from './visible-files.ts';

const MAX_UNFINISHED = 100;
const MAX_REASON = 500;

export interface UploadTicket {
  readonly kind: 'ticket';
  readonly uploadUrl: string;
  readonly fileId: string;
  readonly uploadId: string;
  readonly expiresAt: Date;
}

/** A ticket as it is remembered: its URL is signed anew, so that no secret lies in the database. */
type Opened = Omit<UploadTicket, 'uploadUrl'>;

export interface NewFile extends ContentFacts {
  readonly sampleId: string | null;
  readonly workflowId: string | null;
}

export async function beginUpload(
  ctx: FilesContext,
  input: NewFile,
  idempotencyKey: string | null,
): Promise<UploadTicket | UploadRefused> {
  const declared = checkDeclaration(input, ctx.maxBytes);
  if (declared.kind === 'refused') return declared;
  const placed = await place(ctx, input);
  if ('kind' in placed) return placed;
  const opened = await ctx.db.write({ ...ctx.viewer, requestId: ctx.requestId }, (unit) =>
    unit.once({ operation: 'beginUpload', key: idempotencyKey, request: input }, async () => {
      const full = await quotaRefusal(ctx, unit.tx);
      if (full) return full;
      const upload = newUpload(ctx, ctx.newId(), declared.content, null);
      const file = newFile(ctx, upload, placed);
      await files.createFile(unit.tx, file);
      await uploads.createUpload(unit.tx, upload);
      await unit.announce([uploadBegun(upload, file)]);
      return openedOf(upload);
    }),
  );
  return ticketOf(ctx, opened);
}

interface Place {
  readonly sampleId: string | null;
  readonly workflowId: string | null;
}

/** Where the file belongs: only what the caller sees can be named. */
async function place(ctx: FilesContext, { sampleId, workflowId }: NewFile): Promise<Place | UploadRefused> {
  const workflow = workflowId !== null && isId(workflowId) ? await ctx.loaders.workflowSeen.load(workflowId) : null;
  if (workflowId !== null && workflow === null) {
    return refused('WORKFLOW_NOT_FOUND', `No workflow with id ${JSON.stringify(workflowId)} in your organization.`);
  }
  if (sampleId !== null && !(isId(sampleId) && (await ctx.loaders.sampleSeen.load(sampleId)))) {
    return refused('SAMPLE_NOT_FOUND', `No sample with id ${JSON.stringify(sampleId)} in your organization.`);
  }
  return { sampleId: sampleId ?? workflow?.sampleId ?? null, workflowId };
}

export interface NewVersion extends ContentFacts {
  readonly fileId: string;
  readonly reason: string;
}

/** @throws NotFoundError or ForbiddenError unless the caller may write the file. */
export async function addFileVersion(
  ctx: FilesContext,
  input: NewVersion,
  idempotencyKey: string | null,
): Promise<UploadTicket | UploadRefused> {
  const { id } = await requireLevel(ctx, input.fileId, 'WRITE');
  const reason = input.reason.trim();
  if (reason === '' || reason.length > MAX_REASON) {
    return refused('REASON_INVALID', `A new version needs a reason of 1 to ${MAX_REASON} characters.`);
  }
  const declared = checkDeclaration(input, ctx.maxBytes);
  if (declared.kind === 'refused') return declared;
  const opened = await ctx.db.write({ ...ctx.viewer, requestId: ctx.requestId }, (unit) =>
    unit.once({ operation: 'addFileVersion', key: idempotencyKey, request: input }, async () => {
      const full = await quotaRefusal(ctx, unit.tx);
      if (full) return full;
      const file = await files.lockFile(unit.tx, id);
      if (file === null) throw new NotFoundError('File', id);
      const upload = newUpload(ctx, id, declared.content, reason);
      await uploads.createUpload(unit.tx, upload);
      const next = { ...file, uploadId: upload.id, status: statusAfter(file, 'PENDING') };
      await files.saveFile(unit.tx, file.currentVersion > 0 ? next : { ...next, ...declared.content });
      await unit.announce([uploadBegun(upload, file)]);
      return openedOf(upload);
    }),
  );
  return ticketOf(ctx, opened);
}

async function quotaRefusal(ctx: FilesContext, tx: FilesReader): Promise<UploadRefused | null> {
  const { organizationId, userId } = ctx.viewer;
  const unfinished = await uploads.countUnfinished(tx, organizationId, userId);
  if (unfinished < MAX_UNFINISHED) return null;
  return refused(
    'QUOTA_EXCEEDED',
    `${unfinished} of your uploads are unfinished, and ${MAX_UNFINISHED} is the limit: finish some, or end them with DELETE.`,
  );
}

function newUpload(ctx: FilesContext, fileId: string, content: ContentFacts, reason: string | null): Upload {
  const createdAt = ctx.clock();
  return {
    ...content,
    id: ctx.newId(),
    organizationId: ctx.viewer.organizationId,
    fileId,
    reason,
    status: 'PENDING',
    createdAt,
    createdBy: ctx.viewer.userId,
    expiresAt: new Date(createdAt.getTime() + ctx.uploadHours * 3_600_000),
    rejection: null,
  };
}

function newFile(ctx: FilesContext, upload: Upload, { sampleId, workflowId }: Place): File {
  const { name, mediaType, size, sha256, organizationId, fileId: id, createdAt } = upload;
  const content = { name, mediaType, size, sha256 };
  const standing = { status: 'PENDING', currentVersion: 0, uploadId: upload.id } as const;
  return { id, organizationId, ...content, ...standing, sampleId, workflowId, ownerId: ctx.viewer.userId, createdAt };
}

function openedOf({ id: uploadId, fileId, expiresAt }: Upload): Opened {
  return { kind: 'ticket', fileId, uploadId, expiresAt };
}

function ticketOf(ctx: FilesContext, opened: Opened | UploadRefused): UploadTicket | UploadRefused {
  if (opened.kind === 'refused') return opened;
  const { organizationId, userId } = ctx.viewer;
  const claims = { organizationId, userId, subjectId: opened.uploadId, expiresAt: opened.expiresAt.getTime() };
  return { ...opened, uploadUrl: `${ctx.publicUrl()}${UPLOAD_PATH}/${signToken('upload', claims, ctx.signingKey)}` };
}

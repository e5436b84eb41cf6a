import type { File, FileVersion } from './domain/file.ts';
import type { Resolvers } from './schema.generated.ts';
import { addFileVersion, beginUpload } from './service/begin-upload.ts';
import { currentDownload, downloadLink } from './service/downloads.ts';
import { extractions, findVisibleVersion, newestUpload } from './service/file-details.ts';
import { listFiles, listVersions } from './service/file-lists.ts';
import { type FileProcessed, fileProcessed } from './service/file-processed.ts';
import { shareFile } from './service/share-file.ts';
import { findVisibleFile, getFile, visibleGrants } from './service/visible-files.ts';

const OUTCOMES = { ticket: 'UploadTicket', refused: 'UploadRefused' } as const;

export const resolvers: Resolvers = {
  Query: { file: (_, { id }, ctx) => getFile(ctx, id) },
  Mutation: {
    beginUpload: (_, { input: { idempotencyKey = null, sampleId = null, workflowId = null, ...input } }, ctx) =>
      beginUpload(ctx, { ...input, sampleId, workflowId }, idempotencyKey),
    addFileVersion: (_, { input: { idempotencyKey = null, ...input } }, ctx) =>
      addFileVersion(ctx, input, idempotencyKey),
    shareFile: (_, { input: { idempotencyKey = null, reason = null, ...input } }, ctx) =>
      shareFile(ctx, { ...input, reason }, idempotencyKey),
  },
  Subscription: {
    fileProcessed: {
      subscribe: (_, { fileId }, ctx) => fileProcessed(ctx, fileId),
      resolve: (state: FileProcessed) => state,
    },
  },
  File: {
    __resolveReference: ({ id }, ctx) => findVisibleFile(ctx, id) as Promise<File>,
    version: (file, _, ctx) => ctx.loaders.currentVersion.load(file),
    versions: (file, args, ctx) => listVersions(ctx, file, args),
    upload: (file, _, ctx) => newestUpload(ctx, file),
    extracted: (file, _, ctx) => extractions(ctx, file),
    download: (file, _, ctx) => currentDownload(ctx, file),
    access: (file, _, ctx) => visibleGrants(ctx, file),
    sample: ({ sampleId }) => (sampleId === null ? null : { id: sampleId }),
    workflow: ({ workflowId }) => (workflowId === null ? null : { id: workflowId }),
    by: ({ ownerId }) => ({ id: ownerId }),
  },
  FileVersion: {
    __resolveReference: ({ id }, ctx) => findVisibleVersion(ctx, id) as Promise<FileVersion>,
    by: ({ createdBy }) => ({ id: createdBy }),
    download: (version, _, ctx) => downloadLink(ctx, version),
  },
  Sample: { files: ({ id }, args, ctx) => listFiles(ctx, { sampleId: id }, args) },
  Workflow: { files: ({ id }, args, ctx) => listFiles(ctx, { workflowId: id }, args) },
  BeginUploadResult: { __resolveType: ({ kind }) => OUTCOMES[kind] },
  AddFileVersionResult: { __resolveType: ({ kind }) => OUTCOMES[kind] },
};

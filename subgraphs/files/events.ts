import type { DomainEvent, JsonObject } from '#platform/events/index.ts';
import type { GrantLevel } from './domain/access.ts';
import type { ByteRange } from './domain/byte-ranges.ts';
import type { ContentFacts, File, FileVersion, Rejection, Upload } from './domain/file.ts';

export const FILE_TOPIC = 'file';

/** Events after which a file or its upload stands differently. */
export const STATE_EVENTS: ReadonlySet<string> = new Set([
  'file.upload_begun',
  'file.processing',
  'file.available',
  'file.rejected',
]);

function fileEvent(type: string, fileId: string, payload: JsonObject, reason: string | null = null): DomainEvent {
  return { topic: FILE_TOPIC, type, subjectType: 'File', subjectId: fileId, reason, payload };
}

function facts({ name, mediaType, size, sha256 }: ContentFacts): JsonObject {
  return { name, mediaType, size, sha256 };
}

export function uploadBegun(upload: Upload, file: File): DomainEvent {
  const { sampleId, workflowId } = file;
  const payload = { uploadId: upload.id, sampleId, workflowId, declared: facts(upload) };
  return fileEvent('file.upload_begun', file.id, payload, upload.reason);
}

export function processingBegun(upload: Upload): DomainEvent {
  return fileEvent('file.processing', upload.fileId, { uploadId: upload.id });
}

/** `before` is the version that this one follows. */
export function fileAvailable(file: File, version: FileVersion, before: File | null): DomainEvent {
  const { uploadId, sampleId, workflowId } = file;
  const { id: versionId, number } = version;
  const change = { before: before && facts(before), after: facts(version) };
  const payload = { uploadId, versionId, number, sampleId, workflowId, ...change };
  return fileEvent('file.available', file.id, payload, version.reason);
}

export function uploadRejected(upload: Upload, rejection: Rejection): DomainEvent {
  const payload = { uploadId: upload.id, code: rejection.code, declared: facts(upload) };
  return fileEvent('file.rejected', upload.fileId, payload, rejection.message);
}

export function fileShared(
  fileId: string,
  change: {
    readonly subject: string;
    readonly before: GrantLevel | null;
    readonly after: GrantLevel | null;
    readonly reason: string | null;
  },
): DomainEvent {
  const { subject, before, after, reason } = change;
  return fileEvent('file.shared', fileId, { subject, before, after }, reason);
}

/** `ranges` is null for the whole content. */
export function fileDownloaded(version: FileVersion, ranges: readonly ByteRange[] | null): DomainEvent {
  const { id: versionId, number, sha256 } = version;
  const asked = ranges?.map(({ start, end }) => ({ start, end })) ?? null;
  return fileEvent('file.downloaded', version.fileId, { versionId, number, sha256, ranges: asked });
}

import { checkFileName } from './file-name.ts';
import { bareMediaType, mediaTypeProblem } from './media-types.ts';

export type FileStatus = 'PENDING' | 'PROCESSING' | 'AVAILABLE' | 'REJECTED';
export type UploadStatus = 'PENDING' | 'PROCESSING' | 'AVAILABLE' | 'REJECTED';
export type RejectionCode =
  | 'SHA256_MISMATCH'
  | 'MEDIA_TYPE_MISMATCH'
  | 'MEDIA_TYPE_NOT_ALLOWED'
  | 'EXPIRED'
  | 'TERMINATED';

/** What content is said to be, or is. */
export interface ContentFacts {
  readonly name: string;
  readonly mediaType: string;
  /** Bytes. */
  readonly size: number;
  /** Lower-case hexadecimal. */
  readonly sha256: string;
}

export interface File extends ContentFacts {
  readonly id: string;
  readonly organizationId: string;
  readonly status: FileStatus;
  /** 0 until the first content has passed its checks. */
  readonly currentVersion: number;
  /** The newest upload. */
  readonly uploadId: string;
  readonly sampleId: string | null;
  readonly workflowId: string | null;
  readonly ownerId: string;
  readonly createdAt: Date;
}

export interface FileVersion extends ContentFacts {
  readonly id: string;
  readonly organizationId: string;
  readonly fileId: string;
  readonly number: number;
  readonly reason: string | null;
  readonly createdAt: Date;
  readonly createdBy: string;
}

export interface Rejection {
  readonly code: RejectionCode;
  readonly message: string;
}

export interface Upload extends ContentFacts {
  readonly id: string;
  readonly organizationId: string;
  readonly fileId: string;
  readonly reason: string | null;
  readonly status: UploadStatus;
  readonly createdAt: Date;
  readonly createdBy: string;
  readonly expiresAt: Date;
  readonly rejection: Rejection | null;
}

export type RefusalCode =
  | 'SIZE_TOO_LARGE'
  | 'SIZE_INVALID'
  | 'MEDIA_TYPE_NOT_ALLOWED'
  | 'NAME_INVALID'
  | 'SHA256_INVALID'
  | 'SAMPLE_NOT_FOUND'
  | 'WORKFLOW_NOT_FOUND'
  | 'QUOTA_EXCEEDED'
  | 'REASON_INVALID';

export interface UploadRefused {
  readonly kind: 'refused';
  readonly code: RefusalCode;
  readonly message: string;
}

export function refused(code: RefusalCode, message: string): UploadRefused {
  return { kind: 'refused', code, message };
}

export type Declaration = { readonly kind: 'declared'; readonly content: ContentFacts } | UploadRefused;

/** What an uploader says of content, in its canonical form, or why it cannot be accepted. */
export function checkDeclaration(given: ContentFacts, maxBytes: number): Declaration {
  const named = checkFileName(given.name);
  if ('problem' in named) return refused('NAME_INVALID', named.problem);
  if (!Number.isSafeInteger(given.size) || given.size < 1) {
    return refused('SIZE_INVALID', `A file has at least 1 byte; ${given.size} was declared.`);
  }
  if (given.size > maxBytes) {
    return refused('SIZE_TOO_LARGE', `A file has at most ${maxBytes} bytes here; ${given.size} were declared.`);
  }
  const sha256 = given.sha256.trim().toLowerCase();
  if (!/^[0-9a-f]{64}$/.test(sha256)) {
    return refused('SHA256_INVALID', 'The SHA-256 of the content is written as 64 hexadecimal digits.');
  }
  const mediaType = bareMediaType(given.mediaType);
  const problem = mediaTypeProblem(mediaType, named.name);
  if (problem !== null) return refused('MEDIA_TYPE_NOT_ALLOWED', problem);
  return { kind: 'declared', content: { name: named.name, mediaType, size: given.size, sha256 } };
}

/** A file keeps its standing by its versions: only before the first does an upload decide what it is. */
export function statusAfter(file: Pick<File, 'currentVersion'>, upload: UploadStatus): FileStatus {
  return file.currentVersion > 0 ? 'AVAILABLE' : upload;
}

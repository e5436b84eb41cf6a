import type { Readable } from 'node:stream';

/** Names one blob. The address includes the tenant: equal bytes of two organizations are two blobs, so nobody learns what another stores. */
export interface BlobAddress {
  readonly organizationId: string;
  /** Lower-case hexadecimal SHA-256 of the whole content. */
  readonly sha256: string;
}

/** Both ends inclusive, as in HTTP. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

export interface ReceivedContent {
  readonly sha256: string;
  /** Bytes. */
  readonly size: number;
}

/** What `put` found at the end of the stream. */
export type PutOutcome =
  | { readonly kind: 'stored' }
  /** The content differs from what was announced; nothing was kept. */
  | { readonly kind: 'mismatch'; readonly received: ReceivedContent };

/** Immutable content, addressed by its hash within one organization. */
export interface BlobStore extends AsyncDisposable {
  /**
   * Reads `content` to its end and keeps it only when its hash and size are those announced. The blob becomes visible
   * whole and durable, or not at all; putting the same content again stores nothing.
   */
  put(address: BlobAddress, size: number, content: Readable): Promise<PutOutcome>;
  /** @throws BlobMissingError when there is no such blob. The caller checks that `range` lies within the content. */
  open(address: BlobAddress, range?: ByteRange): Promise<Readable>;
  /** Size in bytes, or null when there is no such blob. */
  head(address: BlobAddress): Promise<{ readonly size: number } | null>;
  /** True when there was a blob. */
  delete(address: BlobAddress): Promise<boolean>;
}

/** A file version's bytes are gone: somebody must act, because a version is never removed by this program. */
export class BlobMissingError extends Error {
  readonly sha256: string;

  constructor(address: BlobAddress, cause?: unknown) {
    super(`The content ${address.sha256} is not in the store.`, { cause });
    this.name = 'BlobMissingError';
    this.sha256 = address.sha256;
  }
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const SHA256 = /^[0-9a-f]{64}$/;

/**
 * `<organization>/<2 hex digits>/<sha-256>`: a key in a bucket or a path below a folder.
 * @throws TypeError for anything but a lower-case UUID and hash, so that no input ever names another path.
 */
export function blobKey(address: BlobAddress): string {
  if (!UUID.test(address.organizationId) || !SHA256.test(address.sha256)) {
    throw new TypeError('A blob address is an organization id and a lower-case hexadecimal SHA-256.');
  }
  return `${address.organizationId}/${address.sha256.slice(0, 2)}/${address.sha256}`;
}

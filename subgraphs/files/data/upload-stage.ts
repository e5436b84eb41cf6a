import type { Readable } from 'node:stream';
import type { DataStore } from '@tus/server';

/** An upload whose bytes are expected. */
export interface StagedUpload {
  readonly id: string;
  /** Bytes that it will have. */
  readonly size: number;
}

/** Where the bytes of unfinished uploads wait. */
export interface UploadStage extends AsyncDisposable {
  /** The same bytes, as the tus protocol appends to them. */
  readonly store: DataStore;
  /** Makes room for the upload unless there is some: what was received before stays. */
  ensure(upload: StagedUpload): Promise<void>;
  /** Bytes received from the beginning without a hole; null when there is no such upload. */
  received(id: string): Promise<number | null>;
  /** The first `limit` bytes that were received, or all. */
  open(id: string, limit?: number): Promise<Readable>;
  /** Forgets the upload and its bytes; nothing happens when there are none. */
  remove(id: string): Promise<void>;
}

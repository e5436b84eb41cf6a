import { createHash } from 'node:crypto';
import { Transform, type TransformCallback } from 'node:stream';
import type { ReceivedContent } from './blob-store.ts';

/** Passes bytes through and knows their number and SHA-256 once they have all passed. */
export class MeasuredStream extends Transform {
  readonly #hash = createHash('sha256');
  #size = 0;

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    this.#hash.update(chunk);
    this.#size += chunk.length;
    done(null, chunk);
  }

  /** Call once, after the stream has ended. */
  result(): ReceivedContent {
    return { sha256: this.#hash.digest('hex'), size: this.#size };
  }
}

export function sameContent(received: ReceivedContent, sha256: string, size: number): boolean {
  return received.sha256 === sha256 && received.size === size;
}

import { Readable } from 'node:stream';
import {
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { DataStore, ERRORS, Upload } from '@tus/server';
import { inPieces } from './pieces.ts';
import { type Bucket, isMissingObject, openBucket, type S3Options } from './s3.ts';
import type { UploadStage } from './upload-stage.ts';

const SEGMENT_BYTES = 8 * 1024 * 1024;

/** Bytes of an upload from `offset` on, as one object. */
interface Segment {
  readonly key: string;
  readonly offset: number;
  readonly size: number;
}

/**
 * Unfinished uploads as objects `uploads/<id>/<offset>`. A segment is there whole or not at all, so whatever is listed
 * without a hole was received, whoever was killed; overlapping segments of two writers hold the same client's bytes.
 */
export function createS3Stage(options: S3Options): UploadStage {
  const bucket = openBucket(options);
  const store = new SegmentStore(bucket);
  return {
    store,

    async ensure({ id, size }) {
      if ((await store.declaredSize(id)) !== null) return;
      await store.create(new Upload({ id, size, offset: 0 }));
    },

    async received(id) {
      return (await store.declaredSize(id)) === null ? null : contiguous(await listSegments(bucket, id));
    },

    async open(id, limit) {
      const bytes = segmentBytes(bucket, await listSegments(bucket, id), limit ?? Number.MAX_SAFE_INTEGER);
      return Readable.from(bytes, { objectMode: false });
    },

    remove: (id) => removeUpload(bucket, id),

    async [Symbol.asyncDispose]() {
      bucket.client.destroy();
    },
  };
}

class SegmentStore extends DataStore {
  readonly #bucket: Bucket;

  constructor(bucket: Bucket) {
    super();
    this.#bucket = bucket;
  }

  /** Null when the upload does not exist. */
  async declaredSize(id: string): Promise<number | null> {
    try {
      const at = { Bucket: this.#bucket.name, Key: declarationKey(id) };
      return Number((await this.#bucket.client.send(new HeadObjectCommand(at))).Metadata?.size);
    } catch (error) {
      if (isMissingObject(error)) return null;
      throw error;
    }
  }

  override async create(upload: Upload): Promise<Upload> {
    const Metadata = { size: String(upload.size) };
    const at = { Bucket: this.#bucket.name, Key: declarationKey(upload.id) };
    await this.#bucket.client.send(new PutObjectCommand({ ...at, Body: JSON.stringify(Metadata), Metadata }));
    return upload;
  }

  override async getUpload(id: string): Promise<Upload> {
    const size = await this.declaredSize(id);
    if (size === null) throw ERRORS.FILE_NOT_FOUND;
    return new Upload({ id, size, offset: contiguous(await listSegments(this.#bucket, id)) });
  }

  /** Answers the offset after the bytes; when the stream breaks, what came before is kept for the client to go on from. */
  override async write(content: Readable, id: string, offset: number): Promise<number> {
    let reached = offset;
    for await (const piece of inPieces(keepingWhatCame(content), SEGMENT_BYTES)) {
      const at = { Bucket: this.#bucket.name, Key: segmentKey(id, reached) };
      await this.#bucket.client.send(new PutObjectCommand({ ...at, Body: piece }));
      reached += piece.length;
    }
    if (content.errored) throw content.errored;
    return reached;
  }

  override remove(id: string): Promise<void> {
    return removeUpload(this.#bucket, id);
  }
}

/** Ends where the stream breaks instead of throwing, so that the last piece is still written. */
function keepingWhatCame(content: Readable): Readable {
  return Readable.from(
    (async function* () {
      try {
        yield* content as AsyncIterable<Buffer>;
      } catch (error) {
        if (!content.errored) throw error;
      }
    })(),
    { objectMode: false },
  );
}

const prefix = (id: string) => `uploads/${id}/`;
const declarationKey = (id: string) => `${prefix(id)}declaration`;
/** Offsets are padded so that their names sort as numbers. */
const segmentKey = (id: string, offset: number) => `${prefix(id)}at-${String(offset).padStart(16, '0')}`;

async function listKeys(bucket: Bucket, id: string): Promise<Segment[]> {
  const found: Segment[] = [];
  let ContinuationToken: string | undefined;
  do {
    const page = await bucket.client.send(
      new ListObjectsV2Command({ Bucket: bucket.name, Prefix: prefix(id), ContinuationToken }),
    );
    for (const { Key = '', Size = 0 } of page.Contents ?? []) {
      found.push({ key: Key, offset: Number(/at-(\d{16})$/.exec(Key)?.[1] ?? Number.NaN), size: Size });
    }
    ContinuationToken = page.NextContinuationToken;
  } while (ContinuationToken !== undefined);
  return found;
}

async function listSegments(bucket: Bucket, id: string): Promise<Segment[]> {
  const segments = (await listKeys(bucket, id)).filter(({ offset }) => !Number.isNaN(offset));
  return segments.sort((a, b) => a.offset - b.offset);
}

function contiguous(segments: readonly Segment[]): number {
  let reached = 0;
  for (const { offset, size } of segments) {
    if (offset > reached) break;
    reached = Math.max(reached, offset + size);
  }
  return reached;
}

async function* segmentBytes(
  bucket: Bucket,
  segments: readonly Segment[],
  limit: number,
): AsyncGenerator<Buffer, void> {
  let reached = 0;
  for (const { key, offset } of segments) {
    if (offset > reached || reached >= limit) return;
    const got = await bucket.client.send(new GetObjectCommand({ Bucket: bucket.name, Key: key }));
    let at = offset;
    for await (const chunk of got.Body as Readable) {
      const fresh = (chunk as Buffer).subarray(Math.max(0, reached - at), Math.max(0, limit - at));
      at += (chunk as Buffer).length;
      reached += fresh.length;
      if (fresh.length > 0) yield fresh;
    }
  }
}

async function removeUpload(bucket: Bucket, id: string): Promise<void> {
  const keys = (await listKeys(bucket, id)).map(({ key }) => ({ Key: key }));
  for (let at = 0; at < keys.length; at += 1000) {
    const Delete = { Objects: keys.slice(at, at + 1000), Quiet: true };
    await bucket.client.send(new DeleteObjectsCommand({ Bucket: bucket.name, Delete }));
  }
}

import { createHash, type Hash } from 'node:crypto';
import { Readable } from 'node:stream';
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import {
  type BlobAddress,
  BlobMissingError,
  type BlobStore,
  type ByteRange,
  blobKey,
  type PutOutcome,
} from './blob-store.ts';
import { inPieces } from './pieces.ts';
import { type Bucket, isMissingObject, openBucket, type S3Options } from './s3.ts';

const MIN_PART_BYTES = 8 * 1024 * 1024;
const MAX_PARTS = 10_000;

/** Blobs as objects `blobs/<organization>/<2 hex digits>/<sha-256>`; an object appears whole, when it was verified. */
export function createS3BlobStore(options: S3Options): BlobStore {
  const bucket = openBucket(options);
  const at = (address: BlobAddress) => ({ Bucket: bucket.name, Key: `blobs/${blobKey(address)}` });
  const head = async (address: BlobAddress) => {
    try {
      const found = await bucket.client.send(new HeadObjectCommand(at(address)));
      return { size: found.ContentLength ?? 0 };
    } catch (error) {
      if (isMissingObject(error)) return null;
      throw error;
    }
  };

  return {
    head,

    async put(address, size, content) {
      const present = (await head(address))?.size === size;
      const sink = present
        ? nothing()
        : size <= MIN_PART_BYTES
          ? whole(bucket, at(address))
          : parts(bucket, at(address));
      return receive(address, size, content, sink);
    },

    async open(address, range) {
      try {
        const got = await bucket.client.send(
          new GetObjectCommand({ ...at(address), ...(range && { Range: `bytes=${range.start}-${range.end}` }) }),
        );
        if (!(got.Body instanceof Readable)) throw new BlobMissingError(address);
        return range ? exactly(got.Body, range, got.ContentRange) : got.Body;
      } catch (error) {
        throw isMissingObject(error) ? new BlobMissingError(address, error) : error;
      }
    },

    async delete(address) {
      const existed = (await head(address)) !== null;
      await bucket.client.send(new DeleteObjectCommand(at(address)));
      return existed;
    },

    async [Symbol.asyncDispose]() {
      bucket.client.destroy();
    },
  };
}

/** HTTP lets a server answer with more than the range it was asked for, and some stores do. */
function exactly(body: Readable, range: ByteRange, contentRange: string | undefined): Readable {
  const [, first, last] = /^bytes (\d+)-(\d+)/.exec(contentRange ?? '') ?? [];
  if (Number(first) === range.start && Number(last) === range.end) return body;
  return Readable.from(cut(body, range.start - Number(first ?? 0), range.end - range.start + 1), { objectMode: false });
}

async function* cut(body: Readable, skip: number, take: number): AsyncGenerator<Buffer, void> {
  let before = skip;
  let wanted = take;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    const kept = chunk.subarray(before, before + wanted);
    before = Math.max(0, before - chunk.length);
    wanted -= kept.length;
    if (kept.length > 0) yield kept;
    if (wanted === 0) return;
  }
}

/** Takes pieces of a blob that becomes visible only by `commit`. */
interface Sink {
  add(piece: Buffer): Promise<void>;
  commit(): Promise<void>;
  discard(): Promise<void>;
}

async function receive(address: BlobAddress, size: number, content: Readable, sink: Sink): Promise<PutOutcome> {
  const hash: Hash = createHash('sha256');
  let received = 0;
  try {
    for await (const piece of inPieces(content, Math.max(MIN_PART_BYTES, Math.ceil(size / MAX_PARTS)))) {
      hash.update(piece);
      received += piece.length;
      // Past the announced size the answer is known: the rest is counted, not sent.
      if (received <= size) await sink.add(piece);
    }
    const sha256 = hash.digest('hex');
    if (sha256 !== address.sha256 || received !== size) {
      await sink.discard();
      return { kind: 'mismatch', received: { sha256, size: received } };
    }
    await sink.commit();
    return { kind: 'stored' };
  } catch (error) {
    await sink.discard();
    throw error;
  }
}

function nothing(): Sink {
  return { add: async () => {}, commit: async () => {}, discard: async () => {} };
}

function whole(bucket: Bucket, at: { Bucket: string; Key: string }): Sink {
  const pieces: Buffer[] = [];
  return {
    add: async (piece) => void pieces.push(piece),
    commit: async () => void (await bucket.client.send(new PutObjectCommand({ ...at, Body: Buffer.concat(pieces) }))),
    discard: async () => {},
  };
}

function parts(bucket: Bucket, at: { Bucket: string; Key: string }): Sink {
  let uploadId: string | undefined;
  const done: { ETag: string | undefined; PartNumber: number }[] = [];
  return {
    async add(piece) {
      uploadId ??= (await bucket.client.send(new CreateMultipartUploadCommand(at))).UploadId;
      const PartNumber = done.length + 1;
      const sent = await bucket.client.send(
        new UploadPartCommand({ ...at, UploadId: uploadId, PartNumber, Body: piece }),
      );
      done.push({ ETag: sent.ETag, PartNumber });
    },
    async commit() {
      const MultipartUpload = { Parts: done };
      await bucket.client.send(new CompleteMultipartUploadCommand({ ...at, UploadId: uploadId, MultipartUpload }));
    },
    async discard() {
      if (uploadId === undefined) return;
      // Parts of an upload that was never completed are invisible; a bucket's lifecycle rule removes those left here.
      await bucket.client.send(new AbortMultipartUploadCommand({ ...at, UploadId: uploadId })).catch(() => undefined);
    },
  };
}

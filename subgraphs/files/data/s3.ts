import { S3Client } from '@aws-sdk/client-s3';

/** An S3-compatible object store, addressed by path. */
export interface S3Options {
  /** For example `https://s3.example.org`. */
  readonly endpoint: string;
  readonly bucket: string;
  readonly region: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

export interface Bucket {
  readonly client: S3Client;
  readonly name: string;
}

export function openBucket(options: S3Options): Bucket {
  const client = new S3Client({
    endpoint: options.endpoint,
    region: options.region,
    credentials: { accessKeyId: options.accessKeyId, secretAccessKey: options.secretAccessKey },
    forcePathStyle: true,
    maxAttempts: 4,
    // CRC32 trailers are an AWS extension that other stores refuse; content is verified by SHA-256 here.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
  });
  return { client, name: options.bucket };
}

const MISSING = new Set(['NotFound', 'NoSuchKey', 'NoSuchUpload']);

export function isMissingObject(error: unknown): boolean {
  return error instanceof Error && MISSING.has(error.name);
}

import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import S3rver from 's3rver';
import type { S3Options } from '../../data/s3.ts';

export interface S3Server extends AsyncDisposable {
  readonly options: S3Options;
}

/** An S3-compatible store of this process, on a free port, over a folder that is removed with it. */
export async function startS3(): Promise<S3Server> {
  const directory = await mkdtemp(path.join(tmpdir(), 'alims-s3-'));
  const server = new S3rver({
    port: 0,
    address: '127.0.0.1',
    silent: true,
    directory,
    configureBuckets: [{ name: 'alims', configs: [] }],
  });
  const address: AddressInfo = await server.run();
  return {
    options: {
      endpoint: `http://127.0.0.1:${address.port}`,
      bucket: 'alims',
      region: 'us-east-1',
      accessKeyId: 'S3RVER',
      secretAccessKey: 'S3RVER',
    },
    async [Symbol.asyncDispose]() {
      const closed = once(server.httpServer, 'close');
      server.httpServer.closeAllConnections();
      server.httpServer.close();
      await closed;
      await rm(directory, { recursive: true, force: true });
    },
  };
}

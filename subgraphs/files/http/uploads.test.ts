import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { Upload } from 'tus-js-client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createFolderStage } from '../data/upload-stage.folder.ts';
import { createS3Stage } from '../data/upload-stage.s3.ts';
import type { UploadStage } from '../data/upload-stage.ts';
import { signToken } from '../domain/signed-token.ts';
import { type S3Server, startS3 } from '../tests/support/s3.ts';
import { serve } from '../tests/support/serve.ts';
import { createUploadHandler, type ExpectedUpload, UPLOAD_PATH } from './uploads.ts';

const KEY = 'test-key';
const TUS = { 'Tus-Resumable': '1.0.0' };
const PATCH = { ...TUS, 'Content-Type': 'application/offset+octet-stream' };

let directory: string;
let s3: S3Server;
beforeAll(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'alims-uploads-'));
  s3 = await startS3();
});
afterAll(async () => {
  await s3[Symbol.asyncDispose]();
  await rm(directory, { recursive: true, force: true });
});

function pathOf(uploadId: string, expiresAt = Date.now() + 60_000): string {
  const ids = { organizationId: randomUUID(), userId: randomUUID(), subjectId: uploadId };
  return `${UPLOAD_PATH}/${signToken('upload', { ...ids, expiresAt }, KEY)}`;
}

/** A server that expects one upload and remembers what became of it. */
async function expecting(stage: UploadStage, size: number) {
  const id = randomUUID();
  const state = { upload: { id, size, state: 'open' } as ExpectedUpload, arrivals: 0 };
  const handler = createUploadHandler({
    stage,
    key: KEY,
    maxBytes: 1e9,
    clock: () => new Date(),
    patienceMs: 10_000,
    desk: {
      find: async (claims) => (claims.subjectId === id ? state.upload : null),
      async arrived() {
        state.arrivals += 1;
        state.upload = { ...state.upload, state: 'complete' };
      },
      async terminated() {
        state.upload = { ...state.upload, state: 'ended' };
      },
    },
  });
  const server = await serve(handler);
  return {
    state,
    url: `${server.url}${pathOf(id)}`,
    origin: server.url,
    id,
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

const stages: readonly [string, () => Promise<UploadStage>][] = [
  ['folder', () => createFolderStage({ directory })],
  ['S3', async () => createS3Stage(s3.options)],
];

describe.each(stages)('uploads into %s', (_name, create) => {
  test('HEAD tells the offset, PATCH appends, the last byte completes', async () => {
    await using stage = await create();
    await using lab = await expecting(stage, 10);
    const head = await fetch(lab.url, { method: 'HEAD', headers: TUS });
    expect([head.status, head.headers.get('upload-offset'), head.headers.get('upload-length')]).toEqual([
      200,
      '0',
      '10',
    ]);
    expect(head.headers.get('cache-control')).toBe('no-store');

    const first = await fetch(lab.url, { method: 'PATCH', headers: { ...PATCH, 'Upload-Offset': '0' }, body: 'hello' });
    expect([first.status, first.headers.get('upload-offset')]).toEqual([204, '5']);
    const wrong = await fetch(lab.url, { method: 'PATCH', headers: { ...PATCH, 'Upload-Offset': '4' }, body: 'x' });
    expect(wrong.status).toBe(409);
    const tooMuch = await fetch(lab.url, {
      method: 'PATCH',
      headers: { ...PATCH, 'Upload-Offset': '5' },
      body: 'too long',
    });
    expect(tooMuch.status).toBe(413);
    expect(lab.state.arrivals).toBe(0);
    const last = await fetch(lab.url, { method: 'PATCH', headers: { ...PATCH, 'Upload-Offset': '5' }, body: 'world' });
    expect([last.status, last.headers.get('upload-offset')]).toEqual([204, '10']);
    expect(lab.state.arrivals).toBe(1);
    expect((await buffer(await stage.open(lab.id))).toString()).toBe('helloworld');

    const after = await fetch(lab.url, { method: 'HEAD', headers: TUS });
    expect([after.status, after.headers.get('upload-offset')]).toEqual([200, '10']);
    const again = await fetch(lab.url, { method: 'PATCH', headers: { ...PATCH, 'Upload-Offset': '0' }, body: 'HELLO' });
    expect(again.status).toBe(409);
    expect((await fetch(lab.url, { method: 'DELETE', headers: TUS })).status).toBe(409);
  });

  test('bytes that arrived whole before a crash are found by the next HEAD', async () => {
    await using stage = await create();
    await using lab = await expecting(stage, 3);
    await stage.ensure({ id: lab.id, size: 3 });
    await stage.store.write(Readable.from([Buffer.from('abc')]), lab.id, 0);
    expect((await fetch(lab.url, { method: 'HEAD', headers: TUS })).headers.get('upload-offset')).toBe('3');
    expect(lab.state.arrivals).toBe(1);
  });

  test('DELETE ends the upload and removes its bytes', async () => {
    await using stage = await create();
    await using lab = await expecting(stage, 10);
    await fetch(lab.url, { method: 'PATCH', headers: { ...PATCH, 'Upload-Offset': '0' }, body: 'hello' });
    expect((await fetch(lab.url, { method: 'DELETE', headers: TUS })).status).toBe(204);
    expect(await stage.received(lab.id)).toBeNull();
    expect((await fetch(lab.url, { method: 'HEAD', headers: TUS })).status).toBe(410);
  });

  test('tus-js-client, broken off at random offsets, ends with the same content', async () => {
    await using stage = await create();
    const content = randomBytes(3_000_000);
    await using lab = await expecting(stage, content.length);
    let breaks = 0;
    for (; breaks < 8; breaks++) {
      const breakAt = Math.floor((content.length * (breaks + Math.random())) / 9);
      if (await sendUntil(lab.url, content, breakAt)) break;
    }
    expect(await sendUntil(lab.url, content, Number.POSITIVE_INFINITY)).toBe(true);
    expect((await buffer(await stage.open(lab.id))).equals(content)).toBe(true);
    expect(lab.state.arrivals).toBe(1);
  });
});

/** Sends from where the server stands until `breakAt` bytes are out; true when everything was taken. */
function sendUntil(url: string, content: Buffer, breakAt: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const upload = new Upload(content, {
      uploadUrl: url,
      retryDelays: [0, 50, 100, 200, 400, 800],
      chunkSize: 400_000,
      onSuccess: () => resolve(true),
      onError: reject,
      onProgress: (sent) => {
        if (sent >= breakAt) void upload.abort().then(() => resolve(false));
      },
    });
    upload.start();
  });
}

test('the server killed at random offsets: the client goes on, and the content is the same', {
  timeout: 60_000,
}, async () => {
  const content = randomBytes(8_000_000);
  const folder = path.join(directory, 'killed');
  const uploadPath = pathOf(randomUUID());
  const arrived = Promise.withResolvers<string>();
  for (let kill = 0; kill < 6; kill++) {
    const server = await startProcess(folder, content.length, arrived.resolve);
    const breakAt = kill === 5 ? Number.POSITIVE_INFINITY : Math.floor((content.length * (kill + Math.random())) / 6);
    await sendAndKill(`${server.url}${uploadPath}`, content, breakAt, server.process);
  }
  expect(await arrived.promise).toBe(createHash('sha256').update(content).digest('hex'));
});

type Child = ChildProcessByStdio<null, Readable, null>;

async function startProcess(folder: string, size: number, onArrival: (sha256: string) => void) {
  const script = path.join(import.meta.dirname, '../tests/support/upload-process.ts');
  const child: Child = spawn(process.execPath, [script, folder, String(size)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const url = await new Promise<string>((resolve, reject) => {
    child.once('exit', () => reject(new Error('the upload process ended before it listened')));
    createInterface(child.stdout).on('line', (line) => {
      const [word, value = ''] = line.split(' ');
      if (word === 'listening') resolve(value);
      if (word === 'arrived') onArrival(value);
    });
  });
  return { url, process: child };
}

async function sendAndKill(url: string, content: Buffer, breakAt: number, server: Child): Promise<void> {
  const exited = once(server, 'exit');
  await new Promise<void>((resolve) => {
    const upload = new Upload(content, {
      uploadUrl: url,
      retryDelays: null,
      chunkSize: 1_500_000,
      onSuccess: () => resolve(),
      // The broken line, as the client sees it.
      onError: () => resolve(),
      onProgress: (sent) => {
        if (sent >= breakAt) server.kill('SIGKILL');
      },
    });
    upload.start();
  });
  server.kill('SIGKILL');
  await exited;
}

describe('what is not an upload', () => {
  let stage: UploadStage;
  beforeAll(async () => {
    stage = await createFolderStage({ directory });
  });

  test('POST, GET and PUT are refused with the way to go', async () => {
    await using lab = await expecting(stage, 10);
    for (const method of ['POST', 'GET', 'PUT']) {
      const response = await fetch(lab.url, { method, headers: TUS, ...(method !== 'GET' && { body: 'x' }) });
      expect([response.status, response.headers.get('allow')]).toEqual([405, 'HEAD, PATCH, DELETE, OPTIONS']);
      expect(await response.text()).toContain('beginUpload');
    }
  });

  test('OPTIONS answers what the protocol offers here', async () => {
    await using lab = await expecting(stage, 10);
    const response = await fetch(lab.url, { method: 'OPTIONS' });
    expect(response.status).toBe(204);
    expect(response.headers.get('tus-version')).toBe('1.0.0');
    expect(response.headers.get('tus-extension')).toBe('termination');
    expect(response.headers.get('tus-max-size')).toBe('1000000000');
  });

  test('an expired URL is gone, a forged or unknown one was never there', async () => {
    await using lab = await expecting(stage, 10);
    const status = async (p: string) => (await fetch(`${lab.origin}${p}`, { method: 'HEAD', headers: TUS })).status;
    expect(await status(pathOf(lab.id, Date.now() - 1))).toBe(410);
    expect(await status(pathOf(randomUUID()))).toBe(404);
    expect(await status(`${UPLOAD_PATH}/${lab.id}`)).toBe(404);
    const forged = pathOf(lab.id);
    expect(await status(forged.slice(0, -2) + (forged.endsWith('AA') ? 'BB' : 'AA'))).toBe(404);
  });

  test('without the protocol version nothing is taken', async () => {
    await using lab = await expecting(stage, 10);
    const headers = { 'Content-Type': 'application/offset+octet-stream', 'Upload-Offset': '0' };
    expect((await fetch(lab.url, { method: 'PATCH', headers, body: 'hello' })).status).toBe(412);
    expect(await stage.received(lab.id)).toBe(0);
  });
});

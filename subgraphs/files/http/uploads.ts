import { Server } from '@tus/server';
import type { UploadStage } from '../data/upload-stage.ts';
import { checkToken, type TokenClaims } from '../domain/signed-token.ts';
import { createUploadLocks } from './upload-locks.ts';

export const UPLOAD_PATH = '/files/uploads';

/** An upload as far as the protocol goes. */
export interface ExpectedUpload {
  readonly id: string;
  readonly size: number;
  /** `open` while bytes are expected, `complete` once they have arrived, `ended` when nothing is kept. */
  readonly state: 'open' | 'complete' | 'ended';
}

/** Knows the uploads; the protocol knows their bytes. */
export interface UploadDesk {
  find(claims: TokenClaims): Promise<ExpectedUpload | null>;
  /** All bytes are there: settles once it is decided what becomes of them. Called again after a crash, it goes on. */
  arrived(claims: TokenClaims): Promise<void>;
  /** The uploader gave up. */
  terminated(claims: TokenClaims): Promise<void>;
}

export interface UploadHandlerOptions {
  readonly stage: UploadStage;
  readonly desk: UploadDesk;
  readonly key: string;
  readonly maxBytes: number;
  readonly clock: () => Date;
  /** How long the answer to the last bytes waits for the decision about them, in milliseconds. */
  readonly patienceMs: number;
}

/** Speaks tus 1.0.0 at URLs that name an upload and carry their own secret: HEAD, PATCH, DELETE, OPTIONS. */
export function createUploadHandler(options: UploadHandlerOptions): (request: Request) => Promise<Response> {
  const claimsOf = new WeakMap<Request, TokenClaims>();
  const tus = createTusServer(options, claimsOf);

  return async function handleUpload(request) {
    if (request.method === 'OPTIONS') return tus.handleWeb(request);
    if (!['HEAD', 'PATCH', 'DELETE'].includes(request.method)) return refuseMethod(request.method);
    const token = new URL(request.url).pathname.split('/').at(-1) ?? '';
    const check = checkToken('upload', token, options.key, options.clock().getTime());
    if (check.kind === 'invalid')
      return answer(404, 'There is no such upload: use the uploadUrl exactly as it was given.');
    if (check.kind === 'expired') return answer(410, 'This upload has expired: begin a new one.');
    const upload = await options.desk.find(check.claims);
    if (upload === null) return answer(404, 'There is no such upload.');
    if (upload.state === 'ended')
      return answer(410, 'This upload has ended and nothing of it is kept; the file says why.');
    if (upload.state === 'complete') return answerComplete(request, upload.size);
    claimsOf.set(request, check.claims);
    return proceed(request, upload, check.claims, tus, options);
  };
}

function createTusServer(options: UploadHandlerOptions, claimsOf: WeakMap<Request, TokenClaims>): Server {
  const { stage, desk, maxBytes, patienceMs } = options;
  // What these URLs offer; the store itself could create uploads as well.
  stage.store.extensions = ['termination'];
  return new Server({
    path: UPLOAD_PATH,
    datastore: stage.store,
    maxSize: maxBytes,
    locker: createUploadLocks(),
    lockDrainTimeout: 500,
    getFileIdFromRequest: (request) => claimsOf.get(request)?.subjectId,
    onUploadFinish: async (request) => {
      const claims = claimsOf.get(request);
      if (claims) await atMost(patienceMs, desk.arrived(claims));
      return {};
    },
  });
}

async function proceed(
  request: Request,
  upload: ExpectedUpload,
  claims: TokenClaims,
  tus: Server,
  { stage, desk, patienceMs }: UploadHandlerOptions,
): Promise<Response> {
  await stage.ensure(upload);
  const response = await tus.handleWeb(request);
  if (request.method === 'DELETE' && response.status === 204) await desk.terminated(claims);
  // All bytes were there, but the process died before it could say so.
  const complete = response.headers.get('upload-offset') === String(upload.size);
  if (request.method === 'HEAD' && complete) await atMost(patienceMs, desk.arrived(claims));
  return response;
}

/** Waits, but no longer than that; the work goes on. */
async function atMost(ms: number, work: Promise<void>): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, ms);
  try {
    await Promise.race([work, promise]);
  } finally {
    clearTimeout(timer);
  }
}

/** A client that lost the last answer learns that it had sent everything. */
function answerComplete(request: Request, size: number): Response {
  if (request.method === 'DELETE') return answer(409, 'All bytes have arrived: the upload can no longer be ended.');
  if (request.method === 'PATCH' && request.headers.get('upload-offset') !== String(size)) {
    return answer(409, 'All bytes have arrived: ask HEAD for the offset.');
  }
  const response = answer(request.method === 'HEAD' ? 200 : 204, null);
  response.headers.set('Upload-Offset', String(size));
  if (request.method === 'HEAD') response.headers.set('Upload-Length', String(size));
  return response;
}

function refuseMethod(method: string): Response {
  const response = answer(
    405,
    `${method} is not understood here. Uploads are created by the GraphQL mutation beginUpload, whose uploadUrl takes HEAD, PATCH, DELETE and OPTIONS (tus 1.0.0).`,
  );
  response.headers.set('Allow', 'HEAD, PATCH, DELETE, OPTIONS');
  return response;
}

function answer(status: number, sentence: string | null): Response {
  return new Response(sentence === null ? null : `${sentence}\n`, {
    status,
    headers: {
      'Tus-Resumable': '1.0.0',
      'Cache-Control': 'no-store',
      'Access-Control-Allow-Origin': '*',
      'Access-Control-Expose-Headers': 'Tus-Resumable, Upload-Offset, Upload-Length',
      ...(sentence !== null && { 'Content-Type': 'text/plain; charset=utf-8' }),
    },
  });
}

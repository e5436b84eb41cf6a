import type { FilesDeps } from '../context.ts';
import * as uploads from '../data/uploads-repository.ts';
import type { TokenClaims } from '../domain/signed-token.ts';
import type { ExpectedUpload, UploadDesk } from '../http/uploads.ts';
import { endUpload, processUpload, repairUpload, type UploadRef } from './process-upload.ts';

/** Uploads younger than this are in somebody's hands. */
const LEFT_ALONE_MS = 60_000;
const SWEEP_MOST = 1000;
/** Content is read from disk or network and hashed: more at once would not be faster. */
const MAX_AT_ONCE = 4;

/** What this process is doing about uploads that have arrived. */
export interface UploadWork extends AsyncDisposable {
  readonly desk: UploadDesk;
  /** Takes up what processes that died have left, of all organizations. At start with `all`, since then every work is somebody else's. */
  sweep(options?: { readonly all: boolean }): Promise<void>;
}

export function createUploadWork(deps: FilesDeps): UploadWork {
  const running = new Map<string, Promise<void>>();
  const waiting: (() => void)[] = [];
  let busy = 0;

  async function inTurn(work: () => Promise<void>): Promise<void> {
    if (busy >= MAX_AT_ONCE) await new Promise<void>((resolve) => waiting.push(resolve));
    busy += 1;
    try {
      await work();
    } finally {
      busy -= 1;
      waiting.shift()?.();
    }
  }

  /** One work per upload at a time in this process; a second asker waits for the first. */
  function once(ref: UploadRef, work: (deps: FilesDeps, ref: UploadRef) => Promise<void>): Promise<void> {
    const known = running.get(ref.id);
    if (known) return known;
    const started = inTurn(() => work(deps, ref)).finally(() => running.delete(ref.id));
    running.set(ref.id, started);
    // Whoever started it may have stopped waiting; the sweep takes up what failed.
    started.catch((err: unknown) =>
      deps.logger.warn({ err, uploadId: ref.id }, 'an upload was not processed; trying again'),
    );
    return started;
  }

  return {
    desk: {
      find: (claims) => findExpected(deps, claims),
      arrived: (claims) => once(refOf(claims), processUpload),
      terminated: (claims) => endUpload(deps, refOf(claims), 'TERMINATED'),
    },

    async sweep({ all } = { all: false }) {
      // Up to this very millisecond, or as long ago as nobody can still be at work on.
      const before = new Date(deps.clock().getTime() + (all ? 1 : -LEFT_ALONE_MS));
      const left = await deps.db.system((tx) => uploads.findStaged(tx, before, SWEEP_MOST));
      await Promise.allSettled(left.map((ref) => once(ref, repairUpload)));
    },

    async [Symbol.asyncDispose]() {
      await Promise.allSettled(running.values());
    },
  };
}

function refOf({ organizationId, userId: createdBy, subjectId: id }: TokenClaims): UploadRef {
  return { id, organizationId, createdBy };
}

const STATES = { PENDING: 'open', PROCESSING: 'complete', AVAILABLE: 'complete', REJECTED: 'ended' } as const;

async function findExpected(deps: FilesDeps, claims: TokenClaims): Promise<ExpectedUpload | null> {
  const { organizationId, subjectId } = claims;
  const upload = await deps.db.read({ organizationId }, (tx) => uploads.findUpload(tx, subjectId));
  return upload && { id: upload.id, size: upload.size, state: STATES[upload.status] };
}

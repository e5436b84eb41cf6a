import type PgBoss from 'pg-boss';
import type { JsonObject } from '#platform/events/types.ts';
import type { Logger } from '#platform/logging/index.ts';
import type { JobDefinition } from './types.ts';

export const DEFAULTS = { retryLimit: 5, retryDelaySeconds: 5, timeoutSeconds: 300, concurrency: 1 } as const;
const PAUSE_MS = 1_000;

export interface WorkerOptions {
  readonly definition: JobDefinition;
  readonly boss: PgBoss;
  readonly direct: PgBoss.Db;
  readonly logger: Logger;
  /** How long an empty queue is left alone. */
  readonly pollMs: number;
  /** Aborted when the process stops. */
  readonly stop: AbortSignal;
  readonly onDone: (outcome: 'completed' | 'failed', seconds: number) => void;
  /** The run that failed was the last one. */
  readonly onGivenUp: () => void;
}

export interface Worker {
  /** Something was queued. */
  wake(): void;
  /** Resolves when the last run has ended after the stop. */
  readonly ended: Promise<void>;
}

/** Runs the jobs of one name, one after the other. */
export function startWorker(options: WorkerOptions): Worker {
  const { definition, boss, direct, logger, stop } = options;
  let rung = false;
  let wake: () => void = () => {};

  /** Until something is queued, the time is over or the process stops. */
  function rest(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const finish = () => {
        clearTimeout(timer);
        stop.removeEventListener('abort', finish);
        resolve();
      };
      const timer = setTimeout(finish, ms);
      stop.addEventListener('abort', finish, { once: true });
      wake = finish;
      if (rung || stop.aborted) finish();
    });
  }

  async function run(job: PgBoss.JobWithMetadata<JsonObject>): Promise<void> {
    const started = performance.now();
    const log = logger.child({ job: definition.name, jobId: job.id, attempt: job.retryCount + 1 });
    const error = await attempt(definition, job.data ?? {}, stop);
    const seconds = (performance.now() - started) / 1_000;
    if (error === null) {
      await report(log, () => boss.complete(definition.name, job.id, {}, { db: direct }));
      options.onDone('completed', seconds);
      return;
    }
    log.warn({ err: error }, 'a job failed');
    await report(log, () => boss.fail(definition.name, job.id, reasonOf(error), { db: direct }));
    options.onDone('failed', seconds);
    if (job.retryCount >= job.retryLimit) options.onGivenUp();
  }

  /** Until the queue knows; a stopping process leaves it to the time limit of the job. */
  async function report(log: Logger, tell: () => Promise<unknown>): Promise<void> {
    for (let failures = 0; ; failures += 1) {
      try {
        await tell();
        return;
      } catch (error) {
        if (failures === 0) log.warn({ err: error }, 'the queue does not learn how the job ended; trying again');
        if (stop.aborted) return;
        await rest(PAUSE_MS);
      }
    }
  }

  async function loop(): Promise<void> {
    while (!stop.aborted) {
      rung = false;
      try {
        const [job] = await boss.fetch<JsonObject>(definition.name, {
          includeMetadata: true,
          batchSize: 1,
          db: direct,
        });
        if (job === undefined) await rest(options.pollMs);
        else await run(job);
      } catch (error) {
        logger.warn({ err: error, job: definition.name }, 'cannot read the queue; trying again');
        await rest(PAUSE_MS);
      }
    }
  }

  return {
    wake() {
      rung = true;
      wake();
    },
    ended: loop(),
  };
}

/** Null, or why it failed: also a handler that does not heed its signal has failed when its time is over. */
async function attempt(definition: JobDefinition, payload: JsonObject, stop: AbortSignal): Promise<unknown> {
  const seconds = definition.timeoutSeconds ?? DEFAULTS.timeoutSeconds;
  const over = new AbortController();
  const timeout = setTimeout(() => over.abort(new Error(`took longer than ${seconds} s`)), seconds * 1_000);
  const stopped = () => over.abort(new Error('the process stopped'));
  stop.addEventListener('abort', stopped, { once: true });
  if (stop.aborted) stopped();
  const late = new Promise<never>((_, reject) => {
    over.signal.addEventListener('abort', () => {
      // A stop gives the handler its time to end; the caller decides how long.
      if (!stop.aborted) reject(over.signal.reason);
    });
  });
  try {
    await Promise.race([definition.handle(payload, over.signal), late]);
    return null;
  } catch (error) {
    return error ?? new Error('the handler threw nothing');
  } finally {
    clearTimeout(timeout);
    stop.removeEventListener('abort', stopped);
  }
}

function reasonOf(error: unknown): { readonly message: string; readonly stack?: string } {
  if (!(error instanceof Error)) return { message: String(error) };
  return error.stack === undefined ? { message: error.message } : { message: error.message, stack: error.stack };
}

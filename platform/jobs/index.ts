import { randomUUID } from 'node:crypto';
import PgBoss from 'pg-boss';
import { UnavailableError } from '#platform/errors/index.ts';
import type { Logger } from '#platform/logging/index.ts';
import type { Metrics } from '#platform/metrics/index.ts';
import { openJobConnections } from './connections.ts';
import { JOBS_SCHEMA } from './construction.ts';
import { createDeadLetters, deadQueueOf } from './dead-letters.ts';
import type { JobDefinition, Jobs } from './types.ts';
import { DEFAULTS, startWorker, type Worker } from './worker.ts';

export { JOBS_ROLE, JOBS_SCHEMA, jobsConstruction, migrateJobs } from './construction.ts';
export type { DeadLetter, EnqueueOptions, JobDefinition, Jobs } from './types.ts';

export interface JobsOptions {
  /** PostgreSQL URL of the application's login, a member of the queue's role; migrateJobs() has prepared the database. */
  readonly connectionString: string;
  readonly logger: Logger;
  readonly metrics?: Metrics | undefined;
  /** Default 4. */
  readonly maxConnections?: number;
  /** What another process queues starts within so many milliseconds, what this one queues at once. Default 5,000. */
  readonly pollMs?: number | undefined;
}

const NAME = /^[a-z][a-z0-9-]*(\.[a-z][a-z0-9-]*)+$/;
const GRACE_MS = 10_000;
/** A job whose process died is given to another one so long after its time is over. */
const EXPIRY_MARGIN_SECONDS = 60;

export function createJobs(options: JobsOptions): Jobs {
  const logger = options.logger.child({ module: 'jobs' });
  const connections = openJobConnections({
    connectionString: options.connectionString,
    maxConnections: options.maxConnections ?? 4,
    logger,
  });
  const { direct } = connections;
  const boss = new PgBoss({ db: connections.patient, schema: JOBS_SCHEMA, migrate: false });
  const instruments = options.metrics === undefined ? null : declareInstruments(options.metrics);
  const letters = createDeadLetters({ db: direct, logger, onDeadLetter: (job) => instruments?.dead.inc({ job }) });
  const definitions = new Map<string, JobDefinition>();
  const workers = new Map<string, Worker[]>();
  const stop = new AbortController();
  let started = false;
  boss.on('error', (error) => logger.warn({ err: error }, 'the job queue met an error'));
  // Maintenance finds jobs whose process died; some of them had no try left.
  boss.on('maintenance', () => void letters.report());

  function workersOf(definition: JobDefinition): Worker[] {
    const { name } = definition;
    const onDone = (outcome: string, seconds: number) => instruments?.runs.observe({ job: name, outcome }, seconds);
    const pollMs = options.pollMs ?? 5_000;
    const onGivenUp = () => void letters.report();
    return Array.from({ length: definition.concurrency ?? DEFAULTS.concurrency }, () =>
      startWorker({ definition, boss, direct, logger, pollMs, stop: stop.signal, onDone, onGivenUp }),
    );
  }

  return {
    register(definition) {
      if (!NAME.test(definition.name))
        throw new Error(`A job is named like "workflows.sweep", not ${definition.name}.`);
      if (started || definitions.has(definition.name)) {
        throw new Error(`The job ${definition.name} is registered ${started ? 'after the start' : 'twice'}.`);
      }
      definitions.set(definition.name, definition);
    },
    async enqueue(name, payload, { singletonKey, startAfter } = {}) {
      // Queues refuse a second waiting job of the same key, so a job that may wait beside others needs its own.
      const send = { singletonKey: singletonKey ?? randomUUID(), db: direct };
      const id = await boss
        .send(name, payload, startAfter === undefined ? send : { ...send, startAfter })
        .catch((error: unknown) => {
          throw new UnavailableError('The job could not be queued. Try again.', error);
        });
      for (const worker of workers.get(name) ?? []) worker.wake();
      return id;
    },
    async start() {
      if (started) throw new Error('The jobs are started already.');
      started = true;
      await boss.start().catch((error: unknown) => {
        throw new Error("The job queue is not ready: run `npm run migrate` with the owner's MIGRATION_DATABASE_URL.", {
          cause: error,
        });
      });
      await letters.begin();
      for (const definition of definitions.values()) await prepareQueue(boss, definition);
      for (const definition of definitions.values()) workers.set(definition.name, workersOf(definition));
    },
    async maintain() {
      await boss.maintain();
      await letters.report();
    },
    deadLetters: (limit = 100) => letters.list(limit),
    async [Symbol.asyncDispose]() {
      if (stop.signal.aborted) return;
      stop.abort();
      connections.giveUp();
      const ended = Promise.all([...workers.values()].flat().map((worker) => worker.ended));
      let grace: NodeJS.Timeout | undefined;
      await Promise.race([ended, new Promise((resolve) => (grace = setTimeout(resolve, GRACE_MS)))]);
      clearTimeout(grace);
      await boss
        .stop({ graceful: false })
        .catch((error: unknown) => logger.debug({ err: error }, 'pg-boss did not stop well'));
      await letters.idle();
      await connections[Symbol.asyncDispose]();
    },
  };
}

/** Makes the job's queue and that of its dead letters, or brings their settings up to date. */
async function prepareQueue(boss: PgBoss, definition: JobDefinition): Promise<void> {
  const { name } = definition;
  const dead = deadQueueOf(name);
  const retryDelay = definition.retryDelaySeconds ?? DEFAULTS.retryDelaySeconds;
  const queue: PgBoss.Queue = {
    name,
    policy: 'short',
    retryLimit: definition.retryLimit ?? DEFAULTS.retryLimit,
    retryDelay,
    retryBackoff: retryDelay > 0,
    expireInSeconds: Math.ceil(definition.timeoutSeconds ?? DEFAULTS.timeoutSeconds) + EXPIRY_MARGIN_SECONDS,
    deadLetter: dead,
  };
  await boss.createQueue(dead, { name: dead });
  await boss.createQueue(name, queue);
  await boss.updateQueue(name, queue);
  if (definition.cron === undefined) await boss.unschedule(name);
  else await boss.schedule(name, definition.cron, {}, { tz: 'UTC', singletonKey: 'cron' });
}

function declareInstruments(metrics: Metrics) {
  return {
    runs: metrics.histogram({
      name: 'alims_job_seconds',
      help: 'Runs of background jobs.',
      labels: ['job', 'outcome'],
      buckets: [0.01, 0.1, 0.5, 1, 5, 30, 60, 300],
    }),
    dead: metrics.counter({
      name: 'alims_job_dead_letters_total',
      help: 'Jobs given up after their last try.',
      labels: ['job'],
    }),
  };
}

/** The jobs of all subgraphs of this process, running until disposal. Without any, nothing is opened. */
export async function startJobs(options: {
  readonly databaseUrl: string;
  readonly subgraphs: readonly { readonly jobs: readonly JobDefinition[] }[];
  readonly logger: Logger;
  readonly metrics?: Metrics | undefined;
  readonly pollMs?: number | undefined;
}): Promise<AsyncDisposable> {
  const definitions = options.subgraphs.flatMap(({ jobs }) => jobs);
  if (definitions.length === 0) return { async [Symbol.asyncDispose]() {} };
  const { databaseUrl: connectionString, logger, metrics, pollMs } = options;
  await using opening = new AsyncDisposableStack();
  const jobs = opening.use(createJobs({ connectionString, logger, metrics, pollMs }));
  for (const definition of definitions) jobs.register(definition);
  await jobs.start();
  const running = opening.move();
  return { [Symbol.asyncDispose]: () => running.disposeAsync() };
}

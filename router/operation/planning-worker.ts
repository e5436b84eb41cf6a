import { Worker } from 'node:worker_threads';
import type { QueryPlan } from '@apollo/query-planner';
import { type DocumentNode, GraphQLError, print } from 'graphql';
import type { Logger } from '#platform/logging/index.ts';
import { type Planner, PlanningRefused } from './planner.ts';
import type { PlanningAnswer, PlanningJob } from './planning-thread.ts';

export interface PlanningLimits {
  /** Milliseconds of one planning, not counting how long it waits for its turn. */
  readonly timeLimitMs: number;
  /** Operations that wait for their turn; more are refused. */
  readonly maxWaiting: number;
  /** MiB of the thread, which holds the schema as well. */
  readonly maxMemoryMb: number;
}

export const DEFAULT_PLANNING_LIMITS: PlanningLimits = { timeLimitMs: 10_000, maxWaiting: 100, maxMemoryMb: 1_024 };

export interface PlanningWorkerOptions {
  /** The planner's supergraph. */
  readonly supergraphSdl: string;
  readonly limits: PlanningLimits;
  readonly logger: Logger;
  /** The program of the thread, where it is not to plan. */
  readonly thread?: URL | undefined;
}

export interface PlanningWorker extends Planner, Disposable {}

interface Job extends PlanningJob {
  readonly promise: PromiseWithResolvers<QueryPlan>;
}

// Long enough that repeating it is no way to keep the planner busy, short enough that a quieter machine may try again.
const REMEMBER_MS = 5 * 60_000;

const THREAD = new URL('./planning-thread.ts', import.meta.url);

const STOPPING = 'The router is stopping: ask again in a moment.';

/**
 * Plans in a thread of its own, one operation after the other, so that planning stops no request that is under way. A
 * planning that takes too long or too much memory is refused, and its thread replaced.
 */
export function createPlanningWorker(options: PlanningWorkerOptions): PlanningWorker {
  return new ThreadPlanner(options);
}

class ThreadPlanner implements PlanningWorker {
  readonly #options: PlanningWorkerOptions;
  readonly #waiting: Job[] = [];
  #running: Job | null = null;
  #thread: Worker | null = null;
  #isReady = false;
  #isDisposed = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: PlanningWorkerOptions) {
    this.#options = options;
    this.#start();
  }

  plan(document: DocumentNode, labels: readonly string[] = []): Promise<QueryPlan> {
    const { maxWaiting } = this.#options.limits;
    if (this.#isDisposed) throw unavailable(STOPPING);
    if (this.#waiting.length >= maxWaiting) {
      throw unavailable(`${maxWaiting} new operations wait to be planned already: ask again in a moment.`);
    }
    const job = { text: print(document), labels, promise: Promise.withResolvers<QueryPlan>() };
    this.#waiting.push(job);
    this.#next();
    return job.promise.promise;
  }

  [Symbol.dispose](): void {
    this.#isDisposed = true;
    this.#rejectAll(unavailable(STOPPING));
    this.#stop();
  }

  #start(): void {
    const { supergraphSdl, limits, thread: program = THREAD } = this.#options;
    const thread = new Worker(program, {
      workerData: supergraphSdl,
      resourceLimits: { maxOldGenerationSizeMb: limits.maxMemoryMb },
    });
    // What a replaced thread still says counts for nothing.
    thread.on('message', (answer: PlanningAnswer) => this.#thread === thread && this.#hear(answer));
    thread.on('error', (error) => this.#thread === thread && this.#fail(error));
    thread.unref();
    this.#thread = thread;
  }

  #stop(): void {
    void this.#thread?.terminate();
    this.#thread = null;
    this.#isReady = false;
  }

  #next(): void {
    // After a failure it is started by the next operation: started at once it could fail for ever.
    if (!this.#thread) this.#start();
    // A process must not end while somebody waits for a plan.
    if (this.#running || this.#waiting.length > 0) this.#thread?.ref();
    else this.#thread?.unref();
    if (!this.#isReady || this.#running) return;
    const job = this.#waiting.shift();
    if (!job) return;
    this.#running = job;
    const { timeLimitMs } = this.#options.limits;
    this.#timer = setTimeout(() => this.#giveUp(`within ${timeLimitMs / 1_000} s`), timeLimitMs);
    const { text, labels } = job;
    this.#thread?.postMessage({ text, labels } satisfies PlanningJob);
  }

  #finish(): Job | null {
    const job = this.#running;
    this.#running = null;
    clearTimeout(this.#timer);
    return job;
  }

  #hear(answer: PlanningAnswer): void {
    const job = this.#finish();
    this.#isReady = true;
    if (answer && 'plan' in answer) job?.promise.resolve(answer.plan as QueryPlan);
    if (answer && 'refusal' in answer) {
      const operation = job?.text.slice(0, 2_000);
      this.#options.logger.warn({ operation, cause: answer.cause }, 'no subgraphs together can resolve an operation');
      job?.promise.reject(new PlanningRefused(refusal(answer.refusal, 'BAD_INPUT'), Number.POSITIVE_INFINITY));
    }
    if (answer && 'error' in answer) job?.promise.reject(new Error(`Planning failed: ${answer.error}`));
    this.#next();
  }

  #giveUp(bound: string): void {
    const job = this.#finish();
    this.#stop();
    this.#options.logger.warn({ operation: job?.text.slice(0, 2_000) }, `an operation could not be planned ${bound}`);
    const message =
      `The operation could not be planned ${bound}. ` +
      'Select fewer fields of types that several services hold, or send several operations.';
    job?.promise.reject(new PlanningRefused(refusal(message, 'BAD_INPUT'), REMEMBER_MS));
    this.#next();
  }

  #fail(error: unknown): void {
    if (this.#running && isOutOfMemory(error)) {
      this.#giveUp(`within ${this.#options.limits.maxMemoryMb} MiB`);
      return;
    }
    this.#options.logger.error({ err: error }, 'the planning thread failed');
    this.#rejectAll(new Error('The planning thread failed.', { cause: error }));
    this.#stop();
  }

  #rejectAll(error: Error): void {
    for (const job of [this.#finish(), ...this.#waiting.splice(0)]) job?.promise.reject(error);
  }
}

function unavailable(message: string): PlanningRefused {
  return new PlanningRefused(refusal(message, 'UNAVAILABLE'), 0);
}

function refusal(message: string, code: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code } });
}

function isOutOfMemory(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY';
}

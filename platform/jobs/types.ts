import type { JsonObject } from '#platform/events/types.ts';

/** Work that is done aside, at least once: a job that fails is tried again, so `handle` must bear repetition. */
export interface JobDefinition {
  /** `<subgraph>.<what>`, in lower case. */
  readonly name: string;
  /** Five fields, UTC: also runs by the clock, with an empty payload. While one run waits no second one is queued. */
  readonly cron?: string;
  /** Tries after the first one. Default 5. */
  readonly retryLimit?: number;
  /** Pause before the first retry, doubled (and spread) each time; 0 retries at once. Default 5 s. */
  readonly retryDelaySeconds?: number;
  /** A run that takes longer has failed. Default 300 s, at most a day. */
  readonly timeoutSeconds?: number;
  /** Runs at the same time in one process. Default 1. */
  readonly concurrency?: number;
  /** `signal` aborts when the time is over and when the process stops: what is then left undone should throw. */
  handle(payload: JsonObject, signal: AbortSignal): Promise<void>;
}

export interface EnqueueOptions {
  /** While a job of this name and key waits to start, further ones are not queued. */
  readonly singletonKey?: string;
  /** Not earlier than this. */
  readonly startAfter?: Date;
}

export interface Jobs extends AsyncDisposable {
  /** Before start(). */
  register(definition: JobDefinition): void;
  /**
   * Queues a job; any process that registered its name may run it. Null: an equal one waits already (singletonKey).
   * @throws UnavailableError when the database does not take it.
   */
  enqueue(name: string, payload: JsonObject, options?: EnqueueOptions): Promise<string | null>;
  /** Runs what is queued and what the clock asks for, until disposal, which waits up to 10 s for runs at work. */
  start(): Promise<void>;
  /** What runs every two minutes by itself: gives jobs of dead processes to others, and puts old jobs away. */
  maintain(): Promise<void>;
  /** What was given up, newest first, with its last error. */
  deadLetters(limit?: number): Promise<readonly DeadLetter[]>;
}

export interface DeadLetter {
  readonly id: string;
  readonly job: string;
  readonly payload: JsonObject;
  readonly error: string;
  readonly at: Date;
}

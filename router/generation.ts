import { createHash } from 'node:crypto';
import type { Pipeline } from './pipeline.ts';
import type { GraphQLResult } from './results.ts';

/** A pipeline that stays whole until it is given back. */
export interface Lease extends Disposable {
  readonly pipeline: Pipeline;
}

/** One supergraph as it is served: what was begun on it is finished on it. */
export interface Generation {
  readonly version: string;
  readonly since: Date;
  readonly pipeline: Pipeline;
  lease(): Lease;
  /**
   * Ends its streams with this result. Resolves when the last lease has been given back and what it needs is closed.
   */
  retire(last: GraphQLResult): Promise<void>;
  /** Closes its connections and threads, whoever still waits for them. */
  close(): Promise<void>;
}

export interface GenerationOptions {
  readonly sdl: string;
  /** Its connections and threads. */
  readonly resources: AsyncDisposable;
  /** `hold` is for what is under way without a request. */
  readonly createPipeline: (hold: () => Lease) => Pipeline;
}

export function createGeneration({ sdl, resources, createPipeline }: GenerationOptions): Generation {
  let held = 0;
  let retired = false;
  let closed: PromiseLike<void> | undefined;
  const left = Promise.withResolvers<void>();
  const settle = () => {
    if (retired && held === 0) left.resolve();
  };
  const take = () => {
    held += 1;
    return lease;
  };
  const pipeline = createPipeline(take);
  // One object for all: each holder gives it back once.
  const lease: Lease = {
    pipeline,
    [Symbol.dispose]() {
      held -= 1;
      settle();
    },
  };
  async function close(): Promise<void> {
    closed ??= resources[Symbol.asyncDispose]();
    await closed;
  }
  return {
    version: versionOf(sdl),
    since: new Date(),
    pipeline,
    lease: take,
    async retire(last) {
      retired = true;
      pipeline.endStreams(last);
      settle();
      await left.promise;
      await close();
    },
    close,
  };
}

/** Equal for equal texts: the first 12 digits of their SHA-256. */
export function versionOf(sdl: string): string {
  return createHash('sha256').update(sdl).digest('hex').slice(0, 12);
}

import { setImmediate } from 'node:timers/promises';
import type { GraphQLSchema } from 'graphql';
import type { Logger } from '#platform/logging/index.ts';
import { createGeneration, type Generation, type Lease, versionOf } from './generation.ts';
import type { ReloadOutcome, RouterMetrics } from './metrics.ts';
import type { Pipeline } from './pipeline.ts';
import type { GraphQLResult } from './results.ts';
import { buildSupergraph, InvalidSupergraphError, type SupergraphState } from './supergraph.ts';
import type { SupergraphSource } from './supergraph-source.ts';

/** The supergraph that is served now, which its source may replace at any moment. */
export interface ServedSupergraph extends AsyncDisposable {
  lease(): Lease;
  describe(): SupergraphStatus;
  /** As clients see it. */
  readonly schema: GraphQLSchema;
  /** From now on nothing replaces it, and every stream has ended with this result. */
  freeze(last: GraphQLResult): void;
}

/** What `/health` says. */
export interface SupergraphStatus {
  /** The first digits of the SHA-256 of its text. */
  readonly version: string;
  readonly since: string;
  readonly source: string;
  /** What came of the last change at the source; absent as long as there was none. */
  readonly lastChange?: { readonly outcome: ReloadOutcome; readonly at: string; readonly version?: string };
}

export interface ServedSupergraphOptions {
  readonly source: SupergraphSource;
  readonly open: (opening: Opening) => Pipeline;
  readonly warmUp: WarmUp;
  readonly logger: Logger;
  readonly metrics: RouterMetrics | undefined;
}

/** What one supergraph is served with. */
export interface Opening {
  readonly state: SupergraphState;
  /** Closed when the last of what was begun on this supergraph has ended. */
  readonly resources: AsyncDisposableStack;
  /** For what is under way without a request. */
  readonly hold: () => Disposable;
}

/** How much is prepared before a supergraph replaces another. */
export interface WarmUp {
  /** The most used operations of the one before. */
  readonly operations: number;
  /** Milliseconds after which it replaces the other with what is ready. */
  readonly timeoutMs: number;
}

export const DEFAULT_WARM_UP: WarmUp = { operations: 200, timeoutMs: 10_000 };

/**
 * Serves what the source gives now, and from then on whatever it changes to.
 * @throws InvalidSupergraphError when the first text is none; what the source throws when it cannot be read.
 */
export async function serveSupergraph(options: ServedSupergraphOptions): Promise<ServedSupergraph> {
  return new Served(options, openGeneration(options, await options.source.read()));
}

class Served implements ServedSupergraph {
  readonly #options: ServedSupergraphOptions;
  readonly #watching: Disposable;
  readonly #retiring = new Set<Generation>();
  #current: Generation;
  #lastChange: SupergraphStatus['lastChange'];
  /** The newest text that has come while another was being made ready. */
  #offered: string | null = null;
  #reloading: Promise<void> | null = null;
  /** What was refused, so that it is refused once and not at each poll. */
  #refusedVersion: string | null = null;
  #failure: string | null = null;
  #frozen = false;

  constructor(options: ServedSupergraphOptions, first: Generation) {
    this.#options = options;
    this.#current = first;
    options.metrics?.follow({
      operations: () => this.#current.pipeline.operations,
      upstreams: () => this.#current.pipeline.upstreams,
      servedSince: () => this.#current.since.getTime() / 1000,
    });
    this.#watching = options.source.watch({
      changed: (sdl) => this.#offer(sdl),
      failed: (error) => this.#unreadable(error),
    });
  }

  lease(): Lease {
    return this.#current.lease();
  }

  get schema(): GraphQLSchema {
    return this.#current.pipeline.state.schema;
  }

  describe(): SupergraphStatus {
    const { version, since } = this.#current;
    const lastChange = this.#lastChange;
    return {
      version,
      since: since.toISOString(),
      source: this.#options.source.name,
      ...(lastChange && { lastChange }),
    };
  }

  freeze(last: GraphQLResult): void {
    this.#frozen = true;
    this.#watching[Symbol.dispose]();
    this.#current.pipeline.endStreams(last);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#frozen = true;
    this.#watching[Symbol.dispose]();
    await this.#reloading;
    await Promise.all([...this.#retiring, this.#current].map((generation) => generation.close()));
  }

  #offer(sdl: string): void {
    this.#failure = null;
    this.#offered = sdl;
    this.#reloading ??= this.#reloadAll();
  }

  async #reloadAll(): Promise<void> {
    while (this.#offered !== null && !this.#frozen) {
      const sdl = this.#offered;
      this.#offered = null;
      await this.#reload(sdl);
    }
    this.#reloading = null;
  }

  async #reload(sdl: string): Promise<void> {
    if (sdl === this.#current.pipeline.state.sdl) {
      this.#refusedVersion = null;
      if (this.#lastChange && this.#lastChange.outcome !== 'applied') this.#record('unchanged', this.#current.version);
      return;
    }
    const version = versionOf(sdl);
    if (version === this.#refusedVersion) return;
    try {
      await this.#replace(openGeneration(this.#options, sdl));
    } catch (error) {
      this.#refuse(version, error);
    }
  }

  async #replace(next: Generation): Promise<void> {
    const { warmUp, logger } = this.#options;
    const old = this.#current;
    const { version } = next;
    const { ready, refused } = await warm(next, old.pipeline.mostUsed(warmUp.operations), warmUp);
    if (this.#frozen) {
      await next.close();
      return;
    }
    this.#current = next;
    this.#refusedVersion = null;
    this.#record('applied', version);
    logger.info({ version, before: old.version, warmed: ready }, 'another supergraph is served from now on');
    if (refused.length > 0) logger.warn({ version, operations: refused }, 'much used operations are valid no more');
    this.#retire(old);
  }

  #retire(old: Generation): void {
    const { logger } = this.#options;
    this.#retiring.add(old);
    old
      .retire(RELOADED)
      .catch((error: unknown) => logger.error({ err: error }, 'connections of a replaced supergraph did not close'))
      .finally(() => this.#retiring.delete(old));
  }

  #refuse(version: string, error: unknown): void {
    const served = { served: this.#current.version, since: this.#current.since };
    this.#refusedVersion = version;
    if (error instanceof InvalidSupergraphError) {
      this.#record('invalid', version);
      const { problems } = error;
      this.#options.logger.error({ version, problems, ...served }, 'a new supergraph is not valid and was ignored');
      return;
    }
    this.#record('failed', version);
    this.#options.logger.error({ version, err: error, ...served }, 'a new supergraph cannot be served and was ignored');
  }

  #unreadable(error: unknown): void {
    this.#record('unreadable');
    const message = error instanceof Error ? error.message : String(error);
    // Polling would say the same for hours.
    if (message === this.#failure) return;
    this.#failure = message;
    this.#options.logger.warn({ err: error, served: this.#current.version }, 'the supergraph cannot be read');
  }

  #record(outcome: ReloadOutcome, version?: string): void {
    this.#options.metrics?.reloaded(outcome);
    this.#lastChange = { outcome, at: new Date().toISOString(), ...(version !== undefined && { version }) };
  }
}

function openGeneration({ open }: ServedSupergraphOptions, sdl: string): Generation {
  const state = buildSupergraph(sdl);
  const resources = new AsyncDisposableStack();
  return createGeneration({ sdl, resources, createPipeline: (hold) => open({ state, resources, hold }) });
}

interface Warmed {
  readonly ready: number;
  /** Names of the operations that the new supergraph refuses. */
  readonly refused: readonly string[];
}

async function warm(
  { pipeline }: Generation,
  operations: ReturnType<typeof pipeline.mostUsed>,
  { timeoutMs }: WarmUp,
): Promise<Warmed> {
  const until = performance.now() + timeoutMs;
  const refused: string[] = [];
  let ready = 0;
  for (const operation of operations) {
    if (performance.now() > until) break;
    if (await pipeline.warm(operation)) ready += 1;
    else refused.push(operation.name ?? '(anonymous)');
    // Preparing takes milliseconds of this one thread: requests go first.
    await setImmediate();
  }
  return { ready, refused };
}

const RELOADED: GraphQLResult = {
  errors: [
    {
      message:
        'The schema has changed. Subscribe again, with "after" set to the cursor of the last event that you received.',
      extensions: { code: 'SUBSCRIPTION_SCHEMA_RELOAD', reconnect: true },
    },
  ],
};

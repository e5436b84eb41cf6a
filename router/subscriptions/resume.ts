import { setTimeout as sleep } from 'node:timers/promises';
import { SubgraphFailure } from '../execution/errors.ts';

export interface ResumeOptions<Event> {
  /** Opens the stream; with a cursor, right after its event. Throws SubgraphFailure. */
  readonly open: (after: string | null) => Promise<AsyncIterable<Event>>;
  readonly cursorOf: (event: Event) => string | null;
  /** The stream began at a cursor, so that opening it anew before the first event loses nothing. */
  readonly startedAtCursor: boolean;
  readonly signal: AbortSignal;
  readonly onRetry: (failure: SubgraphFailure, attempt: number) => void;
  /** Milliseconds: before the first retry, the longest before a later one, and of failing until it is given up. */
  readonly pace?: { readonly firstMs: number; readonly longestMs: number; readonly patienceMs: number };
}

const PACE = { firstMs: 200, longestMs: 5_000, patienceMs: 60_000 };

/**
 * Opens a stream that goes on when its subgraph restarts: it is opened again after the last event that came, so that no
 * event is lost and none comes twice. A stream of which no cursor is known is lost with its connection.
 */
export async function openResuming<Event>(options: ResumeOptions<Event>): Promise<AsyncIterable<Event>> {
  return resuming(await options.open(null), options);
}

async function* resuming<Event>(first: AsyncIterable<Event>, options: ResumeOptions<Event>): AsyncGenerator<Event> {
  let stream = first;
  let after: string | null = null;
  while (true) {
    try {
      for await (const event of stream) {
        after = options.cursorOf(event) ?? after;
        yield event;
      }
      return;
    } catch (error) {
      if (!mayResume(error, options, after)) throw error;
      stream = await reopen(error, options, after);
    }
  }
}

function mayResume<Event>(
  error: unknown,
  { startedAtCursor, signal }: ResumeOptions<Event>,
  after: string | null,
): error is SubgraphFailure {
  if (!(error instanceof SubgraphFailure) || signal.aborted) return false;
  return isPassing(error) && (after !== null || startedAtCursor);
}

function isPassing({ reason }: SubgraphFailure): boolean {
  return reason === 'unreachable' || reason === 'timeout';
}

/** Waits longer each time, and at random, so that not every router knocks at the same moment. */
async function reopen<Event>(
  failure: SubgraphFailure,
  { open, signal, onRetry, pace = PACE }: ResumeOptions<Event>,
  after: string | null,
): Promise<AsyncIterable<Event>> {
  const until = performance.now() + pace.patienceMs;
  let last = failure;
  for (let attempt = 1; ; attempt++) {
    const delay = Math.min(pace.longestMs, pace.firstMs * 2 ** (attempt - 1)) * (0.5 + Math.random());
    if (performance.now() + delay > until) throw last;
    onRetry(last, attempt);
    await sleep(delay, undefined, { signal, ref: false });
    try {
      return await open(after);
    } catch (error) {
      if (!(error instanceof SubgraphFailure) || !isPassing(error)) throw error;
      last = error;
    }
  }
}

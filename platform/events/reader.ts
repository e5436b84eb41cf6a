import type { Position } from './cursor.ts';
import type { Start } from './replay.ts';
import type { SharedTail, Step } from './shared-tail.ts';
import type { StoredEvent, StreamGap, TailRequest } from './types.ts';

/** A share in a tail. */
export interface Lease {
  readonly tail: Promise<SharedTail>;
  release(): void;
}

export interface ReaderOptions {
  readonly request: TailRequest;
  /** Null: from where the tail stands. */
  readonly from: Position | null;
  /** Aborts when the log closes. */
  readonly closing: AbortSignal;
  readonly lease: Lease;
}

type Item = StoredEvent | StreamGap;

/**
 * A place in a tail that moves on as it is read. It takes its place as soon as the tail stands, not at the first next():
 * what comes in between belongs to the reader. Written out rather than as a generator: an event passes through thousands
 * of readers, and one that waits must end at once when its client leaves.
 */
export function openReader({ request, from, closing, lease }: ReaderOptions): AsyncIterableIterator<Item> {
  let tail: SharedTail | null = null;
  let position: Position = { epoch: '', sequence: 0 };
  let steps: readonly Step[] = [];
  let taken = 0;
  let closed = false;
  let wake: (() => void) | null = null;
  let turn: Promise<unknown> | null = null;

  function close(): void {
    if (closed) return;
    closed = true;
    request.signal.removeEventListener('abort', close);
    closing.removeEventListener('abort', close);
    lease.release();
    if (wake !== null) {
      tail?.forget(wake);
      wake();
    }
  }

  function begin(opened: SharedTail, { position: place, gap }: Start): void {
    tail = opened;
    position = place;
    if (gap !== null) steps = [{ item: gap, position: place }];
  }

  /** The next item that needs no waiting; null when there is none. */
  function take(): Item | null {
    for (let step = steps[taken]; step !== undefined; step = steps[taken]) {
      taken += 1;
      position = step.position;
      if (wanted(step.item)) return step.item;
    }
    for (let next = tail?.next(position); typeof next === 'object'; next = tail?.next(position)) {
      position = { epoch: next.epoch, sequence: next.sequence };
      if (wanted(next)) return next;
    }
    return null;
  }

  function wanted(item: Item): boolean {
    return 'kind' in item || request.accept === undefined || request.accept(item);
  }

  /** Until the work is done or the reader is closed; null in the latter case. */
  function unlessClosed<T>(work: Promise<T>): Promise<T | null> {
    return new Promise((resolve, reject) => {
      wake = () => resolve(null);
      work.then(resolve, reject);
      if (closed) wake();
    });
  }

  function changed(current: SharedTail): Promise<void> {
    return new Promise((resolve) => {
      wake = resolve;
      if (closed) resolve();
      else current.onChange(resolve);
    });
  }

  async function prepare(): Promise<void> {
    const current = tail;
    if (current === null) {
      await unlessClosed(opening);
    } else if (current.next(position) === 'nothing newer') {
      await changed(current);
    } else {
      steps = (await unlessClosed(current.read(position))) ?? [];
      taken = 0;
      // The reader is up to date and the tail does not know its place: the tail is the one that is behind.
      if (steps.length === 0) await unlessClosed(current.refresh());
      if (steps.length === 0 && current.next(position) === 'not here') await changed(current);
    }
  }

  async function advance(): Promise<IteratorResult<Item, undefined>> {
    try {
      while (!closed) {
        const item = take();
        if (item !== null) return { done: false, value: item };
        await prepare();
      }
    } catch (error) {
      close();
      throw error;
    }
    return { done: true, value: undefined };
  }

  request.signal.addEventListener('abort', close);
  closing.addEventListener('abort', close);
  if (request.signal.aborted || closing.aborted) close();
  const opening = lease.tail.then(async (opened) => {
    begin(opened, from === null ? { position: opened.end, gap: null } : await opened.start(from));
  });
  opening.catch(() => {}); // told by next()

  return {
    next() {
      // Calls that do not wait for each other are answered one after the other.
      const result = turn === null ? advance() : turn.then(advance, advance);
      turn = result;
      const finish = () => {
        if (turn === result) turn = null;
      };
      result.then(finish, finish);
      return result;
    },
    async return() {
      close();
      return { done: true, value: undefined };
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

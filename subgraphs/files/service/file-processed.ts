import { NotFoundError } from '#platform/errors/index.ts';
import { encodeCursor, type StoredEvent, type StreamGap } from '#platform/events/index.ts';
import type { FilesContext } from '../context.ts';
import * as files from '../data/files-repository.ts';
import type { File } from '../domain/file.ts';
import { FILE_TOPIC, STATE_EVENTS } from '../events.ts';
import { findVisibleFile } from './visible-files.ts';

export interface FileProcessed {
  readonly file: File;
}

/**
 * The present state of a file, then its state after every change, until the client leaves or may see it no longer.
 * @throws NotFoundError when the caller may not see the file now.
 */
export async function fileProcessed(ctx: FilesContext, fileId: string): Promise<AsyncIterable<FileProcessed>> {
  // The place in the log is taken before the state is read: what changes in between is told twice, not missed.
  const position = await ctx.db.read(ctx.viewer, (tx) => files.findLogPosition(tx));
  const first = await findVisibleFile(ctx, fileId);
  if (first === null) throw new NotFoundError('File', fileId);
  const changes = ctx.eventLog.tail({
    organizationId: ctx.viewer.organizationId,
    topic: FILE_TOPIC,
    after: position && encodeCursor(position),
    accept: (event) => event.subjectId === first.id && STATE_EVENTS.has(event.type),
    signal: ctx.signal,
  });
  return statesOf(ctx, first, changes);
}

/** Not a generator: a generator's return() would wait for the next change before it reached the log. */
function statesOf(
  ctx: FilesContext,
  first: File,
  changes: AsyncIterable<StoredEvent | StreamGap>,
): AsyncIterableIterator<FileProcessed> {
  const log = changes[Symbol.asyncIterator]();
  let begun = false;

  async function next(): Promise<IteratorResult<FileProcessed>> {
    if (!begun) {
      begun = true;
      return { done: false, value: { file: first } };
    }
    if ((await log.next()).done) return { done: true, value: undefined };
    forget(ctx);
    const file = await findVisibleFile(ctx, first.id);
    return file === null ? end() : { done: false, value: { file } };
  }

  async function end(): Promise<IteratorResult<FileProcessed>> {
    await log.return?.();
    return { done: true, value: undefined };
  }

  return {
    next,
    return: end,
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

/** The context lives as long as the subscription: what was loaded for the last state is old. */
function forget({ loaders }: FilesContext): void {
  for (const loader of Object.values(loaders)) loader.clearAll();
}

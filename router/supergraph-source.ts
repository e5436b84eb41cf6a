import { type FSWatcher, watch } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { basename, dirname } from 'node:path';

/** Where a supergraph comes from. */
export interface SupergraphSource {
  /** For logs and `/health`: nothing secret is in it. */
  readonly name: string;
  /** The text as it is now. Throws saying why it cannot be read. */
  read(): Promise<string>;
  /** Tells of every text that may be another, until it is disposed of. */
  watch(listener: SupergraphListener): Disposable;
}

export interface SupergraphListener {
  changed(sdl: string): void;
  /** It cannot be read now; it is tried again. */
  failed(error: unknown): void;
}

/** A text that never changes. */
export function fixedSource(sdl: string): SupergraphSource {
  return {
    name: 'text',
    read: async () => sdl,
    watch: () => ({ [Symbol.dispose]() {} }),
  };
}

export interface FileSourceOptions {
  /** Milliseconds of quiet after a change before the file is read: whoever writes it may not be done. Default 100. */
  readonly settleMs?: number | undefined;
  /** Milliseconds between looks at file systems that report no changes, as network drives do not. Default 5,000. */
  readonly pollMs?: number | undefined;
}

/**
 * A file that is watched. Its directory is what is listened to: editors and Kubernetes replace the file, or a link on
 * the way to it, by another of the same name.
 */
export function fileSource(path: string, { settleMs = 100, pollMs = 5_000 }: FileSourceOptions = {}): SupergraphSource {
  return {
    name: `file ${basename(path)}`,
    read: () => readFile(path, 'utf8'),
    watch(listener) {
      const look = createLook(path, listener);
      let settling: NodeJS.Timeout | undefined;
      const notice = () => {
        clearTimeout(settling);
        settling = setTimeout(look, settleMs);
      };
      const watcher = watchDirectory(dirname(path), notice);
      const polling = setInterval(look, pollMs).unref();
      notice();
      return {
        [Symbol.dispose]() {
          clearTimeout(settling);
          clearInterval(polling);
          watcher?.close();
        },
      };
    },
  };
}

// Without the means to watch (too many watches, no such directory any more) the polling still finds what has changed.
function watchDirectory(directory: string, notice: () => void): FSWatcher | null {
  try {
    const watcher = watch(directory, { persistent: false }, notice);
    watcher.on('error', () => watcher.close());
    return watcher;
  } catch {
    return null;
  }
}

/** Reads the file when it is another than last time, by its inode, size and times. */
function createLook(path: string, listener: SupergraphListener): () => void {
  let seen = '';
  let looking = false;
  let again = false;

  async function look(): Promise<void> {
    const { ino, size, mtimeNs, ctimeNs } = await stat(path, { bigint: true });
    const signature = [ino, size, mtimeNs, ctimeNs].join();
    if (signature === seen) return;
    const sdl = await readFile(path, 'utf8');
    // Written in place, it is empty before it is whole.
    if (sdl === '') throw new Error(`${path} is empty`);
    seen = signature;
    listener.changed(sdl);
  }

  async function lookUntilQuiet(): Promise<void> {
    looking = true;
    do {
      again = false;
      await look().catch((error: unknown) => listener.failed(error));
    } while (again);
    looking = false;
  }

  return () => {
    again = true;
    if (!looking) void lookUntilQuiet();
  };
}

export interface UrlSourceOptions {
  /** Milliseconds between questions, a fifth more or less so that many routers do not ask at once. Default 10,000. */
  readonly intervalMs?: number | undefined;
  /** Milliseconds until a question is given up. Default 10,000. */
  readonly timeoutMs?: number | undefined;
  /** What the server wants to know, such as a key. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

/** A URL that is asked again and again, for nothing but "not modified" as long as the server knows of no change. */
export function urlSource(url: string, options: UrlSourceOptions = {}): SupergraphSource {
  const { intervalMs = 10_000, timeoutMs = 10_000, headers = {} } = options;
  let last: { readonly sdl: string; readonly validators: Readonly<Record<string, string>> } | null = null;

  async function read(): Promise<string> {
    const response = await fetch(url, {
      headers: { ...headers, ...last?.validators },
      signal: AbortSignal.timeout(timeoutMs),
    }).catch((error: unknown) => {
      throw withCause(error);
    });
    if (response.status === 304 && last) return last.sdl;
    if (!response.ok) throw new Error(`it answered ${response.status}`);
    const sdl = await response.text();
    last = { sdl, validators: validatorsOf(response.headers) };
    return sdl;
  }

  return {
    name: `URL at ${new URL(url).host}`,
    read,
    watch(listener) {
      let timer: NodeJS.Timeout;
      let over = false;
      const next = () => {
        if (!over) timer = setTimeout(ask, intervalMs * (0.8 + 0.4 * Math.random())).unref();
      };
      const ask = () => {
        read()
          .then(
            (sdl) => over || listener.changed(sdl),
            (error: unknown) => over || listener.failed(error),
          )
          .finally(next);
      };
      next();
      return {
        [Symbol.dispose]() {
          over = true;
          clearTimeout(timer);
        },
      };
    },
  };
}

/** fetch itself says only that it failed. */
function withCause(error: unknown): unknown {
  const cause = error instanceof TypeError ? error.cause : undefined;
  return cause instanceof Error ? new Error(cause.message || cause.name, { cause }) : error;
}

function validatorsOf(headers: Headers): Record<string, string> {
  const etag = headers.get('etag');
  if (etag !== null) return { 'if-none-match': etag };
  const modified = headers.get('last-modified');
  return modified === null ? {} : { 'if-modified-since': modified };
}

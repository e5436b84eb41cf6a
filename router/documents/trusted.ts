import { readdir, readFile, stat } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { GraphQLError, parse } from 'graphql';
import type { Logger } from '#platform/logging/index.ts';
import { isObject } from '../execution/data.ts';
import { type AskedDocument, sha256 } from './store.ts';

/** The documents that a laboratory's programs were built with: nothing else needs to be served. */
export interface TrustedDocuments {
  /** The text of a trusted document: by its id, by its hash, or the same text. */
  find(asked: AskedDocument): string | undefined;
  /** Every text once, to prepare them before clients come. */
  readonly texts: readonly string[];
}

/** What is wrong with the documents, one line each. */
export class InvalidDocumentsError extends Error {
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(`The trusted documents are not valid:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`);
    this.name = 'InvalidDocumentsError';
    this.problems = problems;
  }
}

interface Document {
  readonly file: string;
  /** Null for a text without one: its hash is its id. */
  readonly id: string | null;
  readonly text: string;
}

export interface TrustedDocumentsOptions {
  readonly path: string;
  readonly logger: Logger;
  /** Milliseconds between looks at the files. Default 5,000. */
  readonly pollMs?: number | undefined;
}

/**
 * The documents at a path, read again when its files change: a new version of a program brings its own. While they are
 * wrong, those from before are served.
 * @throws InvalidDocumentsError when they are wrong from the start.
 */
export async function openTrustedDocuments(options: TrustedDocumentsOptions): Promise<TrustedDocuments & Disposable> {
  const { path, logger, pollMs = 5_000 } = options;
  let seen = await signatureOf(path);
  let before = seen;
  let documents = await readTrustedDocuments(path);
  let isOpen = true;
  let timer: NodeJS.Timeout;

  async function look(): Promise<void> {
    const signature = await signatureOf(path);
    // What differs from the last look too may not be written to its end.
    const isSettled = signature === before;
    before = signature;
    if (signature === seen || !isSettled) return;
    seen = signature;
    documents = await readTrustedDocuments(path);
    logger.info({ path, documents: documents.texts.length }, 'the trusted documents were read again');
  }

  function lookLater(): void {
    if (!isOpen) return;
    timer = setTimeout(() => {
      look()
        .catch((error: unknown) => logger.error({ err: error, path }, 'the trusted documents from before stay in use'))
        .finally(lookLater);
    }, pollMs).unref();
  }

  lookLater();
  return {
    find: (asked) => documents.find(asked),
    get texts() {
      return documents.texts;
    },
    [Symbol.dispose]() {
      isOpen = false;
      clearTimeout(timer);
    },
  };
}

/** Another when any of the files is. */
async function signatureOf(path: string): Promise<string> {
  const files = await filesAt(path, []);
  const marks = files.map(async (file) => {
    const { ino, size, mtimeMs } = await stat(file);
    return [file, ino, size, mtimeMs].join(' ');
  });
  return (await Promise.all(marks)).join('\n');
}

/**
 * Reads a manifest (Apollo's, or an object of id to text as Relay and GraphQL Code Generator write it), one .graphql file, or
 * a folder of either with all below it.
 * @throws InvalidDocumentsError naming every file, id and place that is wrong.
 */
export async function readTrustedDocuments(path: string): Promise<TrustedDocuments> {
  const problems: string[] = [];
  const documents: Document[] = [];
  for (const file of await filesAt(path, problems)) documents.push(...(await documentsIn(file, problems)));
  const byId = new Map<string, string>();
  for (const { file, id, text } of documents) {
    const problem = syntaxProblem(text);
    if (problem !== null) problems.push(`${file}${id === null ? '' : `, ${id}`}: ${problem}`);
    for (const name of new Set([...(id === null ? [] : [id]), sha256(text)])) {
      if ((byId.get(name) ?? text) !== text) problems.push(`${file}: the id ${name} stands for two documents`);
      byId.set(name, text);
    }
  }
  if (problems.length === 0 && byId.size === 0) problems.push(`${path}: holds no document`);
  if (problems.length > 0) throw new InvalidDocumentsError(problems);
  return {
    texts: [...new Set(byId.values())],
    find: ({ query, id, hash }) =>
      query === null
        ? (byId.get(id ?? '') ?? byId.get(hash ?? '') ?? byId.get(hash?.toLowerCase() ?? ''))
        : byId.get(sha256(query)),
  };
}

const DOCUMENT_FILES: ReadonlySet<string> = new Set(['.graphql', '.gql', '.json']);

async function filesAt(path: string, problems: string[]): Promise<string[]> {
  try {
    if (!(await stat(path)).isDirectory()) return [path];
    const entries = await readdir(path, { recursive: true, withFileTypes: true });
    return entries
      .filter((entry) => entry.isFile() && DOCUMENT_FILES.has(extname(entry.name)))
      .map((entry) => join(entry.parentPath, entry.name))
      .sort();
  } catch (error) {
    problems.push(`${path} cannot be read (${(error as Error).message})`);
    return [];
  }
}

async function documentsIn(file: string, problems: string[]): Promise<Document[]> {
  try {
    const text = await readFile(file, 'utf8');
    if (extname(file) !== '.json') return [{ file, id: null, text }];
    return entriesOf(JSON.parse(text)).map(([id, body]) => ({ file, id, text: body }));
  } catch (error) {
    problems.push(`${file} cannot be read (${(error as Error).message})`);
    return [];
  }
}

/** @throws Error saying what a manifest looks like. */
function entriesOf(manifest: unknown): [id: string, text: string][] {
  if (
    isObject(manifest) &&
    manifest.format === 'apollo-persisted-query-manifest' &&
    Array.isArray(manifest.operations)
  ) {
    return manifest.operations.map((operation: unknown) => {
      const { id, body } = isObject(operation) ? operation : {};
      if (typeof id === 'string' && id !== '' && typeof body === 'string') return [id, body];
      throw new Error('expected each of "operations" to have an "id" and a "body"');
    });
  }
  if (isObject(manifest) && Object.values(manifest).every((text) => typeof text === 'string')) {
    return Object.entries(manifest) as [string, string][];
  }
  throw new Error(
    'expected {"id": "document", …} or {"format": "apollo-persisted-query-manifest", "version": 1, "operations": […]}',
  );
}

function syntaxProblem(text: string): string | null {
  try {
    parse(text);
    return null;
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error;
    const [place] = error.locations ?? [];
    return `line ${place?.line}, column ${place?.column}: ${error.message}`;
  }
}

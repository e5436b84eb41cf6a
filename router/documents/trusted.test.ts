import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createLogger } from '#platform/logging/index.ts';
import { sha256 } from './store.ts';
import { InvalidDocumentsError, openTrustedDocuments, readTrustedDocuments } from './trusted.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'documents-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function file(name: string, content: unknown): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}

async function problemsOf(path: string): Promise<readonly string[]> {
  try {
    await readTrustedDocuments(path);
    return [];
  } catch (error) {
    if (error instanceof InvalidDocumentsError) return error.problems;
    throw error;
  }
}

const asked = (part: { query?: string; id?: string; hash?: string }) => ({
  query: null,
  id: null,
  hash: null,
  ...part,
});
const LIST = 'query List { products { name } }';
const COUNT = 'query Count { reviewCount }';

describe('documents are read from', () => {
  test.each([
    [
      'Apollo’s manifest',
      {
        format: 'apollo-persisted-query-manifest',
        version: 1,
        operations: [{ id: 'l', name: 'List', type: 'query', body: LIST }],
      },
    ],
    ['an object of id to text', { l: LIST }],
  ])('%s', async (_, manifest) => {
    const documents = await readTrustedDocuments(await file('manifest.json', manifest));
    for (const part of [
      { id: 'l' },
      { hash: 'l' },
      { id: sha256(LIST) },
      { hash: sha256(LIST).toUpperCase() },
      { query: LIST },
    ]) {
      expect(documents.find(asked(part))).toBe(LIST);
    }
    expect(documents.find(asked({ id: 'other' }))).toBeUndefined();
    expect(documents.find(asked({ query: COUNT, id: 'l' }))).toBeUndefined();
    expect(documents.texts).toEqual([LIST]);
  });

  test('a folder with all below it, each .graphql file by its hash', async () => {
    await mkdir(join(folder, 'web'));
    await file('count.graphql', COUNT);
    await file('web/manifest.json', { l: LIST });
    await file('README.md', 'not a document');
    const documents = await readTrustedDocuments(folder);
    expect(documents.find(asked({ hash: sha256(COUNT) }))).toBe(COUNT);
    expect(documents.find(asked({ id: 'l' }))).toBe(LIST);
  });
});

describe('what is wrong is named with its file', () => {
  test('an id that stands for two documents, a document that is none, a manifest that is none: all at once', async () => {
    await file('a.json', { l: LIST });
    await file('b.json', { l: COUNT, broken: '{ a(' });
    await file('c.json', [LIST]);
    await file('d.json', '{');
    expect(await problemsOf(folder)).toEqual([
      expect.stringMatching(/c\.json cannot be read \(expected \{"id": "document"/),
      expect.stringMatching(/d\.json cannot be read/),
      expect.stringMatching(/b\.json: the id l stands for two documents/),
      expect.stringMatching(/b\.json, broken: line 1, column 5: Syntax Error/),
    ]);
  });

  test('an absent file, an empty folder, and an Apollo operation without a body', async () => {
    expect(await problemsOf(join(folder, 'none.json'))).toEqual([
      expect.stringMatching(/none\.json cannot be read \(ENOENT/),
    ]);
    expect(await problemsOf(folder)).toEqual([expect.stringMatching(/holds no document/)]);
    const manifest = { format: 'apollo-persisted-query-manifest', version: 1, operations: [{ id: 'l' }] };
    expect(await problemsOf(await file('m.json', manifest))).toEqual([expect.stringMatching(/an "id" and a "body"/)]);
  });
});

test('files that change are read again; while they are wrong those from before are served', async () => {
  const errors: unknown[] = [];
  const logger = createLogger({ level: 'silent', name: 'documents-test' });
  const telling = Object.assign(Object.create(logger), { error: (line: unknown) => errors.push(line) });
  const path = await file('manifest.json', { l: LIST });
  using documents = await openTrustedDocuments({ path, logger: telling, pollMs: 1 });
  const replace = async (content: unknown) => rename(await file('next', content), path);
  await replace('{');
  await vi.waitFor(() => expect(errors).toHaveLength(1));
  expect(documents.find(asked({ id: 'l' }))).toBe(LIST);
  await replace({ l: LIST, c: COUNT });
  await vi.waitFor(() => expect(documents.find(asked({ id: 'c' }))).toBe(COUNT));
  expect(documents.texts).toEqual([LIST, COUNT]);
  expect(errors).toHaveLength(1);
});

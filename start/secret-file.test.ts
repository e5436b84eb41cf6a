import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from '#platform/testing/folder.ts';
import { installationKey } from './secret-file.ts';

test('the key is made once, is the owner’s alone, and leaves nothing beside it', async () => {
  const dataDir = await temporaryFolder();
  const key = await installationKey(dataDir);
  expect(key).toMatch(/^[0-9a-f]{64}$/);
  expect(await installationKey(dataDir)).toBe(key);
  expect((await stat(join(dataDir, 'secret-key'))).mode & 0o777).toBe(0o600);
  expect(await readdir(dataDir)).toEqual(['secret-key']);
});

test('whoever finds the file finds the whole key', async () => {
  const dataDir = await temporaryFolder();
  const keys = await Promise.all(Array.from({ length: 50 }, () => installationKey(dataDir)));
  expect(keys[0]).toHaveLength(64);
  expect(new Set(keys).size).toBe(1);
});

test('a draft that a killed start left behind is not taken for the key', async () => {
  const dataDir = await temporaryFolder();
  await writeFile(join(dataDir, 'secret-key.1.draft'), 'half');
  expect(await installationKey(dataDir)).toHaveLength(64);
});

test.each(['', '\n', 'too short'])(
  'a file that holds %j is refused with the mend, and not touched',
  async (content) => {
    const dataDir = await temporaryFolder();
    const file = join(dataDir, 'secret-key');
    await writeFile(file, content);
    await expect(installationKey(dataDir)).rejects.toThrow(/secret-key .*at least 32.*restore/);
    expect(await readFile(file, 'utf8')).toBe(content);
  },
);

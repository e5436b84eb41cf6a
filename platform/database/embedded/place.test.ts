import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createLogger } from '#platform/logging/index.ts';
import { temporaryFolder } from '#platform/testing/folder.ts';
import { preparePlace } from './place.ts';

const logger = createLogger({ level: 'silent', name: 'test' });
const FILE = 'postgres-credentials.json';

async function folder(credentials: string | null, cluster: boolean): Promise<string> {
  const dataDir = await temporaryFolder();
  if (credentials !== null) await writeFile(join(dataDir, FILE), credentials);
  if (cluster) await mkdir(join(dataDir, 'postgres', 'cluster'), { recursive: true });
  return dataDir;
}

const prepare = (dataDir: string) => preparePlace({ dataDir, account: null, throwaway: false, logger });

test('credentials are made once', async () => {
  const dataDir = await folder(null, false);
  const { credentials } = await prepare(dataDir);
  expect((await prepare(dataDir)).credentials).toEqual(credentials);
});

test.each(['', '{"superPass', '{}', 'null'])(
  'credentials cut off before any cluster was made (%j) are made anew',
  async (text) => {
    const dataDir = await folder(text, false);
    const { credentials } = await prepare(dataDir);
    expect(credentials.superPassword).toMatch(/^[\w-]{32}$/);
    expect(JSON.parse(await readFile(join(dataDir, FILE), 'utf8'))).toEqual(credentials);
  },
);

test.each(['', '{}'])('where a cluster needs them, %j is refused with the mend and kept', async (text) => {
  const dataDir = await folder(text, true);
  await expect(prepare(dataDir)).rejects.toThrow(/postgres-credentials\.json .*restore the file/);
  expect(await readFile(join(dataDir, FILE), 'utf8')).toBe(text);
});

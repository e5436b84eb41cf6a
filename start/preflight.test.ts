import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ConfigurationError } from '#platform/config/index.ts';
import { temporaryFolder } from '#platform/testing/folder.ts';
import { preflight } from './preflight.ts';

test('a port in use, a folder that is a file and a wrong variable are named together', async () => {
  const folder = await temporaryFolder();
  const file = join(folder, 'file');
  await writeFile(file, '');
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  const problems = await preflight({ PORT: String(port), ALIMS_DATA_DIR: file, LOG_LEVEL: 'loud' }).then(
    () => [],
    (error: unknown) => (error instanceof ConfigurationError ? error.problems : [String(error)]),
  );
  server.close();
  expect(problems.map((problem) => problem.split(':')[0])).toEqual(['LOG_LEVEL', 'PORT', 'ALIMS_DATA_DIR']);
});

test('a free port and a writable folder pass', async () => {
  const folder = await temporaryFolder();
  await expect(preflight({ PORT: '0', ALIMS_DATA_DIR: folder })).resolves.toMatchObject({
    config: { dataDir: folder },
  });
});

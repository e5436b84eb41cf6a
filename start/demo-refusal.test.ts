import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, inject, test } from 'vitest';
import { signedIn } from '#demo/graphql-client.ts';
import { DEMO_PASSWORD } from '#demo/people.ts';
import { ConfigurationError, loadSettings } from '#platform/config/index.ts';
import { cloneDatabase, createTemplate, type DatabaseUrls } from '#platform/database/index.ts';
import { MIGRATIONS, prepareDatabase } from '#platform/host/index.ts';
import { createLogger } from '#platform/logging/index.ts';
import { refuseDemo } from './demo-refusal.ts';
import { preflight } from './preflight.ts';
import { serve } from './serve.ts';
import { startAll } from './start-all.ts';

const SECRET_KEY = 'a key for tests only, thirty-two characters and more';

async function refusalOf(start: () => Promise<unknown>): Promise<string> {
  try {
    const started = await start();
    if (typeof started === 'object' && started !== null && Symbol.asyncDispose in started)
      await (started as AsyncDisposable)[Symbol.asyncDispose]();
    return 'started';
  } catch (error) {
    if (error instanceof ConfigurationError) return error.problems.join('\n');
    throw error;
  }
}

async function env(stack: AsyncDisposableStack, database: DatabaseUrls, more: Record<string, string> = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'alims-demo-'));
  stack.defer(() => rm(folder, { recursive: true, force: true }));
  return {
    ALIMS_DATA_DIR: folder,
    PORT: '0',
    LOG_LEVEL: 'error',
    DATABASE_URL: database.appUrl,
    REDIS_URL: 'redis://127.0.0.1:1',
    SECRET_KEY,
    ...more,
  };
}

test.each(['0.0.0.0', '::', '192.168.1.7', 'lab.example'])(
  'HOST=%s is refused on embedded defaults, where the passwords are published',
  async (HOST) => {
    const problems = await refusalOf(() => preflight({ HOST, PORT: '0', ALIMS_DATA_DIR: tmpdir() }));
    expect(problems).toMatch(/^HOST: .*ALIMS_DEMO=off.*DATABASE_URL/m);
  },
);

test.each<Record<string, string>>([
  { HOST: '127.0.0.2' },
  { HOST: 'localhost' },
  { HOST: '0.0.0.0', ALIMS_DEMO: 'off' },
  { HOST: '0.0.0.0', ALIMS_DEMO: 'on' },
  { HOST: '0.0.0.0', DATABASE_URL: 'postgresql://u:p@localhost/x', SECRET_KEY },
])('%j is not', async (given) => {
  expect(await refusalOf(() => preflight({ PORT: '0', ALIMS_DATA_DIR: tmpdir(), ...given }))).toBe('started');
});

test('neither npm start nor npm run serve starts on a database in which the demonstration organization stands', async () => {
  await using stack = new AsyncDisposableStack();
  const database = stack.use(await cloneDatabase(inject('template')));
  const { REDIS_URL: _, ...alone } = await env(stack, database);
  expect(await refusalOf(() => startAll(alone, () => {}))).toMatch(/^DATABASE_URL: .*Wasatch.*passwords are published/);
  const apart = await env(stack, database);
  expect(await refusalOf(() => serve(['accounts'], apart, () => {}))).toMatch(/^DATABASE_URL: .*Wasatch/);
});

test('ALIMS_DEMO=on starts there all the same', async () => {
  await using stack = new AsyncDisposableStack();
  const database = stack.use(await cloneDatabase(inject('template')));
  const { REDIS_URL: _, ...alone } = await env(stack, database, { ALIMS_DEMO: 'on' });
  expect(await refusalOf(() => startAll(alone, () => {}))).toBe('started');
});

test('a database without it starts, and nobody of the demonstration is made', { timeout: 60_000 }, async () => {
  await using stack = new AsyncDisposableStack();
  const fill = async ({ ownerUrl }: DatabaseUrls) => void (await prepareDatabase(ownerUrl));
  const template = stack.use(await createTemplate({ server: inject('template'), subgraphs: MIGRATIONS, fill }));
  const { REDIS_URL: _, ...alone } = await env(stack, template);
  const started = await startAll(alone, () => {});
  expect(started.demo).toBe(false);
  await started[Symbol.asyncDispose]();
  expect(await refusalOf(() => startAll(alone, () => {}))).toBe('started');
});

test('an embedded database in which it stands is refused without it, too', async () => {
  await using database = await cloneDatabase(inject('template'));
  const logger = createLogger({ level: 'error', name: 'test' });
  const refused = await refusalOf(() => refuseDemo(loadSettings({ ALIMS_DEMO: 'off' }), database.appUrl, logger));
  expect(refused).toMatch(/^ALIMS_DATA_DIR: .*Wasatch/);
});

test('an installation with an organization of its own never gets the demonstration, also without the variable', {
  timeout: 120_000,
}, async () => {
  await using stack = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'alims-own-'));
  stack.defer(() => rm(folder, { recursive: true, force: true }));
  const env = { PATH: process.env.PATH, ALIMS_DATA_DIR: folder, ADMIN_PASSWORD: 'a long password' };
  const found = ['scripts/create-organization.ts', '--name', 'Own', '--email', 'ada@own.test', '--person', 'Ada'];
  await promisify(execFile)(process.execPath, found, { env });
  await using started = await startAll({ ALIMS_DATA_DIR: folder, PORT: '0', LOG_LEVEL: 'error' }, () => {});
  expect(started.demo).toBe(false);
  await expect(signedIn(`${started.url}/graphql`, 'admin@demo.test', DEMO_PASSWORD)).rejects.toThrow();
  await expect(signedIn(`${started.url}/graphql`, 'ada@own.test', 'a long password')).resolves.toBeDefined();
});

import pg from 'pg';
import { pino } from 'pino';
import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test } from 'vitest';
import { cloneDatabase, createTemplate, type DatabaseUrls, provision } from '#platform/database/index.ts';
import { UnavailableError } from '#platform/errors/index.ts';
import { collector } from '#platform/events/testing.ts';
import { createMetrics } from '#platform/metrics/index.ts';
import { startTestPostgres } from '#platform/testing/postgres.ts';
import { createJobs, JOBS_SCHEMA, type JobDefinition, migrateJobs, startJobs } from './index.ts';

let template: DatabaseUrls;
const closing = new AsyncDisposableStack();
beforeAll(async () => {
  const server = closing.use(await startTestPostgres());
  template = closing.use(await createTemplate({ server, subgraphs: [] }));
  await provision({ ownerUrl: template.ownerUrl, subgraphs: [JOBS_SCHEMA] });
  await Promise.all([migrateJobs(template.ownerUrl), migrateJobs(template.ownerUrl)]);
});
afterAll(() => closing.disposeAsync());

let urls: DatabaseUrls;
beforeEach(async () => {
  const clone = await cloneDatabase(template);
  urls = clone;
  onTestFinished(() => clone[Symbol.asyncDispose]());
});

function open(definitions: readonly JobDefinition[] = [], logger = pino({ level: 'silent' })) {
  const metrics = createMetrics({ processMetrics: false });
  const jobs = createJobs({ connectionString: urls.appUrl, logger, metrics, pollMs: 20 });
  onTestFinished(() => jobs[Symbol.asyncDispose]());
  for (const definition of definitions) jobs.register(definition);
  return { jobs, metrics };
}

async function asOwner<T>(sql: string, values: unknown[] = []): Promise<T[]> {
  const client = new pg.Client({ connectionString: urls.superUrl });
  await client.connect();
  try {
    return (await client.query(sql, values)).rows as T[];
  } finally {
    await client.end();
  }
}

test('a queued job runs with its payload, and another process may have queued it', async () => {
  const got = collector<unknown>();
  const definition = { name: 'test.note', handle: async (payload: unknown) => got.add(payload) };
  const { jobs } = open([definition]);
  await jobs.start();
  const { jobs: elsewhere } = open();
  await jobs.enqueue('test.note', { n: 1 });
  await elsewhere.enqueue('test.note', { n: 2 });
  await got.reached(2);
  expect(got.items).toEqual([{ n: 1 }, { n: 2 }]);
});

test('processes that start together on a new database all make their queues', async () => {
  const processes = Array.from({ length: 6 }, (_, n) =>
    open(
      Array.from({ length: 3 }, (_, k) => ({
        name: `test.together-${n}-${k}`,
        cron: '0 3 * * *',
        handle: async () => {},
      })),
    ),
  );
  await Promise.all(processes.map(({ jobs }) => jobs.start()));
  const queues = await asOwner<{ name: string }>(
    `select name from ${JOBS_SCHEMA}.queue where name like 'test.together-%'`,
  );
  expect(queues.filter(({ name }) => /-\d$/.test(name))).toHaveLength(18);
});

test('a job that fails is tried again until it succeeds', async () => {
  const attempts = collector<number>();
  const { jobs, metrics } = open([
    {
      name: 'test.flaky',
      retryLimit: 3,
      retryDelaySeconds: 0,
      handle: async () => {
        attempts.add(1);
        if (attempts.items.length < 3) throw new Error('not yet');
      },
    },
  ]);
  await jobs.start();
  await jobs.enqueue('test.flaky', {});
  await attempts.reached(3);
  await expect
    .poll(async () => (await metrics.render()).body, { timeout: 10_000 })
    .toContain('alims_job_seconds_count{job="test.flaky",outcome="completed"} 1');
  expect(await jobs.deadLetters()).toEqual([]);
});

test('retries of a failing job wait longer each time', async () => {
  const { jobs } = open([
    { name: 'test.failing', retryDelaySeconds: 600, handle: () => Promise.reject(new Error('no')) },
  ]);
  await jobs.start();
  await jobs.enqueue('test.failing', {});
  const query = `SELECT extract(epoch from start_after - now())::float AS wait FROM jobs.job WHERE name = 'test.failing' AND state = 'retry'`;
  await expect
    .poll(async () => (await asOwner<{ wait: number }>(query))[0]?.wait ?? 0, { timeout: 10_000 })
    .toBeGreaterThan(500);
});

test('after its last try a job is given up: ERROR once, counted, kept with its payload and error', async () => {
  const lines = collector<Record<string, unknown>>();
  const logger = pino({ level: 'error' }, { write: (line: string) => lines.add(JSON.parse(line)) });
  const { jobs, metrics } = open(
    [{ name: 'test.poison', retryLimit: 2, retryDelaySeconds: 0, handle: () => Promise.reject(new Error('poison')) }],
    logger,
  );
  await jobs.start();
  await jobs.enqueue('test.poison', { sample: 's1' });
  await lines.reached(1);
  expect(await jobs.deadLetters()).toMatchObject([{ job: 'test.poison', payload: { sample: 's1' }, error: 'poison' }]);
  expect((await metrics.render()).body).toContain('alims_job_dead_letters_total{job="test.poison"} 1');
  expect((await metrics.render()).body).toContain('outcome="failed"} 3');
  expect(lines.items).toMatchObject([{ job: 'test.poison', reason: 'poison' }]);
});

test('a job whose process died is found by the maintenance and given up when it has no try left', async () => {
  const lines = collector<Record<string, unknown>>();
  const logger = pino({ level: 'error' }, { write: (line: string) => lines.add(JSON.parse(line)) });
  const begun = Promise.withResolvers<void>();
  const forever = Promise.withResolvers<void>();
  const { jobs } = open(
    [
      {
        name: 'test.lost',
        retryLimit: 0,
        handle: async () => {
          begun.resolve();
          await forever.promise;
        },
      },
    ],
    logger,
  );
  await jobs.start();
  await jobs.enqueue('test.lost', {});
  await begun.promise;
  await asOwner(`UPDATE jobs.job SET started_on = now() - interval '1 day' WHERE name = 'test.lost'`);
  await jobs.maintain();
  await lines.reached(1);
  expect(await jobs.deadLetters()).toMatchObject([{ job: 'test.lost', error: expect.stringContaining('timeout') }]);
  forever.resolve();
});

test("while a job of one key waits no second one is queued; jobs without a key do not stand in each other's way", async () => {
  const { jobs } = open([{ name: 'test.keyed', handle: async () => {} }]);
  await jobs.start();
  const startAfter = new Date(Date.now() + 3_600_000);
  const ids = [];
  for (const singletonKey of ['a', 'a', 'b'])
    ids.push(await jobs.enqueue('test.keyed', {}, { singletonKey, startAfter }));
  expect(ids).toEqual([expect.any(String), null, expect.any(String)]);
  expect(await jobs.enqueue('test.keyed', {}, { startAfter })).not.toBeNull();
  expect(await jobs.enqueue('test.keyed', {}, { startAfter })).not.toBeNull();
});

test('a job for later waits', async () => {
  const got = collector<unknown>();
  const { jobs } = open([{ name: 'test.later', handle: async (payload) => got.add(payload) }]);
  await jobs.start();
  await jobs.enqueue('test.later', { when: 'later' }, { startAfter: new Date(Date.now() + 3_600_000) });
  await jobs.enqueue('test.later', { when: 'now' });
  await got.reached(1);
  expect(got.items).toEqual([{ when: 'now' }]);
});

test('a run that takes too long is aborted and has failed, even when it does not listen', async () => {
  const reasons = collector<unknown>();
  const { jobs } = open([
    {
      name: 'test.slow',
      retryLimit: 0,
      timeoutSeconds: 0.02,
      handle: (_, signal) => {
        signal.addEventListener('abort', () => reasons.add(signal.reason));
        return new Promise(() => {});
      },
    },
  ]);
  await jobs.start();
  await jobs.enqueue('test.slow', {});
  await reasons.reached(1);
  await expect
    .poll(() => jobs.deadLetters(), { timeout: 10_000 })
    .toMatchObject([{ error: 'took longer than 0.02 s' }]);
});

test('jobs of one name run as many at once as they are allowed', async () => {
  const both = collector<string>();
  const { jobs } = open([
    {
      name: 'test.pair',
      concurrency: 2,
      handle: async () => {
        both.add('in');
        await both.reached(2);
      },
    },
  ]);
  await jobs.start();
  await Promise.all([jobs.enqueue('test.pair', {}), jobs.enqueue('test.pair', {})]);
  await both.reached(2);
});

test('a cron job is scheduled in UTC, and one that has lost its cron is not', async () => {
  const handle = async () => {};
  const { jobs } = open([{ name: 'test.nightly', cron: '0 3 * * *', handle }]);
  await jobs.start();
  expect(await asOwner('SELECT name, cron, timezone FROM jobs.schedule')).toEqual([
    { name: 'test.nightly', cron: '0 3 * * *', timezone: 'UTC' },
  ]);
  const { jobs: next } = open([{ name: 'test.nightly', handle }]);
  await next.start();
  expect(await asOwner('SELECT name FROM jobs.schedule')).toEqual([]);
});

test('stopping aborts the run at work, waits for it, and leaves the job for the next process', async () => {
  const begun = Promise.withResolvers<void>();
  const log: string[] = [];
  const { jobs } = open([
    {
      name: 'test.long',
      retryDelaySeconds: 0,
      handle: async (_, signal) => {
        begun.resolve();
        await new Promise((resolve) => signal.addEventListener('abort', resolve));
        log.push('aborted');
        throw signal.reason;
      },
    },
  ]);
  await jobs.start();
  await jobs.enqueue('test.long', {});
  await begun.promise;
  await jobs[Symbol.asyncDispose]();
  expect(log).toEqual(['aborted']);
  const got = collector<string>();
  const { jobs: next } = open([{ name: 'test.long', retryDelaySeconds: 0, handle: async () => got.add('again') }]);
  await next.start();
  await got.reached(1);
});

test('a lost connection in the middle costs no job', async () => {
  const got = collector<unknown>();
  const { jobs } = open([
    {
      name: 'test.robust',
      handle: async (payload) => {
        got.add(payload);
        await asOwner(
          `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'alims-jobs' AND datname = current_database()`,
        );
      },
    },
  ]);
  await jobs.start();
  for (let n = 0; n < 3; n += 1)
    await expect
      .poll(() => jobs.enqueue('test.robust', { n }).then(Boolean, () => false), { timeout: 10_000 })
      .toBe(true);
  await got.reached(3);
  const open_ = `SELECT count(*)::int AS open FROM jobs.job WHERE name = 'test.robust' AND state <> 'completed'`;
  await expect.poll(async () => asOwner(open_), { timeout: 10_000 }).toEqual([{ open: 0 }]);
});

test('names that are none, names taken twice and names after the start are refused', async () => {
  const handle = async () => {};
  const { jobs } = open([{ name: 'test.one', handle }]);
  expect(() => jobs.register({ name: 'Bad Name', handle })).toThrow(/named like/);
  expect(() => jobs.register({ name: 'test.one', handle })).toThrow(/twice/);
  await jobs.start();
  expect(() => jobs.register({ name: 'test.two', handle })).toThrow(/after the start/);
});

test('a database that is away is told to who queues', async () => {
  const jobs = createJobs({
    connectionString: 'postgresql://alims@127.0.0.1:1/none',
    logger: pino({ level: 'silent' }),
  });
  await expect(jobs.enqueue('test.one', {})).rejects.toThrow(UnavailableError);
  await jobs[Symbol.asyncDispose]();
});

test('a database without the queue says how to mend it', async () => {
  await asOwner('DROP SCHEMA jobs CASCADE');
  const { jobs } = open([{ name: 'test.one', handle: async () => {} }]);
  await expect(jobs.start()).rejects.toThrow(/npm run migrate/);
});

test('the service owns nothing of the queue and may make no table', async () => {
  const client = new pg.Client({ connectionString: urls.appUrl, options: '-c role=alims_jobs' });
  await client.connect();
  onTestFinished(() => client.end());
  await expect(client.query('CREATE TABLE jobs.mine (id int)')).rejects.toThrow(/permission denied/);
  await expect(client.query('DROP TABLE jobs.job')).rejects.toThrow(/must be owner/);
  await expect(client.query(`SELECT jobs.delete_queue('x')`)).rejects.toThrow(/permission denied/);
});

test('migrating again changes nothing', async () => {
  const before = await asOwner('SELECT version FROM jobs.version');
  await migrateJobs(urls.ownerUrl);
  expect(await asOwner('SELECT version FROM jobs.version')).toEqual(before);
});

test('the jobs of all subgraphs start together; without any nothing is opened', async () => {
  const logger = pino({ level: 'silent' });
  await using _ = await startJobs({ databaseUrl: 'postgresql://nowhere:1/x', subgraphs: [{ jobs: [] }], logger });
  const got = collector<string>();
  const job = (name: string) => ({ name, handle: async () => got.add(name) });
  await using __ = await startJobs({
    databaseUrl: urls.appUrl,
    subgraphs: [{ jobs: [job('a.one')] }, { jobs: [job('b.two')] }],
    logger,
    pollMs: 20,
  });
  const { jobs } = open();
  await jobs.enqueue('a.one', {});
  await jobs.enqueue('b.two', {});
  await got.reached(2);
});

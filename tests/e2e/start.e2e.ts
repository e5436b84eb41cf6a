import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { signedIn } from '#demo/graphql-client.ts';
import { DEMO_PASSWORD } from '#demo/people.ts';
import { freePort } from '#platform/testing/free-port.ts';
import { openStream } from '../streams.ts';

/** `npm start` as a newcomer's terminal sees it. */
interface Terminal {
  readonly child: ChildProcess;
  output(): string;
  /** Resolves when the text has been printed; rejects when the process ends before. */
  says(text: string): Promise<void>;
  /** Exit code, once it has ended. */
  readonly ended: Promise<number | null>;
}

function start(env: Readonly<Record<string, string>>): Terminal {
  const child = spawn(process.execPath, ['start.ts'], { env: { PATH: process.env.PATH ?? '', ...env } });
  let output = '';
  const heard = new EventTarget();
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      output += chunk;
      heard.dispatchEvent(new Event('more'));
    });
  }
  const ended = once(child, 'exit').then(([code]) => code as number | null);
  const says = (text: string): Promise<void> => {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const look = () => output.includes(text) && resolve();
    heard.addEventListener('more', look);
    look();
    void ended.then(() => reject(new Error(`It ended before it said ${JSON.stringify(text)}:\n${output}`)));
    return promise;
  };
  return { child, output: () => output, says, ended };
}

let dataDir: string;
let port: number;
let endpoint: string;
const running: ChildProcess[] = [];
beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'alims-start-'));
  // So that the database of a start as root lies within, and goes with it.
  await chmod(dataDir, 0o755);
  port = await freePort();
  endpoint = `http://127.0.0.1:${port}/graphql`;
});
afterAll(async () => {
  for (const child of running) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    const exit = once(child, 'exit');
    child.kill('SIGTERM');
    await exit;
  }
  await rm(dataDir, { recursive: true, force: true });
});

function startHere(): Terminal {
  const terminal = start({ ALIMS_DATA_DIR: dataDir, PORT: String(port) });
  running.push(terminal.child);
  return terminal;
}

async function totalSamples(): Promise<number> {
  const manager = await signedIn(endpoint, 'manager@demo.test', DEMO_PASSWORD);
  const { samples } = await manager.request<{ samples: { totalCount: number } }>(
    '{ samples(first: 1) { totalCount } }',
  );
  return samples.totalCount;
}

test('the first start tells where everything is and shows a laboratory at work in every stage', {
  timeout: 180_000,
}, async () => {
  const terminal = startHere();
  await terminal.says('Ctrl-C stops.');
  for (const text of [
    `:${port}/graphql`,
    `:${port}/rules`,
    dataDir,
    'manager@demo.test',
    'client@demo.test',
    'manager@other.test',
    'alims-demo',
    '{ samples(first: 3)',
  ]) {
    expect(terminal.output()).toContain(text);
  }
  expect(await totalSamples()).toBe(320);
  const manager = await signedIn(endpoint, 'manager@demo.test', DEMO_PASSWORD);
  const { workflowCounts } = await manager.request<{ workflowCounts: { stage: string; status: string }[] }>(
    '{ workflowCounts { stage status count } }',
  );
  expect(new Set(workflowCounts.map(({ stage }) => stage)).size).toBe(8);
  expect(new Set(workflowCounts.map(({ status }) => status))).toEqual(
    new Set(['ACTIVE', 'ON_HOLD', 'CANCELLED', 'COMPLETED']),
  );
});

interface Change {
  readonly workflow: { readonly id: string; readonly version: number };
  readonly event: { readonly id: string; readonly cursor: string };
}

test('from then on a subscriber has an event half a second after its mutation, whatever consumers still have to do', async () => {
  const manager = await signedIn(endpoint, 'manager@demo.test', DEMO_PASSWORD);
  const { workflows } = await manager.request<{ workflows: { edges: { node: Change['workflow'] }[] } }>(
    '{ workflows(filter: { status: [ACTIVE] }, first: 1) { edges { node { id version } } } }',
  );
  let workflow = workflows.edges[0]!.node;
  const change = async (how: 'hold' | 'resume') => {
    const { answer } = await manager.request<{ answer: Change }>(
      `mutation ($input: ChangeWorkflowStatusInput!) { answer: ${how}Workflow(input: $input) {
        ... on WorkflowAdvanced { workflow { id version } event { id cursor } } } }`,
      { input: { workflowId: workflow.id, expectedVersion: workflow.version, reason: 'a test' } },
    );
    workflow = answer.workflow;
    return answer.event;
  };
  const { cursor: after } = await change('hold');
  const stream = openStream<{ workflowUpdated: { id: string } }>('SSE', `http://127.0.0.1:${port}`, {
    query: 'subscription ($after: String) { workflowUpdated(after: $after) { ... on WorkflowEvent { id } } }',
    variables: { after },
    token: manager.accessToken,
  });
  // With its first event the stream stands.
  const first = await change('resume');
  expect((await stream.next())?.data?.workflowUpdated.id).toBe(first.id);
  for (const how of ['hold', 'resume', 'hold', 'resume'] as const) {
    const event = await change(how);
    const answered = performance.now();
    expect((await stream.next())?.data?.workflowUpdated.id).toBe(event.id);
    expect(performance.now() - answered).toBeLessThan(500);
  }
  stream.leave();
});

test('a second start on the same folder says who holds it and exits with 1', { timeout: 60_000 }, async () => {
  const second = start({ ALIMS_DATA_DIR: dataDir, PORT: String(await freePort()) });
  expect(await second.ended).toBe(1);
  expect(second.output()).toContain(String(running[0]?.pid));
});

test('a port in use and a wrong variable are named together, exit 1', { timeout: 60_000 }, async () => {
  const second = start({ ALIMS_DATA_DIR: dataDir, PORT: String(port), LOG_LEVEL: 'loud' });
  expect(await second.ended).toBe(1);
  expect(second.output()).toContain(`PORT: ${port}`);
  expect(second.output()).toContain('LOG_LEVEL');
});

test('a browser gets GraphiQL with the examples, a program gets JSON', async () => {
  const page = await fetch(endpoint, { headers: { accept: 'text/html' } });
  const html = await page.text();
  expect(html).toContain('FirstSamples');
  expect(html).not.toMatch(/(src|href)="https?:/);
  const health = await fetch(`http://127.0.0.1:${port}/health/ready`);
  expect(health.status).toBe(200);
  const metrics = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  for (const name of ['alims_router', 'alims_job_seconds', 'alims_job_dead_letters_total'])
    expect(metrics).toContain(name);
});

test('after kill -9 the next start stands on the same data, and Ctrl-C ends it cleanly', {
  timeout: 120_000,
}, async () => {
  const killed = running[0];
  if (!killed) throw new Error('The first start did not happen.');
  const gone = once(killed, 'exit');
  killed.kill('SIGKILL');
  await gone;
  const next = startHere();
  await next.says('Ctrl-C stops.');
  expect(await totalSamples()).toBe(320);
  next.child.kill('SIGINT');
  expect(await next.ended).toBe(0);
});

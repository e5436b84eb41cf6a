import { readFileSync } from 'node:fs';
import { parse, print } from 'graphql';
import pg from 'pg';
import { v7 } from 'uuid';
import { inject } from 'vitest';
import { loadSettings } from '#platform/config/index.ts';
import { cloneDatabase } from '#platform/database/index.ts';
import type { Host } from '#platform/graphql/index.ts';
import { openResources, startSubgraph } from '#platform/host/index.ts';
import {
  createIdentityVerifier,
  IDENTITY_HEADER,
  permissionsOf,
  type Role,
  signIdentity,
  type Viewer,
} from '#platform/identity/index.ts';
import { createLogger } from '#platform/logging/index.ts';
import type { Signature } from '../domain/signature.ts';
import { Turns } from '../service/turns.ts';
import { createDeps, rules } from '../subgraph.ts';

// biome-ignore lint/suspicious/noExplicitAny: tests look into answers of many shapes
type Data = any;

export interface Answer {
  readonly data?: Data;
  readonly errors?: readonly { readonly message: string; readonly extensions: Record<string, unknown> }[];
}

export interface LabTime {
  /** What the clock shows; tests move it. */
  now: Date;
  /** Milliseconds that pass whenever an evaluation looks at its timer, however long it takes; null: as many as it takes. */
  perLook: number | null;
}

/** Never runs backwards. */
function timerOf(time: LabTime): () => number {
  let [shown, before] = [0, performance.now()];
  return () => {
    const real = performance.now();
    shown += time.perLook ?? real - before;
    before = real;
    return shown;
  };
}

/** The rules subgraph as a process runs it, on a database of its own. */
export interface RulesLab extends AsyncDisposable {
  readonly time: LabTime;
  send(viewer: Viewer | null, query: string, variables?: object): Promise<Answer>;
  /** What a subscription delivers, until it is left. */
  subscribe(viewer: Viewer, query: string, variables?: object): AsyncGenerator<Data>;
  /** The same, answered by another process over the same database. */
  sendBeside(viewer: Viewer | null, query: string, variables?: object): Promise<Answer>;
  /** The id of a signature as accounts would have it, under a version unless `otherwise` says something else. */
  sign(viewer: Viewer, versionId: string, otherwise?: Partial<Signature>): Promise<string>;
  /** Runs a job now, as the clock would. */
  run(job: string): Promise<void>;
  /** The data. @throws Error with the answer's errors. */
  ask(viewer: Viewer, query: string, variables?: object): Promise<Data>;
  /** What /metrics shows. */
  metrics(): Promise<string>;
  /** Rows as the subgraph's role sees them under an organization. */
  rowsAs(organizationId: string, sql: string): Promise<Record<string, unknown>[]>;
}

/** The documents that clients send, by name. */
const DOCUMENTS = new Map(
  parse(readFileSync(new URL('../../../operations/rules.graphql', import.meta.url), 'utf8')).definitions.flatMap((d) =>
    d.kind === 'OperationDefinition' && d.name ? [[d.name.value, print(d)] as const] : [],
  ),
);

export function operation(name: string): string {
  const document = DOCUMENTS.get(name);
  if (document === undefined) throw new Error(`operations/rules.graphql has no ${name}`);
  return document;
}

/** Somebody of a new organization, or of the organization of `beside`. */
export function person(role: Role, beside?: Viewer): Viewer {
  return {
    userId: v7(),
    organizationId: beside?.organizationId ?? v7(),
    sessionId: v7(),
    roles: [role],
    permissions: permissionsOf([role]),
    clientId: null,
  };
}

/** Server-sent events `next` as data; an answer with errors fails. */
async function* deliveries(response: Response): AsyncGenerator<Data> {
  if (!response.body) throw new Error(`No stream came, status ${response.status}`);
  let buffered = '';
  for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
    buffered += chunk;
    const messages = buffered.split('\n\n');
    buffered = messages.pop() ?? '';
    for (const message of messages) {
      const data = /^data: ?(.*)$/m.exec(message)?.[1];
      if (!/^event: ?next$/m.test(message) || !data) continue;
      const answer = JSON.parse(data) as Answer;
      if (answer.errors || !answer.data) throw new Error(JSON.stringify(answer.errors));
      yield answer.data;
    }
  }
}

/** Stands in for accounts: the signatures of each organization, over the same `fetch`. */
function createAccounts(identityKey: () => string, signatures: ReadonlyMap<string, readonly Signature[]>) {
  return async (request: Request): Promise<Response> => {
    const viewer = createIdentityVerifier(identityKey())(request.headers.get(IDENTITY_HEADER) ?? '', Date.now());
    const { variables } = (await request.json()) as { readonly variables: { readonly id: string } };
    const own = signatures.get(viewer.organizationId) ?? [];
    const id = variables.id.toLowerCase();
    return Response.json({ data: { signature: own.find((signature) => signature.id === id) ?? null } });
  };
}

async function startProcess(databaseUrl: string, time: LabTime, signatures: ReadonlyMap<string, readonly Signature[]>) {
  await using stack = new AsyncDisposableStack();
  const logger = createLogger({ level: 'fatal', name: 'test' });
  const secretKey = 'a-key-of-the-test';
  const clock = () => time.now;
  const timer = timerOf(time);
  const timed = async (host: Host) => ({ ...(await createDeps(host)), timer, turns: new Turns(timer) });
  const resources = stack.use(await openResources({ settings: loadSettings({}), secretKey, logger, clock }));
  resources.fetchers.set(
    'accounts',
    createAccounts(() => resources.identityKey, signatures),
  );
  const publicUrl = () => 'http://localhost';
  const running = stack.use(
    await startSubgraph({ ...rules, createDeps: timed }, { resources, databaseUrl, publicUrl }),
  );
  running.relay();

  function post(viewer: Viewer | null, body: object, accept: string, signal: AbortSignal | null = null) {
    const headers: Record<string, string> = { 'content-type': 'application/json', accept };
    if (viewer) headers[IDENTITY_HEADER] = signIdentity(viewer, resources.identityKey, Date.now());
    const init = { method: 'POST', headers, body: JSON.stringify(body), signal };
    return running.fetch(new Request('http://rules/graphql', init));
  }

  async function send(viewer: Viewer | null, query: string, variables?: object): Promise<Answer> {
    return (await (await post(viewer, { query, variables }, 'application/json')).json()) as Answer;
  }

  async function* subscribe(viewer: Viewer, query: string, variables?: object): AsyncGenerator<Data> {
    const stop = new AbortController();
    try {
      yield* deliveries(await post(viewer, { query, variables }, 'text/event-stream', stop.signal));
    } finally {
      stop.abort();
    }
  }

  const owned = stack.move();
  const metrics = async () => (await resources.metrics.render()).body;
  return { send, subscribe, metrics, jobs: running.jobs, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

export async function createRulesLab(): Promise<RulesLab> {
  await using stack = new AsyncDisposableStack();
  const urls = stack.use(await cloneDatabase(inject('template')));
  const time: LabTime = { now: new Date('2026-11-22T10:00:00Z'), perLook: null };
  const signatures = new Map<string, Signature[]>();
  const { send, subscribe, metrics, jobs } = stack.use(await startProcess(urls.appUrl, time, signatures));
  const owned = stack.move();
  return {
    time,
    send,
    subscribe,
    metrics,
    async sendBeside(viewer, query, variables) {
      await using beside = await startProcess(urls.appUrl, time, signatures);
      return await beside.send(viewer, query, variables);
    },
    async sign(viewer, versionId, otherwise = {}) {
      const query = 'query Hash($id: ID!) { ruleSetVersion(id: $id) { hash } }';
      const { data } = await send(viewer, query, { id: versionId });
      const signature: Signature = {
        id: v7(),
        signer: { id: viewer.userId },
        meaning: 'APPROVAL',
        subjectType: 'RuleSetVersion',
        subjectId: versionId,
        contentHash: data.ruleSetVersion.hash,
        signedAt: time.now,
        ...otherwise,
      };
      signatures.set(viewer.organizationId, [...(signatures.get(viewer.organizationId) ?? []), signature]);
      return signature.id;
    },
    async run(name) {
      const job = jobs.find((each) => each.name === name);
      if (job === undefined) throw new Error(`rules has no job ${name}`);
      await job.handle({}, AbortSignal.timeout(60_000));
    },
    async ask(viewer, query, variables) {
      const { data, errors } = await send(viewer, query, variables);
      if (errors || !data) throw new Error(JSON.stringify(errors));
      return data;
    },
    async rowsAs(organizationId, sql) {
      const client = new pg.Client({
        connectionString: urls.appUrl,
        options: '-c role=alims_rules -c search_path=rules',
      });
      await client.connect();
      try {
        await client.query("SELECT set_config('app.organization_id', $1, false)", [organizationId]);
        return (await client.query(sql)).rows;
      } finally {
        await client.end();
      }
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

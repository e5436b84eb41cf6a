import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { v7 } from 'uuid';
import { inject } from 'vitest';
import { loadSettings } from '#platform/config/index.ts';
import { cloneDatabase, type DatabaseUrls } from '#platform/database/index.ts';
import type { EventBus, StoredEvent } from '#platform/events/index.ts';
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
import { samples } from '../subgraph.ts';
import * as documents from './documents.ts';

export interface Answer<T> {
  readonly data: T | null;
  readonly errors?: readonly {
    readonly message: string;
    readonly extensions: { readonly code: string; readonly [name: string]: unknown };
  }[];
}

export interface Recorded {
  readonly type: string;
  readonly subject_id: string;
  readonly reason: string | null;
  readonly actor_id: string;
  readonly payload: Readonly<Record<string, unknown>>;
}

/** What workflows was asked to make sure of; `down` makes it answer nothing. */
export interface FakeWorkflows {
  readonly ensured: { readonly sampleId: string; readonly sampleVersion: number }[][];
  down: boolean;
}

/** `down` makes accounts answer nothing. */
export interface FakeAccounts {
  down: boolean;
}

/** The samples subgraph as a process runs it, on a database of its own; the test plays workflows. */
export interface SamplesLab extends AsyncDisposable {
  readonly bus: EventBus;
  readonly urls: DatabaseUrls;
  readonly workflows: FakeWorkflows;
  readonly accounts: FakeAccounts;
  now: Date | null;
  send<T>(viewer: Viewer | null, query: string, variables?: object): Promise<Answer<T>>;
  /** The data. @throws Error with the answer's errors. */
  ask<T>(viewer: Viewer, query: string, variables?: object): Promise<T>;
  /** The organization's outbox, oldest first. */
  events(viewer: Viewer, topic?: string): Promise<Recorded[]>;
  /** An SQL statement under the subgraph's own role, with the viewer's organization set or none. */
  asSubgraph(organizationId: string | null, sql: string): Promise<Readonly<Record<string, unknown>>[]>;
  /** An SQL statement that stands, past every check of ours. */
  change(sql: string): Promise<unknown>;
  /** Delivers an event of the topic `workflow`. */
  workflowMoved(viewer: Viewer, payload: object, over?: Partial<StoredEvent>): Promise<void>;
}

/** What accounts knows: everybody that `person` made, by id. */
export const PEOPLE = new Map<string, { readonly viewer: Viewer; active: boolean }>();

/** Somebody of a new organization, or of the organization of `beside`; accounts knows them. */
export function person(role: Role, beside?: Viewer, clientId: string | null = null): Viewer {
  const viewer = newViewer(role, beside, clientId);
  PEOPLE.set(viewer.userId, { viewer, active: true });
  return viewer;
}

function newViewer(role: Role, beside: Viewer | undefined, clientId: string | null): Viewer {
  return {
    userId: v7(),
    organizationId: beside?.organizationId ?? v7(),
    sessionId: v7(),
    roles: [role],
    permissions: permissionsOf([role]),
    clientId,
  };
}

export async function createSamplesLab(): Promise<SamplesLab> {
  await using stack = new AsyncDisposableStack();
  const dataDir = await mkdtemp(join(tmpdir(), 'alims-samples-'));
  stack.defer(() => rm(dataDir, { recursive: true, force: true }));
  const urls = stack.use(await cloneDatabase(inject('template')));
  const settings = loadSettings({ ALIMS_DATA_DIR: dataDir });
  const logger = createLogger({ level: 'fatal', name: 'test' });
  const clock = () => lab.now ?? new Date();
  const resources = stack.use(await openResources({ settings, secretKey: 'a-key-of-the-test', logger, clock }));
  const workflows: FakeWorkflows = { ensured: [], down: false };
  resources.fetchers.set('workflows', (request) => fakeWorkflows(workflows, request));
  const accounts: FakeAccounts = { down: false };
  const viewerOf = createIdentityVerifier(resources.identityKey);
  resources.fetchers.set('accounts', (request) =>
    fakeAccounts(accounts, viewerOf(request.headers.get(IDENTITY_HEADER) ?? '', Date.now()), request),
  );
  const publicUrl = () => 'http://localhost';
  const running = stack.use(await startSubgraph(samples, { resources, databaseUrl: urls.appUrl, publicUrl }));
  running.relay();
  const root = new pg.Pool({ connectionString: urls.superUrl, max: 2 });
  stack.defer(() => root.end());

  async function send<T>(viewer: Viewer | null, query: string, variables?: object): Promise<Answer<T>> {
    const headers: Record<string, string> = { 'content-type': 'application/json' };
    if (viewer) headers[IDENTITY_HEADER] = signIdentity(viewer, resources.identityKey, Date.now());
    const body = JSON.stringify({ query, variables });
    const response = await running.fetch(new Request('http://samples/graphql', { method: 'POST', headers, body }));
    return (await response.json()) as Answer<T>;
  }

  const owned = stack.move();
  const lab: SamplesLab = {
    bus: resources.bus,
    urls,
    workflows,
    accounts,
    now: null,
    send,
    async ask<T>(viewer: Viewer, query: string, variables?: object) {
      const { data, errors } = await send<T>(viewer, query, variables);
      if (errors || !data) throw new Error(JSON.stringify(errors));
      return data;
    },
    async events(viewer, topic = 'sample') {
      const { rows } = await root.query<Recorded>(
        `SELECT type, subject_id, reason, actor_id, payload FROM samples.outbox_event
         WHERE organization_id = $1 AND topic = $2 ORDER BY sequence`,
        [viewer.organizationId, topic],
      );
      return rows;
    },
    change: (sql) => root.query(`SET search_path = samples; ${sql}`),
    asSubgraph: (organizationId, sql) => runAsSubgraph(root, organizationId, sql),
    async workflowMoved(viewer, payload, over = {}) {
      await resources.bus.publish([workflowEvent(viewer, payload, over)]);
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
  return lab;
}

/** An event of the topic `workflow`, as workflows announces it. */
export function workflowEvent(viewer: Viewer, payload: object, over: Partial<StoredEvent> = {}): StoredEvent {
  return {
    id: v7(),
    organizationId: viewer.organizationId,
    topic: 'workflow',
    type: 'workflow.advanced',
    subjectType: 'Workflow',
    subjectId: v7(),
    reason: null,
    payload: { status: 'ACTIVE', from: 'INITIATION', ...payload },
    epoch: 'e',
    sequence: 1,
    at: new Date(),
    actorId: viewer.userId,
    requestId: null,
    source: 'workflows',
    ...over,
  };
}

async function fakeWorkflows(workflows: FakeWorkflows, request: Request): Promise<Response> {
  if (workflows.down) throw new Error('connection refused');
  const { variables } = (await request.json()) as { variables: { inputs: FakeWorkflows['ensured'][number] } };
  workflows.ensured.push(variables.inputs);
  return Response.json({ data: { ensureWorkflows: variables.inputs.map(({ sampleId }) => ({ id: sampleId })) } });
}

/** Answers aliased fields `name: user(id: $name)`: people of the asker's own organization. */
async function fakeAccounts(accounts: FakeAccounts, asker: Viewer, request: Request): Promise<Response> {
  if (accounts.down) throw new Error('connection refused');
  const { variables } = (await request.json()) as { variables: Record<string, string> };
  const found = Object.entries(variables).map(([name, id]) => {
    const known = PEOPLE.get(id);
    const own = known?.viewer.organizationId === asker.organizationId ? known : undefined;
    return [name, own ? { active: own.active, permissions: [...own.viewer.permissions] } : null];
  });
  return Response.json({ data: Object.fromEntries(found) });
}

async function runAsSubgraph(root: pg.Pool, organizationId: string | null, sql: string) {
  const client = await root.connect();
  try {
    await client.query('BEGIN');
    await client.query('SET LOCAL ROLE alims_samples');
    await client.query('SET LOCAL search_path = samples');
    if (organizationId) await client.query(`SET LOCAL app.organization_id = '${organizationId}'`);
    const { rows } = await client.query(sql);
    return rows;
  } finally {
    await client.query('ROLLBACK');
    client.release();
  }
}

export const TYPES = [
  { code: 'WATER', name: 'Water' },
  { code: 'SOIL', name: 'Soil' },
];
export const CLIENTS = [
  { code: 'UTAHDWQ', name: 'Utah Division of Water Quality' },
  { code: 'PROVO', name: 'City of Provo' },
];
export const POINTS = [{ code: 'P1', name: 'Lake', latitude: 41.2, longitude: -112.7 }];
export const SERVICES = [
  { code: 'NITRATE', name: 'Nitrate', unit: 'mg/L', holdingTimeHours: 48 },
  { code: 'PHOSPHORUS', name: 'Phosphorus', unit: 'mg/L', requiredVerifications: 2 },
  { code: 'TEMP', name: 'Temperature', unit: 'Cel', requiredVerifications: 0 },
];

/** A manager of a new organization that has a catalogue. */
export async function newLaboratory(lab: SamplesLab): Promise<Viewer> {
  const manager = person('lab_manager');
  await lab.ask(manager, documents.SAVE_ALL, { types: TYPES, clients: CLIENTS, points: POINTS, services: SERVICES });
  return manager;
}

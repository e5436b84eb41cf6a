import { createHash, randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Upload } from 'tus-js-client';
import { inject } from 'vitest';
import { loadSettings } from '#platform/config/index.ts';
import { cloneDatabase, type DatabaseUrls } from '#platform/database/index.ts';
import type { Fetch } from '#platform/graphql/index.ts';
import { openResources, type Resources, type RunningSubgraph, startSubgraph } from '#platform/host/index.ts';
import { IDENTITY_HEADER, permissionsOf, type Role, signIdentity, type Viewer } from '#platform/identity/index.ts';
import { createLogger } from '#platform/logging/index.ts';
import { files } from '../../subgraph.ts';
import { serve } from './serve.ts';

export const ORGANIZATION = '0190a000-0000-7000-8000-000000000001';
export const OTHER_ORGANIZATION = '0190a000-0000-7000-8000-000000000002';

export function person(roles: readonly Role[], more: Partial<Viewer> = {}): Viewer {
  const permissions = permissionsOf(roles);
  const base = { userId: randomUUID(), organizationId: ORGANIZATION, sessionId: randomUUID(), clientId: null };
  return { ...base, roles, permissions, ...more };
}

export interface Answer {
  // What a document selects is known to the test that wrote it.
  // biome-ignore lint/suspicious/noExplicitAny: so that tests read what they asked for
  readonly data: any;
  readonly codes: readonly string[];
}

export interface FilesLab extends AsyncDisposable {
  readonly database: DatabaseUrls;
  readonly dataDir: string;
  ask(viewer: Viewer | null, query: string, variables?: object): Promise<Answer>;
  /** The states that a subscription sends, one by one. */
  subscribe(viewer: Viewer, query: string, variables: object): AsyncIterableIterator<Answer>;
  /** Samples shows this sample to whoever `sees` is true of. */
  addSample(sees: (viewer: Viewer) => boolean): string;
  addWorkflow(sampleId: string, sees: (viewer: Viewer) => boolean): string;
  /** Makes the process die and another take its place. */
  restart(): Promise<void>;
  readonly clock: { now: Date };
}

export interface LabOptions {
  readonly env?: Readonly<Record<string, string>>;
}

/** The files subgraph alone: a database and a folder of its own, with stand-ins for the neighbours that it asks. */
export async function createFilesLab(options: LabOptions = {}): Promise<FilesLab> {
  await using opening = new AsyncDisposableStack();
  const database = opening.use(await cloneDatabase(inject('template')));
  const dataDir = await mkdtemp(path.join(tmpdir(), 'alims-files-'));
  opening.defer(() => rm(dataDir, { recursive: true, force: true }));
  const clock = { now: new Date() };
  const neighbours = createNeighbours();
  let running: FilesProcess | undefined;
  opening.defer(async () => running?.[Symbol.asyncDispose]());
  const server = opening.use(await serve((request) => running!.subgraph.fetch(request)));
  const start = () => startProcess({ ...options, dataDir, database, clock, neighbours, publicUrl: () => server.url });
  running = await start();
  const stack = opening.move();
  const post = (viewer: Viewer | null, accept: string, body: object) =>
    running!.subgraph.fetch(
      new Request('http://files.internal/graphql', {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          accept,
          ...(viewer && { [IDENTITY_HEADER]: signIdentity(viewer, running!.resources.identityKey, Date.now()) }),
        },
        body: JSON.stringify(body),
      }),
    );
  return {
    database,
    dataDir,
    clock,
    addSample: neighbours.addSample,
    addWorkflow: neighbours.addWorkflow,
    async ask(viewer, query, variables = {}) {
      return toAnswer(await (await post(viewer, 'application/json', { query, variables })).json());
    },
    async *subscribe(viewer, query, variables) {
      const response = await post(viewer, 'text/event-stream', { query, variables });
      for await (const data of eventsOf(response)) yield toAnswer(JSON.parse(data));
    },
    async restart() {
      await running?.[Symbol.asyncDispose]();
      running = await start();
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

interface FilesProcess extends AsyncDisposable {
  readonly resources: Resources;
  readonly subgraph: RunningSubgraph;
}

async function startProcess(
  options: LabOptions & {
    readonly dataDir: string;
    readonly database: DatabaseUrls;
    readonly clock: { readonly now: Date };
    readonly neighbours: Neighbours;
    readonly publicUrl: () => string;
  },
): Promise<FilesProcess> {
  await using opening = new AsyncDisposableStack();
  const resources = opening.use(
    await openResources({
      settings: loadSettings({ ALIMS_DATA_DIR: options.dataDir, ...options.env }),
      secretKey: 'a secret key for tests, of some length',
      logger: createLogger({ level: 'error', name: 'files-lab' }),
      clock: () => options.clock.now,
    }),
  );
  for (const [name, fetcher] of options.neighbours.fetchers) resources.fetchers.set(name, fetcher);
  const { publicUrl, database } = options;
  const subgraph = opening.use(await startSubgraph(files, { resources, databaseUrl: database.appUrl, publicUrl }));
  subgraph.relay();
  const stack = opening.move();
  return { resources, subgraph, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

function toAnswer(result: {
  data?: unknown;
  errors?: readonly { message: string; extensions?: { code?: string } }[];
}): Answer {
  return { data: result.data, codes: (result.errors ?? []).map(({ extensions }) => extensions?.code ?? 'NONE') };
}

async function* eventsOf(response: Response): AsyncGenerator<string> {
  let rest = '';
  for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
    const events = (rest + chunk).split('\n\n');
    rest = events.pop() ?? '';
    for (const event of events) {
      const data = event.split('\n').find((line) => line.startsWith('data:'));
      if (/^event: ?next/m.test(event) && data) yield data.slice(5);
    }
  }
}

interface Neighbours extends Pick<FilesLab, 'addSample' | 'addWorkflow'> {
  readonly fetchers: ReadonlyMap<string, Fetch>;
}

/** Samples and workflows, as far as files asks them: who sees what. */
function createNeighbours(): Neighbours {
  const samples = new Map<string, (viewer: Viewer) => boolean>();
  const workflows = new Map<string, { sampleId: string; sees: (viewer: Viewer) => boolean }>();
  const answering = (find: (id: string, viewer: Viewer) => object | null) => async (request: Request) => {
    const viewer = viewerOf(request);
    const body = (await request.json()) as { variables: { of: readonly { id: string }[] } };
    const found = body.variables.of.map(({ id }) => find(id, viewer));
    // As the real ones answer: null, and an error for each.
    const errors = found.flatMap((each) =>
      each ? [] : [{ message: 'No such row.', extensions: { code: 'NOT_FOUND' } }],
    );
    return Response.json({ data: { _entities: found }, ...(errors.length > 0 && { errors }) });
  };
  return {
    fetchers: new Map([
      ['samples', answering((id, viewer) => (samples.get(id)?.(viewer) ? { id } : null))],
      [
        'workflows',
        answering((id, viewer) => {
          const found = workflows.get(id);
          return found?.sees(viewer) ? { id, sample: { id: found.sampleId } } : null;
        }),
      ],
    ]),
    addSample(sees: (viewer: Viewer) => boolean): string {
      const id = randomUUID();
      samples.set(id, sees);
      return id;
    },
    addWorkflow(sampleId: string, sees: (viewer: Viewer) => boolean): string {
      const id = randomUUID();
      workflows.set(id, { sampleId, sees });
      return id;
    },
  };
}

/** The forwarded identity; signed by this very test. */
function viewerOf(request: Request): Viewer {
  const [body = ''] = (request.headers.get(IDENTITY_HEADER) ?? '').split('.');
  const claims = JSON.parse(Buffer.from(body, 'base64url').toString());
  const { sub: userId, org: organizationId, sid: sessionId, roles, client: clientId } = claims;
  return { userId, organizationId, sessionId, roles, permissions: permissionsOf(roles), clientId };
}

export const BEGIN_UPLOAD = `mutation BeginUpload($input: BeginUploadInput!) {
  beginUpload(input: $input) {
    __typename
    ... on UploadTicket { uploadUrl fileId expiresAt }
    ... on UploadRefused { code message }
  }
}`;

export const ADD_VERSION = `mutation AddFileVersion($input: AddFileVersionInput!) {
  addFileVersion(input: $input) { __typename ... on UploadTicket { uploadUrl fileId expiresAt } ... on UploadRefused { code message } }
}`;

export const FILE_DETAIL = `query FileDetail($id: ID!) {
  file(id: $id) {
    id name mediaType size sha256 status
    upload { status rejection { code message } }
    version { number createdAt by { id } }
    versions(first: 20) { totalCount edges { node { number sha256 size createdAt reason by { id } download { url } } } }
    extracted { kind text truncated }
    download { url expiresAt }
    sample { id }
    access { subject level }
  }
}`;

export const SHARE_FILE = `mutation ShareFile($input: ShareFileInput!) {
  shareFile(input: $input) { file { id access { subject level } } }
}`;

export function sha256(content: string | Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}

/** What beginUpload wants to know of this content. */
export function declare(content: string | Buffer, more: object = {}): Record<string, unknown> {
  const size = Buffer.byteLength(content);
  return { name: 'run-42.csv', mediaType: 'text/csv', size, sha256: sha256(content), ...more };
}

export function send(uploadUrl: string, content: string | Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    new Upload(Buffer.from(content), {
      uploadUrl,
      retryDelays: null,
      onSuccess: () => resolve(),
      onError: reject,
    }).start();
  });
}

/** A file with this content, checked and available, or whatever its checks made of it. */
export async function upload(
  lab: FilesLab,
  viewer: Viewer,
  content: string | Buffer,
  more: object = {},
): Promise<string> {
  const { data, codes } = await lab.ask(viewer, BEGIN_UPLOAD, { input: declare(content, more) });
  if (data?.beginUpload?.__typename !== 'UploadTicket') throw new Error(JSON.stringify({ data, codes }));
  await send(data.beginUpload.uploadUrl, content);
  return data.beginUpload.fileId;
}

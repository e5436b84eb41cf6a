import { v7 } from 'uuid';
import { inject } from 'vitest';
import { loadSettings } from '#platform/config/index.ts';
import { cloneDatabase, type DatabaseUrls } from '#platform/database/index.ts';
import type { EventBus } from '#platform/events/index.ts';
import { openResources, startSubgraph } from '#platform/host/index.ts';
import { IDENTITY_HEADER, permissionsOf, type Role, signIdentity, type Viewer } from '#platform/identity/index.ts';
import { createLogger } from '#platform/logging/index.ts';
import type { SampleSnapshot } from '../data/sample-facts.ts';
import { workflows } from '../subgraph.ts';
import { createNeighbours, type Neighbours } from './neighbours.ts';

export interface Answer<T> {
  readonly data: T | null;
  readonly errors?: readonly { readonly message: string; readonly extensions: { readonly code: string } }[];
}

/** The workflows subgraph as a process runs it, on a database of its own, with neighbours that the test plays. */
export interface WorkflowsLab extends AsyncDisposable {
  readonly neighbours: Neighbours;
  readonly bus: EventBus;
  readonly urls: DatabaseUrls;
  send<T>(viewer: Viewer | null, query: string, variables?: object): Promise<Answer<T>>;
  /** The data. @throws Error with the answer's errors. */
  ask<T>(viewer: Viewer, query: string, variables?: object): Promise<T>;
  /** What a subscription delivers, until it is left. */
  subscribe<T>(viewer: Viewer, query: string, variables?: object): AsyncGenerator<T>;
  /** A sample that exists in the viewer's organization. */
  sample(viewer: Viewer, over?: Partial<SampleSnapshot>): string;
}

/** Somebody of a new organization, or of the organization of `beside`. */
export function person(role: Role, beside?: Viewer, clientId: string | null = null): Viewer {
  return {
    userId: v7(),
    organizationId: beside?.organizationId ?? v7(),
    sessionId: v7(),
    roles: [role],
    permissions: permissionsOf([role]),
    clientId,
  };
}

export async function createWorkflowsLab(): Promise<WorkflowsLab> {
  await using stack = new AsyncDisposableStack();
  const logger = createLogger({ level: 'fatal', name: 'test' });
  const urls = stack.use(await cloneDatabase(inject('template')));
  const settings = loadSettings({});
  const resources = stack.use(await openResources({ settings, secretKey: 'a-key-of-the-test', logger }));
  const { identityKey, bus } = resources;
  const neighbours = createNeighbours(identityKey);
  resources.fetchers.set('samples', neighbours.fetchSamples).set('rules', neighbours.fetchRules);
  const publicUrl = () => 'http://localhost';
  const running = stack.use(await startSubgraph(workflows, { resources, databaseUrl: urls.appUrl, publicUrl }));
  running.relay();

  function requestOf(viewer: Viewer | null, body: object, accept: string, signal?: AbortSignal): Request {
    const headers: Record<string, string> = { 'content-type': 'application/json', accept };
    if (viewer) headers[IDENTITY_HEADER] = signIdentity(viewer, identityKey, Date.now());
    return new Request('http://workflows/graphql', {
      method: 'POST',
      headers,
      body: JSON.stringify(body),
      signal: signal ?? null,
    });
  }

  async function send<T>(viewer: Viewer | null, query: string, variables?: object): Promise<Answer<T>> {
    const response = await running.fetch(requestOf(viewer, { query, variables }, 'application/json'));
    return (await response.json()) as Answer<T>;
  }

  const owned = stack.move();
  return {
    neighbours,
    bus,
    urls,
    send,
    async ask<T>(viewer: Viewer, query: string, variables?: object) {
      const { data, errors } = await send<T>(viewer, query, variables);
      if (errors || !data) throw new Error(JSON.stringify(errors));
      return data;
    },
    async *subscribe<T>(viewer: Viewer, query: string, variables?: object) {
      const stop = new AbortController();
      try {
        const request = requestOf(viewer, { query, variables }, 'text/event-stream', stop.signal);
        yield* deliveries<T>(await running.fetch(request));
      } finally {
        stop.abort();
      }
    },
    sample(viewer, over = {}) {
      const sampleId = v7();
      const ofOrganization = neighbours.samples.get(viewer.organizationId) ?? new Map<string, SampleSnapshot>();
      neighbours.samples.set(viewer.organizationId, ofOrganization);
      const facts = [`sample('${sampleId}')`];
      ofOrganization.set(sampleId, {
        sampleId,
        sampleVersion: 1,
        priority: 'ROUTINE',
        dueAt: null,
        clientId: null,
        facts,
        ...over,
      });
      return sampleId;
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/** Server-sent events `next` as data; an answer with errors fails. */
async function* deliveries<T>(response: Response): AsyncGenerator<T> {
  const body = response.body;
  if (!body) throw new Error(`No stream came, status ${response.status}`);
  let buffered = '';
  for await (const chunk of body.pipeThrough(new TextDecoderStream())) {
    buffered += chunk;
    const messages = buffered.split('\n\n');
    buffered = messages.pop() ?? '';
    for (const message of messages) {
      const data = /^data: ?(.*)$/m.exec(message)?.[1];
      if (!/^event: ?next$/m.test(message) || !data) continue;
      const answer = JSON.parse(data) as Answer<T>;
      if (answer.errors || !answer.data) throw new Error(JSON.stringify(answer.errors));
      yield answer.data;
    }
  }
}

import { setTimeout as delay } from 'node:timers/promises';
import { type Client, createClient } from 'graphql-ws';
import type { Alims } from './alims-client.ts';

export interface WorkflowEvent {
  readonly __typename: 'WorkflowEvent';
  readonly id: string;
  readonly cursor: string;
  readonly type: string;
  readonly at: string;
  readonly from: string | null;
  readonly to: string;
  readonly status: string;
  readonly actor: { readonly name: string } | null;
  readonly workflow: { readonly sample: { readonly accessionNumber: string; readonly barcode: string | null } };
}

export interface StreamGap {
  readonly __typename: 'StreamGap';
  readonly toCursor: string;
  readonly reason: string | null;
}

export interface WatchOptions {
  /** Cursor of the last event seen; without it only new events come. */
  readonly after?: string | null;
  readonly signal: AbortSignal;
  /** Told why the stream broke before it is taken up again. */
  readonly onBreak?: (why: string) => void;
}

const WORKFLOWS = `subscription ($after: String) { workflowUpdated(after: $after) {
  __typename
  ... on WorkflowEvent {
    id cursor type at from to status actor { name } workflow { sample { accessionNumber barcode } }
  }
  ... on StreamGap { toCursor reason }
} }`;

const PAUSE_MS = 1_000;
const TRIES = 30;

/**
 * Workflow events as they happen, without loss or duplicate: when the connection breaks or its token ends, the stream is
 * taken up behind the last event. What happens before the first connection stands is seen only with `after`.
 * @throws Error after 30 connections in a row that brought nothing
 */
export async function* watchWorkflows(alims: Alims, options: WatchOptions): AsyncGenerator<WorkflowEvent | StreamGap> {
  let after = options.after ?? null;
  let failures = 0;
  while (!options.signal.aborted) {
    const client = connect(alims);
    try {
      for await (const update of updates(client, after, options.signal)) {
        failures = 0;
        after = update.__typename === 'WorkflowEvent' ? update.cursor : update.toCursor;
        yield update;
      }
    } catch (error) {
      if (options.signal.aborted) return;
      if (++failures >= TRIES) throw error;
      options.onBreak?.(reasonOf(error));
    } finally {
      await client.dispose();
    }
    await delay(PAUSE_MS, undefined, { signal: options.signal }).catch(() => {});
  }
}

function connect(alims: Alims): Client {
  return createClient({
    url: alims.access.url.replace(/^http/, 'ws'),
    webSocketImpl: WebSocket,
    // A repeated subscription must say where it left off, which only watchWorkflows knows.
    retryAttempts: 0,
    keepAlive: 15_000,
    connectionParams: async () => ({ authorization: `Bearer ${await alims.token()}` }),
  });
}

async function* updates(
  client: Client,
  after: string | null,
  signal: AbortSignal,
): AsyncGenerator<WorkflowEvent | StreamGap> {
  const answers = client.iterate<{ workflowUpdated: WorkflowEvent | StreamGap }>({
    query: WORKFLOWS,
    variables: { after },
  });
  const stop = () => void answers.return?.();
  signal.addEventListener('abort', stop, { once: true });
  try {
    for await (const { data, errors } of answers) {
      if (errors?.length) throw new Error(errors.map(({ message }) => message).join('; '));
      if (data) yield data.workflowUpdated;
    }
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof Error) return error.message;
  if (Array.isArray(error)) return error.map(reasonOf).join('; ');
  if (typeof error !== 'object' || error === null) return String(error);
  if ('reason' in error && error.reason) return String(error.reason);
  return 'message' in error && error.message ? String(error.message) : 'the connection was closed';
}

import type { ServerResponse } from 'node:http';
import { type DocumentNode, execute, type GraphQLSchema, parse } from 'graphql';
import { reviews } from './data.ts';

export interface Streams {
  /** Streams open now. */
  readonly open: number;
  /** Answers a subscription as server-sent events until its reader leaves. */
  serve(body: string, response: ServerResponse): void;
  /** Announces the next review to all streams. */
  publish(): Promise<void>;
}

interface Group {
  readonly document: DocumentNode;
  readonly responses: Set<ServerResponse>;
}

const HEADERS = { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' };

/** Events of the reviews subgraph. Equal subscriptions are executed once per event: it is the gateway that is measured. */
export function createStreams(schema: GraphQLSchema): Streams {
  const groups = new Map<string, Group>();
  let published = 0;
  const groupOf = (body: string): Group => {
    const known = groups.get(body);
    if (known) return known;
    const { query } = JSON.parse(body) as { readonly query: string };
    const group = { document: parse(query), responses: new Set<ServerResponse>() };
    groups.set(body, group);
    return group;
  };
  return {
    get open() {
      return [...groups.values()].reduce((sum, { responses }) => sum + responses.size, 0);
    },
    serve(body, response) {
      const { responses } = groupOf(body);
      responses.add(response);
      response.once('close', () => responses.delete(response));
      response.writeHead(200, HEADERS).write(':\n\n');
    },
    async publish() {
      const reviewAdded = { at: microsecondsNow(), review: reviews[published++ % reviews.length] };
      for (const { document, responses } of groups.values()) {
        if (responses.size === 0) continue;
        const result = await execute({ schema, document, rootValue: { reviewAdded } });
        const event = Buffer.from(`event: next\ndata: ${JSON.stringify(result)}\n\n`);
        for (const response of responses) response.write(event);
      }
    },
  };
}

/** Of the monotonic clock, which all processes of a machine share. */
export function microsecondsNow(): number {
  return Number(process.hrtime.bigint() / 1_000n);
}

import { SubgraphFailure } from '../execution/errors.ts';
import type { SubgraphCall, SubgraphClient } from '../upstream/subgraph-client.ts';
import type { SpanResult, Tracing } from './tracing.ts';

/** The same subgraphs, each request to them told, and sent with the place in the trace that it has. */
export function withTraces(
  get: (name: string) => SubgraphClient,
  tracing: Tracing | undefined,
): (name: string) => SubgraphClient {
  if (!tracing) return get;
  const known = new Map<string, SubgraphClient>();
  return (name) => {
    let client = known.get(name);
    if (!client) {
      client = traced(get(name), tracing);
      known.set(name, client);
    }
    return client;
  };
}

function traced(client: SubgraphClient, tracing: Tracing): SubgraphClient {
  const { name } = client;

  async function told<T>(
    call: SubgraphCall,
    ask: (call: SubgraphCall) => Promise<T>,
    read: (answer: T) => SpanResult,
  ): Promise<T> {
    const { kind, operationName, entities = null, caller } = call;
    const span = tracing.fetch(caller.traceparent, { subgraph: name, kind, operationName, entities });
    try {
      const answer = await ask({ ...call, caller: { ...caller, traceparent: span.traceparent } });
      span.end(read(answer));
      return answer;
    } catch (failure) {
      const left = failure instanceof SubgraphFailure && failure.reason === 'aborted';
      span.end({ outcome: left ? 'lost' : 'failed', failure });
      throw failure;
    }
  }

  return {
    name,
    ask: (call) =>
      told(
        call,
        (traced) => client.ask(traced),
        ({ data, errors }) => (errors ? { outcome: data ? 'partial' : 'failed' } : OK),
      ),
    // Told until it stands: how long it goes on says nothing about the subgraph.
    subscribe: (call) =>
      told(
        call,
        (traced) => client.subscribe(traced),
        () => OK,
      ),
    [Symbol.asyncDispose]: () => client[Symbol.asyncDispose](),
  };
}

const OK: SpanResult = { outcome: 'ok' };

import type { SubgraphCall, SubgraphClient } from '../upstream/subgraph-client.ts';
import type { HeaderPolicy } from './policy.ts';

/** The same subgraphs, each sent what the policy makes for it of what callers send. */
export function withHeaders(
  get: (name: string) => SubgraphClient,
  policy: HeaderPolicy,
): (name: string) => SubgraphClient {
  const known = new Map<string, SubgraphClient>();
  return (name) => {
    let client = known.get(name);
    if (!client) {
      client = sendingHeaders(get(name), policy);
      known.set(name, client);
    }
    return client;
  };
}

function sendingHeaders(client: SubgraphClient, policy: HeaderPolicy): SubgraphClient {
  const turn = policy.forSubgraph(client.name);
  if (turn === null) return client;
  const turned = (call: SubgraphCall) => ({
    ...call,
    caller: { ...call.caller, forwarded: turn(call.caller.forwarded) },
  });
  return {
    name: client.name,
    ask: (call) => client.ask(turned(call)),
    subscribe: (call) => client.subscribe(turned(call)),
    [Symbol.asyncDispose]: () => client[Symbol.asyncDispose](),
  };
}

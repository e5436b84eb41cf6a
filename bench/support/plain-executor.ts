import { createHash } from 'node:crypto';
import type { ApolloGateway } from '@apollo/gateway';
import { type DocumentNode, type ExecutionArgs, print } from 'graphql';
import type { Plugin } from 'graphql-yoga';

type Loaded = Awaited<ReturnType<ApolloGateway['load']>>;
type Request = Parameters<Loaded['executor']>[0];

/** @apollo/gateway's executor as yoga calls one. What depends on the document alone is worked out once per document. */
export function gatewayExecutor(schema: Loaded['schema'], executor: Loaded['executor']) {
  const known = new WeakMap<DocumentNode, { readonly query: string; readonly queryHash: string }>();
  const describe = (document: DocumentNode) => {
    const query = print(document);
    const description = { query, queryHash: createHash('sha256').update(query).digest('hex') };
    known.set(document, description);
    return description;
  };
  return ({ document, operationName, variableValues, contextValue }: ExecutionArgs): unknown => {
    const { query, queryHash } = known.get(document) ?? describe(document);
    return executor({
      document,
      schema,
      queryHash,
      request: { query, operationName: operationName ?? undefined, variables: { ...variableValues } },
      operationName: operationName ?? null,
      context: contextValue,
      metrics: {},
    } as unknown as Request);
  };
}

export function usePlainExecutor(execute: (args: ExecutionArgs) => unknown): Plugin {
  return { onExecute: ({ setExecuteFn }) => setExecuteFn(execute as never) };
}

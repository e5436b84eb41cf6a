import { type DocumentNode, type FieldNode, Kind, visit } from 'graphql';

/**
 * The planner adds fields of its own (keys, what a @requires names, `__typename`) under their own names, and takes a
 * client's field for the same when it has such a name for an alias: `{ id: label }` would give the id. So before
 * planning the client's selections under such keys get keys of their own, which the projection and the error paths
 * translate back.
 */
export interface ClientKeys {
  /** Under which key the data of a client's key is found. */
  dataKey(clientKey: string): string;
  /** The client's key of a key in a plan or in a subgraph's answer. */
  clientKey<K extends string | number>(dataKey: K): K | string;
  /** The document to plan; the same one when nothing needs another key. */
  rename(document: DocumentNode): DocumentNode;
}

const PREFIX = 'alims_client_';

/** `addedNames`: the names of fields that the planner may add. */
export function createClientKeys(document: DocumentNode, addedNames: ReadonlySet<string>): ClientKeys {
  const contested = new Set<string>();
  visit(document, {
    Field({ alias, name }) {
      if (alias && alias.value !== name.value && addedNames.has(alias.value)) contested.add(alias.value);
    },
  });
  const dataKeys = new Map([...contested].map((key) => [key, `${PREFIX}${key}`]));
  const clientKeys = new Map<string | number, string>([...dataKeys].map(([key, dataKey]) => [dataKey, key]));
  const renameField = (field: FieldNode): FieldNode | undefined => {
    const value = dataKeys.get(field.alias?.value ?? field.name.value);
    return value === undefined ? undefined : { ...field, alias: { kind: Kind.NAME, value } };
  };
  return {
    dataKey: (clientKey) => dataKeys.get(clientKey) ?? clientKey,
    clientKey: (dataKey) => clientKeys.get(dataKey) ?? dataKey,
    rename: (other) => (contested.size === 0 ? other : visit(other, { Field: { leave: renameField } })),
  };
}

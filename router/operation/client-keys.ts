import { type DocumentNode, type FieldNode, Kind, parse, visit } from 'graphql';

/**
 * The planner fetches a field that a @requires names under the field's own name, and takes a client's selection under
 * the same key for it even when the arguments differ. So before planning the client's selections under such keys get
 * keys of their own, which the projection and the error paths translate back.
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

/** Response keys in use by @requires for fields that take arguments, by name: more than needed does no harm. */
export function findContestedKeys(supergraphSdl: string): ReadonlySet<string> {
  const document = parse(supergraphSdl, { noLocation: true });
  const withArguments = new Set<string>();
  const required = new Set<string>();
  visit(document, {
    FieldDefinition(field) {
      if (field.arguments && field.arguments.length > 0) withArguments.add(field.name.value);
      for (const directive of field.directives ?? []) {
        if (directive.name.value !== 'join__field') continue;
        const requires = directive.arguments?.find((argument) => argument.name.value === 'requires')?.value;
        if (requires?.kind === Kind.STRING) collectFieldNames(requires.value, required);
      }
    },
  });
  return new Set([...required].filter((name) => withArguments.has(name)));
}

function collectFieldNames(selection: string, names: Set<string>): void {
  visit(parse(`{ ${selection} }`, { noLocation: true }), {
    Field(field) {
      names.add(field.name.value);
    },
  });
}

export function createClientKeys(contested: ReadonlySet<string>): ClientKeys {
  const renameField = (field: FieldNode): FieldNode | undefined => {
    const key = field.alias?.value ?? field.name.value;
    if (!contested.has(key)) return undefined;
    return { ...field, alias: { kind: Kind.NAME, value: `${PREFIX}${key}` } };
  };
  return {
    dataKey: (clientKey) => (contested.has(clientKey) ? `${PREFIX}${clientKey}` : clientKey),
    clientKey: (dataKey) =>
      typeof dataKey === 'string' && dataKey.startsWith(PREFIX) ? dataKey.slice(PREFIX.length) : dataKey,
    rename: (document) => (contested.size === 0 ? document : visit(document, { Field: { leave: renameField } })),
  };
}

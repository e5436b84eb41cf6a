/** Validates the client operations against the supergraph, and against the copy that frontends keep where it lies beside the project. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { type DocumentNode, type GraphQLSchema, Kind, parse, print, validate } from 'graphql';
import { apiSchema } from './api-schema.ts';

const OURS = new URL('../operations/', import.meta.url);
const THEIRS = new URL('../../shared/operations/', import.meta.url);

/** Whole documents, and single operations, of domains that are still to come. */
const DOMAINS_TO_COME = ['notifications.graphql'];
const OPERATIONS_TO_COME = ['ImportResults', 'ImportProgress'];

function landed(document: DocumentNode): DocumentNode {
  const definitions = document.definitions.filter(
    (each) => each.kind !== Kind.OPERATION_DEFINITION || !OPERATIONS_TO_COME.includes(each.name?.value ?? ''),
  );
  return { ...document, definitions };
}

/** What is wrong with a document, one line each. */
export function problemsOf(schema: GraphQLSchema, name: string, text: string): string[] {
  return landed(parse(text)).definitions.flatMap((definition) =>
    validate(schema, { kind: Kind.DOCUMENT, definitions: [definition] }).map((error) => {
      const operation = definition.kind === Kind.OPERATION_DEFINITION ? definition.name?.value : '';
      return `operations/${name} ${operation}: ${error.message}`;
    }),
  );
}

function documents(folder: URL): string[] {
  return readdirSync(folder).filter((name) => name.endsWith('.graphql') || name === 'variables.json');
}

function sameContent(name: string): boolean {
  const [ours, theirs] = [OURS, THEIRS].map((folder) => readFileSync(new URL(name, folder), 'utf8'));
  if (name.endsWith('.json'))
    return JSON.stringify(JSON.parse(ours ?? '')) === JSON.stringify(JSON.parse(theirs ?? ''));
  return print(parse(ours ?? '')) === print(parse(theirs ?? ''));
}

/** True when a document does not validate or differs from the clients' copy. */
export function checkOperations(): boolean {
  const schema = apiSchema();
  const names = documents(OURS).filter((name) => name.endsWith('.graphql') && !DOMAINS_TO_COME.includes(name));
  const problems = names.flatMap((name) => problemsOf(schema, name, readFileSync(new URL(name, OURS), 'utf8')));
  if (existsSync(THEIRS)) {
    for (const name of documents(THEIRS)) {
      if (!existsSync(new URL(name, OURS)) || !sameContent(name))
        problems.push(`operations/${name} differs from the clients' copy`);
    }
  }
  for (const problem of problems) console.error(problem);
  return problems.length > 0;
}

if (import.meta.main && checkOperations()) process.exitCode = 1;

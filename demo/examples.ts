import { readFileSync } from 'node:fs';

export interface ExampleOperation {
  readonly name: string;
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
}

const EXAMPLES = ['first-samples', 'workflow-board', 'workflow-updates', 'register-sample', 'who-am-i'] as const;

/** The operations that GraphiQL opens as tabs: examples/operations/, each with its variables. */
export function examples(): ExampleOperation[] {
  return EXAMPLES.map((name) => ({
    name,
    query: readFileSync(new URL(`../examples/operations/${name}.graphql`, import.meta.url), 'utf8'),
    variables: JSON.parse(readFileSync(new URL(`../examples/operations/${name}.json`, import.meta.url), 'utf8')),
  }));
}

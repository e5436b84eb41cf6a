import { readFileSync } from 'node:fs';
import { Kind, parse, print } from 'graphql';

/** One document of operations/, as clients send it. */
export function operation(domain: string, name: string): string {
  const text = readFileSync(new URL(`../operations/${domain}.graphql`, import.meta.url), 'utf8');
  const found = parse(text).definitions.find(
    (each) => each.kind === Kind.OPERATION_DEFINITION && each.name?.value === name,
  );
  if (!found) throw new Error(`operations/${domain}.graphql has no ${name}.`);
  return print(found);
}

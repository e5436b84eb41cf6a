/**
 * Compares the API with the last release, schema/released.graphql. A breaking change passes only when a decision names
 * it in a line `Breaking: <the change as it is printed here>`. With --release it makes the present API the release.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { buildSchema, findBreakingChanges, type GraphQLSchema, printSchema } from 'graphql';
import { apiSchema } from './api-schema.ts';

const RELEASED = new URL('../schema/released.graphql', import.meta.url);
const DECISIONS = new URL('../docs/decisions/', import.meta.url);

/** Breaking changes that no decision names. */
export function undecidedBreaks(
  released: GraphQLSchema,
  present: GraphQLSchema,
  decisions: readonly string[],
): string[] {
  const decided = new Set(
    decisions.flatMap((text) => [...text.matchAll(/^Breaking: (.+)$/gm)].map(([, change]) => change)),
  );
  return findBreakingChanges(released, present)
    .map(({ description }) => description)
    .filter((description) => !decided.has(description));
}

function decisionTexts(): string[] {
  return readdirSync(DECISIONS).map((name) => readFileSync(new URL(name, DECISIONS), 'utf8'));
}

/** True when clients of the last release would break. */
export function checkBreaking(): boolean {
  const released = buildSchema(readFileSync(RELEASED, 'utf8'));
  const breaks = undecidedBreaks(released, apiSchema(), decisionTexts());
  for (const change of breaks) console.error(`Breaking: ${change}`);
  if (breaks.length > 0) console.error('Undo these, or write a decision that names each with a line as printed above.');
  return breaks.length > 0;
}

if (import.meta.main) {
  if (process.argv.includes('--release')) writeFileSync(RELEASED, `${printSchema(apiSchema())}\n`);
  else if (checkBreaking()) process.exitCode = 1;
}

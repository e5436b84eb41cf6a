import { type GraphQLSchema, parse, validate } from 'graphql';
import { expect, test } from 'vitest';
import { type Ask, buildSchema, readSchema } from '#platform/graphql/index.ts';
import { createRules } from '../data/rules.ts';
import { createSampleFacts } from '../data/sample-facts.ts';

/** The document that `send` asks a neighbour. */
async function documentOf(send: (ask: Ask) => Promise<unknown>): Promise<string> {
  let sent = '';
  const ask: Ask = async <T>(_: string, document: string) => {
    sent = document;
    return { sampleFacts: [], decideTransitions: [] } as T;
  };
  await send(ask);
  return sent;
}

function contractOf(subgraph: string): GraphQLSchema {
  return buildSchema(readSchema(subgraph), {});
}

test.each([
  ['samples', (ask: Ask) => createSampleFacts(ask).of(['s1'])],
  ['samples', (ask: Ask) => createSampleFacts(ask).versionsOf(['s1'])],
  ['rules', (ask: Ask) => createRules(ask).decide([], [])],
  ['rules', (ask: Ask) => createRules(ask).explain([], [], true)],
] as const)('what is asked of %s fits its contract', async (subgraph, send) => {
  expect(validate(contractOf(subgraph), parse(await documentOf(send)))).toEqual([]);
});

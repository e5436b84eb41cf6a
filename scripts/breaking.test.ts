import { buildSchema } from 'graphql';
import { expect, test } from 'vitest';
import { undecidedBreaks } from './breaking.ts';

const RELEASED = buildSchema('type Query { sample(id: ID!): String status: Int kept: Int }');
const PRESENT = buildSchema('type Query { sample(id: ID!, lab: ID!): String kept: Int }');

test('a removed field and a new required argument break clients', () => {
  expect(undecidedBreaks(RELEASED, PRESENT, [])).toEqual([
    'Query.status was removed.',
    'A required arg lab on Query.sample was added.',
  ]);
});

test('a break passes once a decision names it', () => {
  const decision = '# 123\n\nBreaking: Query.status was removed.\n';
  expect(undecidedBreaks(RELEASED, PRESENT, [decision])).toEqual(['A required arg lab on Query.sample was added.']);
});

test('an addition breaks nobody', () => {
  expect(
    undecidedBreaks(
      RELEASED,
      buildSchema('type Query { sample(id: ID!): String status: Int kept: Int more: Int }'),
      [],
    ),
  ).toEqual([]);
});

import { buildSchema, type GraphQLResolveInfo, graphql } from 'graphql';
import { expect, test } from 'vitest';
import { selects } from './selects.ts';

const schema = buildSchema(
  'type Query { verdict: Verdict } type Verdict { allowed: Boolean proof: Proof } type Proof { text: String }',
);

/** What the resolver of `verdict` finds. */
async function found(source: string): Promise<boolean> {
  let proof = false;
  const verdict = (_: unknown, __: unknown, info: GraphQLResolveInfo) => {
    proof = selects(info, 'proof');
    return null;
  };
  const { errors } = await graphql({ schema, source, rootValue: { verdict } });
  expect(errors).toBeUndefined();
  return proof;
}

test.each([
  ['{ verdict { allowed } }', false],
  ['{ verdict { proof { text } } }', true],
  ['{ verdict { because: proof { text } } }', true],
  ['{ verdict { proof: allowed } }', false],
  ['{ verdict { allowed } verdict { ... on Verdict { proof { text } } } }', true],
  ['{ verdict { ...F } } fragment F on Verdict { ...G } fragment G on Verdict { proof { text } }', true],
  ['{ verdict { ...F } } fragment F on Verdict { allowed }', false],
  ['{ verdict { proof @include(if: false) { text } } }', true],
])('%s', async (source, expected) => {
  expect(await found(source)).toBe(expected);
});

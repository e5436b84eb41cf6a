import { graphql } from 'graphql';
import { expect, test } from 'vitest';
import { permissionsOf, type Role } from '#platform/identity/index.ts';
import { buildSchema } from './index.ts';

const TYPE_DEFS = `
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@authenticated", "@requiresScopes"])
  type Query {
    open: String
    signedIn: String @authenticated
    reads: String @requiresScopes(scopes: [["samples:read"]])
    both: String @authenticated @requiresScopes(scopes: [["users:manage"]])
    either: String @requiresScopes(scopes: [["users:manage"], ["samples:read", "rules:read"]])
  }`;
const FIELDS = ['open', 'signedIn', 'reads', 'both', 'either'];
const schema = buildSchema(TYPE_DEFS, { Query: Object.fromEntries(FIELDS.map((field) => [field, () => 'seen'])) });

async function seenBy(roles: readonly Role[] | null): Promise<string[]> {
  const identity = roles && {
    userId: 'u',
    organizationId: 'o',
    sessionId: 's',
    roles,
    permissions: permissionsOf(roles),
    clientId: null,
  };
  const { data } = await graphql({ schema, source: `{ ${FIELDS.join(' ')} }`, contextValue: { identity } });
  return FIELDS.filter((field) => data?.[field] === 'seen');
}

test('a field is shown to whom its directives name, and to nobody else', async () => {
  expect(await seenBy(null)).toEqual(['open']);
  expect(await seenBy(['client'])).toEqual(['open', 'signedIn', 'reads']);
  expect(await seenBy(['auditor'])).toEqual(['open', 'signedIn', 'reads', 'either']);
  expect(await seenBy(['admin'])).toEqual(FIELDS);
});

test('a resolver that no field has is refused at start', () => {
  expect(() => buildSchema('type Query { open: String }', { Query: { opne: () => 'x' } })).toThrow('Query.opne');
});

test('an argument that holds what is no text is refused before the resolver runs, wherever it stands', async () => {
  const typeDefs = `input Deep { words: [String!] deeper: Deep }
    type Query { told(text: String, deep: Deep): String }`;
  const told = buildSchema(typeDefs, { Query: { told: () => 'told' } });
  const ask = async (variableValues: Record<string, unknown>) => {
    const source = 'query ($text: String, $deep: Deep) { told(text: $text, deep: $deep) }';
    const { data, errors } = await graphql({ schema: told, source, variableValues });
    return data?.told ?? errors?.[0]?.message;
  };
  expect(await ask({ text: '🧪 é \n', deep: { words: ['a', 'b'] } })).toBe('told');
  expect(await ask({ text: 'a\0b' })).toMatch(/^"text" holds a character/);
  expect(await ask({ deep: { deeper: { words: ['fine', 'half \ud83e'] } } })).toMatch(
    /^"deep.deeper.words\[1\]" holds/,
  );
});

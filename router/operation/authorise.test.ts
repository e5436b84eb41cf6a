import { getOperationAST, type OperationDefinitionNode, parse, print } from 'graphql';
import { describe, expect, test } from 'vitest';
import { type Access, NO_ACCESS } from '../access.ts';
import { composeSupergraph } from '../compose.ts';
import { buildSupergraph, type SupergraphState } from '../supergraph.ts';
import { denialErrors, findDemands, withoutDenied } from './authorise.ts';

const LINK =
  'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@external", "@requires", "@context", "@fromContext", "@interfaceObject", { name: "@authenticated", as: "@signedIn" }, "@requiresScopes", "@policy"])\n';

function stateOf(subgraphs: Record<string, string>, edit: (sdl: string) => string = (sdl) => sdl): SupergraphState {
  const { supergraphSdl } = composeSupergraph(
    Object.entries(subgraphs).map(([name, sdl]) => ({ name, url: `http://${name}.test`, typeDefs: parse(LINK + sdl) })),
  );
  return buildSupergraph(edit(supergraphSdl));
}

/** As an older composition, or a person, would write it: today's refuses directives on interfaces. */
function stateOfEdited(subgraphs: Record<string, string>, ...edits: readonly [from: string | RegExp, to: string][]) {
  return stateOf(subgraphs, (sdl) =>
    edits.reduce((text, [from, to]) => {
      const edited = text.replace(from, to);
      if (edited === text) throw new Error(`${from} is not in the supergraph:\n${text}`);
      return edited;
    }, sdl),
  );
}

function access(scopes: readonly string[], policies: readonly string[] = []): Access {
  return { authenticated: true, scopes: new Set(scopes), policies: new Set(policies) };
}

function judge(state: SupergraphState, text: string, by: Access) {
  const document = parse(text, { noLocation: true });
  const operation = getOperationAST(document) as OperationDefinitionNode;
  const demands = findDemands(state, document, operation);
  const denials = demands?.denialsFor(by) ?? new Map();
  const kept = withoutDenied(state.schema, document, operation, denials);
  return {
    unmet: demands?.unmetBy(by) ?? '',
    denied: [...denials.keys()].sort(),
    errors: denialErrors(denials).map(({ message, extensions }) => ({ message, ...extensions })),
    kept: print(kept.document).replace(/\s+/g, ' '),
  };
}

const SHOP = {
  a: `
    type Query { me: User users: [Named!]! search: [Found!]! pay: Money hue: Hue staff: Staff open: String }
    type Mutation { fire(id: ID!): User @requiresScopes(scopes: [["hr"]]) greet: String }
    interface Named { id: ID! name: String! salary: Int }
    type User implements Named @key(fields: "id") {
      id: ID! name: String! salary: Int @requiresScopes(scopes: [["hr", "pay"], ["admin"]]) mail: String @signedIn boss: User
    }
    type Robot implements Named { id: ID! name: String! salary: Int volts: Int }
    type Staff @policy(policies: [["inside"]]) { id: ID! room: String! @requiresScopes(scopes: [["rooms"]]) }
    union Found = User | Robot | Staff
    scalar Money @requiresScopes(scopes: [["pay"]])
    enum Hue { RED }
  `,
  b: `type User @key(fields: "id") { id: ID! salary: Int @external tax: Int @requires(fields: "salary") @requiresScopes(scopes: [["hr", "pay"], ["admin"]]) }`,
};

describe('what an operation demands', () => {
  const state = stateOf(SHOP);

  test('nothing where no directive is met: then there is nothing to judge', () => {
    const document = parse('{ me { id name boss { name } } open __typename __schema { queryType { name } } }');
    expect(findDemands(state, document, getOperationAST(document) as OperationDefinitionNode)).toBeNull();
  });

  test('scopes are alternatives of sets; a set must be held whole', () => {
    const query = '{ me { salary } }';
    expect(judge(state, query, access(['hr'])).denied).toEqual(['User.salary']);
    expect(judge(state, query, access(['hr', 'pay'])).denied).toEqual([]);
    expect(judge(state, query, access(['admin'])).denied).toEqual([]);
  });

  test('directives on an object, a scalar and an enum hold for every field of that type', () => {
    expect(judge(state, '{ pay staff { id } }', access([])).denied).toEqual(['Query.pay', 'Query.staff', 'Staff.id']);
    expect(judge(state, '{ pay staff { id room } }', access(['pay'], ['inside'])).denied).toEqual(['Staff.room']);
    const coloured = stateOfEdited(SHOP, [/enum Hue\n/, 'enum Hue\n  @requiresScopes(scopes: [["colours"]])\n']);
    expect(judge(coloured, '{ hue }', access([])).denied).toEqual(['Query.hue']);
  });

  test('a directive keeps its meaning under the name that the supergraph links it by', () => {
    expect(judge(state, '{ me { mail } }', NO_ACCESS).denied).toEqual(['User.mail']);
    expect(judge(state, '{ me { mail } }', access([])).denied).toEqual([]);
  });

  test('aliases, fragments and type conditions hide nothing', () => {
    const query = `
      { x: me { open: salary ...F } search { __typename ... on User { ... on Named { ... on User { salary } } } ...S } }
      fragment F on User { boss { ... { y: salary } } } fragment S on Found { ... on Staff { room } }`;
    const { denied, kept } = judge(state, query, access([]));
    expect(denied).toEqual(['Staff.room', 'User.salary']);
    expect(kept).not.toMatch(/salary|room/);
    expect(kept).toContain('x: me { ...F }');
  });

  test('the same requirements unmet are one key, whoever asks; with or without a person they differ', () => {
    const query = '{ me { salary mail } pay }';
    const { unmet } = judge(state, query, access(['hr']));
    expect(judge(state, query, access(['other'])).unmet).toBe(unmet);
    expect(judge(state, query, access(['pay'])).unmet).not.toBe(unmet);
    expect(judge(state, query, NO_ACCESS).unmet).not.toBe(unmet);
    expect(judge(state, query, access(['admin', 'pay'])).unmet).toBe('');
  });
});

describe('through interfaces', () => {
  test('a selection on an interface needs what each of its types needs, one on a type what that type needs', () => {
    const state = stateOf(SHOP);
    expect(judge(state, '{ users { salary } }', access([])).denied).toEqual(['Named.salary']);
    expect(judge(state, '{ users { ... on Robot { salary } } }', access([])).denied).toEqual([]);
    expect(judge(state, '{ users { ... on User { salary } } }', access([])).denied).toEqual(['User.salary']);
  });

  test('also where the supergraph says nothing on the interface', () => {
    const state = stateOfEdited(SHOP, [/(interface Named[^}]*salary: Int) @requiresScopes[^\n]*/, '$1']);
    expect(judge(state, '{ users { salary } }', access([])).denied).toEqual(['Named.salary']);
    expect(judge(state, '{ users { salary } }', access(['admin'])).denied).toEqual([]);
  });

  test('what stands on an interface is needed there besides, and not on its types', () => {
    const state = stateOfEdited(SHOP, [
      /(interface Named[^}]*name: String!)/,
      '$1 @requiresScopes(scopes: [["names"]])',
    ]);
    expect(judge(state, '{ users { name } me { name } }', access([])).denied).toEqual(['Named.name']);
  });

  test('a type that is denied denies its interface', () => {
    const state = stateOfEdited(SHOP, [
      /type Robot implements Named\n/,
      'type Robot implements Named\n  @policy(policies: [["robots"]])\n',
    ]);
    expect(judge(state, '{ users { id ... on User { name } } }', access([])).denied).toEqual(['Named.id']);
  });

  test("what is demanded of an @interfaceObject's field holds for every type that gets the field from it", () => {
    const subgraphs = {
      a: 'type Query { items: [Item!]! } interface Item @key(fields: "id") { id: ID! } type Book implements Item @key(fields: "id") { id: ID! }',
      b: 'type Item @key(fields: "id") @interfaceObject { id: ID! rating: Int stars: Int @signedIn }',
    };
    const older = stateOfEdited(subgraphs, [/(interface Item[^}]*rating: Int[^\n]*)/, '$1 @signedIn']);
    expect(judge(older, '{ items { ... on Book { rating } } }', NO_ACCESS).denied).toEqual(['Book.rating']);
    expect(judge(older, '{ items { rating } }', NO_ACCESS).denied).toEqual(['Item.rating']);
  });
});

describe('what a field is computed from counts as read', () => {
  test('by @requires, also where the field itself demands less', () => {
    const state = stateOfEdited(SHOP, [/(tax: Int @join__field[^\n]*?) @requiresScopes[^\n]*/, '$1']);
    expect(judge(state, '{ me { tax } }', access([])).denied).toEqual(['User.tax']);
    expect(judge(state, '{ me { tax } }', access(['admin'])).denied).toEqual([]);
  });

  test('by @fromContext', () => {
    const state = stateOfEdited(
      {
        a: 'type Query { order: Order } type Order @key(fields: "id") @context(name: "order") { id: ID! currency: String! line: Line! secret: Int @signedIn } type Line @key(fields: "id") { id: ID! price(currency: String @fromContext(field: "$order { currency }")): Int }',
        b: 'type Line @key(fields: "id") { id: ID! note: String }',
      },
      [/currency: String!/, 'currency: String! @requiresScopes(scopes: [["orders"]])'],
      [
        /\n\{\n {2}query: Query/,
        '\n  @link(url: "https://specs.apollo.dev/requiresScopes/v0.1", for: SECURITY)\n{\n  query: Query',
      ],
      [
        /$/,
        '\ndirective @requiresScopes(scopes: [[requiresScopes__Scope!]!]!) on FIELD_DEFINITION | OBJECT | INTERFACE | SCALAR | ENUM\nscalar requiresScopes__Scope\n',
      ],
    );
    expect(judge(state, '{ order { line { price } } }', access([])).denied).toEqual(['Line.price']);
  });
});

describe('what is left of the operation', () => {
  const state = stateOf(SHOP);

  test('an object of which all is denied is still looked for, by __typename alone', () => {
    expect(judge(state, '{ me { salary } }', access([])).kept).toBe('{ me { __typename } }');
  });

  test('a fragment of which nothing is left goes, with everything that only it spread', () => {
    const query = '{ me { id ...A } } fragment A on User { ...B } fragment B on User { salary }';
    expect(judge(state, query, access([])).kept).toBe('{ me { id } }');
  });

  test('of a mutation the fields that are allowed', () => {
    expect(judge(state, 'mutation { greet fire(id: 1) { id } }', access([])).kept).toBe('mutation { greet }');
  });

  test('an operation of which nothing is left asks nobody for anything', () => {
    expect(judge(state, '{ pay }', access([])).kept).toBe('{ __typename }');
  });
});

describe('the refusal', () => {
  const state = stateOf(SHOP);

  test('says which field needs what, in words and for programs', () => {
    const [error] = judge(state, '{ me { salary } }', access(['hr'])).errors;
    expect(error).toEqual({
      message: 'User.salary needs the scopes "hr" and "pay", or "admin", which you do not have.',
      code: 'FORBIDDEN',
      coordinate: 'User.salary',
      missing: [{ scopes: [['hr', 'pay'], ['admin']] }],
    });
    const [staff] = judge(state, '{ search { ... on Staff { room } } }', access([])).errors;
    expect(staff).toMatchObject({
      message: 'Staff.room needs the policy "inside" and the scope "rooms", which you do not have.',
      missing: [{ policies: [['inside']] }, { scopes: [['rooms']] }],
    });
  });

  test('asks somebody who is not signed in to sign in', () => {
    expect(judge(state, '{ me { mail salary } }', NO_ACCESS).errors).toMatchObject([
      { code: 'UNAUTHENTICATED', message: 'Sign in to use User.mail.', missing: [{ authenticated: true }] },
      {
        code: 'UNAUTHENTICATED',
        message: 'Sign in to use User.salary, which needs the scopes "hr" and "pay", or "admin".',
      },
    ]);
  });
});

import { GraphQLScalarType } from 'graphql';
import { byKey, describeFederation, mustNotBeAsked } from '../fixture/supergraph.ts';

// biome-ignore lint/suspicious/noExplicitAny: resolvers of a test fixture
type Any = any;

const ROLES = [
  { id: 'u1', role: 'ANALYST' },
  { id: 'u2', role: 'GHOST' },
];

describeFederation(
  'an enum with other values in each subgraph',
  {
    a: {
      sdl: 'type Query { people: [Person] } type Person @key(fields: "id") { id: ID role: Role @shareable } enum Role { ANALYST }',
      resolvers: { Query: { people: () => ROLES }, Person: { __resolveReference: byKey(ROLES, 'id') } },
    },
    b: {
      sdl: `
        type Query { peopleB: [Person] byRole(role: Role!): [Person] roles: [Role] matrix: [[Role!]] }
        type Person @key(fields: "id") { id: ID role: Role @shareable lead: Boolean }
        enum Role { ANALYST GHOST @inaccessible }
      `,
      resolvers: {
        Query: {
          peopleB: () => ROLES,
          byRole: (_: unknown, { role }: Any) => ROLES.filter((each) => each.role === role),
          roles: () => ['ANALYST', 'GHOST', null],
          matrix: () => [['ANALYST'], ['ANALYST', 'GHOST'], []],
        },
        Person: { __resolveReference: byKey(ROLES, 'id'), lead: ({ id }: Any) => id === 'u1' },
      },
    },
  },
  [
    [
      'does not matter where it is not selected',
      '{ people { id lead } }',
      {
        people: [
          { id: 'u1', lead: true },
          { id: 'u2', lead: false },
        ],
      },
    ],
    [
      'a value that the subgraph itself does not know is its error',
      '{ people { id role } }',
      {
        people: [
          { id: 'u1', role: 'ANALYST' },
          { id: 'u2', role: null },
        ],
      },
      { errors: ['people.1.role DOWNSTREAM_SERVICE_ERROR'] },
    ],
    [
      'a value that clients may not see is null without an error',
      '{ peopleB { id role } }',
      {
        peopleB: [
          { id: 'u1', role: 'ANALYST' },
          { id: 'u2', role: null },
        ],
      },
    ],
    ['so it is in a list', '{ roles }', { roles: ['ANALYST', null, null] }],
    [
      'a list that may not hold null is null',
      '{ matrix }',
      { matrix: [['ANALYST'], null, []] },
      { errors: ['matrix.1.1 INTERNAL'], gatewayDiffers: 'it tells such a null in extensions, not in errors' },
    ],
    [
      'a value that all know may be given',
      '{ byRole(role: ANALYST) { id role } }',
      { byRole: [{ id: 'u1', role: 'ANALYST' }] },
    ],
    [
      'a value that clients may not see may not be given',
      '{ byRole(role: GHOST) { id } }',
      null,
      { errors: ['BAD_INPUT'], asked: [] },
    ],
    [
      'nor by a variable',
      'query ($role: Role!) { byRole(role: $role) { id } }',
      null,
      { variables: { role: 'GHOST' }, errors: ['BAD_INPUT'], asked: [] },
    ],
  ],
);

const FRIENDS = [
  { id: 'u1', friends: ['u2'] },
  { id: 'u2', friends: ['u1'] },
];

describeFederation(
  '@inaccessible',
  {
    ages: {
      sdl: `
        type Query { byAge: [Person!]! }
        type Person @key(fields: "id") { id: ID! age: Int secret: String @inaccessible }
      `,
      resolvers: {
        Query: {
          byAge: () => [
            { id: 'u1', age: 3 },
            { id: 'u2', age: 4 },
          ],
        },
        Person: { __resolveReference: ({ id }: Any) => ({ id, age: 3, secret: `s-${id}` }) },
      },
    },
    friends: {
      sdl: `
        enum Relation { FRIEND @inaccessible FAMILY }
        type Query { withFriends: [Person!]! }
        type Person @key(fields: "id") {
          id: ID! friends(relation: Relation = FAMILY @inaccessible): [Person!]! relation: Relation
          secret: String @external hint: String @requires(fields: "secret") pet: Pet hidden: Hidden @inaccessible owner: Owner
        }
        union Pet = Dog | Ghost
        type Dog { name: String }
        type Ghost @inaccessible { name: String }
        type Hidden @inaccessible { x: Int }
        interface Owner { id: ID! }
        type Known implements Owner { id: ID! }
        type Unknown implements Owner @inaccessible { id: ID! }
      `,
      resolvers: {
        Query: { withFriends: () => FRIENDS },
        Person: {
          __resolveReference: (reference: Any) => ({ ...FRIENDS.find(({ id }) => id === reference.id), ...reference }),
          friends: ({ friends }: Any, { relation }: Any) =>
            relation === 'FAMILY' ? friends.map((id: string) => FRIENDS.find((each) => each.id === id)) : [],
          relation: () => 'FRIEND',
          hint: ({ secret }: Any) => secret?.slice(0, 3),
          hidden: mustNotBeAsked('what clients may not see'),
          pet: ({ id }: Any) => ({ __typename: id === 'u1' ? 'Dog' : 'Ghost', name: 'Rex' }),
          owner: ({ id }: Any) => ({ __typename: id === 'u1' ? 'Known' : 'Unknown', id }),
        },
      },
    },
  },
  [
    [
      'an argument that clients may not see keeps its default',
      '{ byAge { id friends { id } } }',
      {
        byAge: [
          { id: 'u1', friends: [{ id: 'u2' }] },
          { id: 'u2', friends: [{ id: 'u1' }] },
        ],
      },
    ],
    ['and may not be given', '{ withFriends { friends(relation: FAMILY) { id } } }', null, { errors: ['BAD_INPUT'] }],
    [
      'a value that clients may not see is null',
      '{ withFriends { relation } }',
      { withFriends: [{ relation: null }, { relation: null }] },
    ],
    [
      'a field that clients may not see serves @requires',
      '{ withFriends { id hint } }',
      {
        withFriends: [
          { id: 'u1', hint: 's-u' },
          { id: 'u2', hint: 's-u' },
        ],
      },
    ],
    ['and may not be selected', '{ byAge { secret } }', null, { errors: ['BAD_INPUT'], asked: [] }],
    [
      'a fragment on a type that clients may not see is refused',
      '{ withFriends { pet { ... on Ghost { name } } } }',
      null,
      { errors: ['BAD_INPUT'], asked: [] },
    ],
    [
      'its objects are null and say so',
      '{ withFriends { pet { ... on Dog { name } } } }',
      { withFriends: [{ pet: { name: 'Rex' } }, { pet: null }] },
      {
        errors: ['withFriends.1.pet INTERNAL'],
        gatewayDiffers: 'it gives an empty object of a type that clients may not see',
      },
    ],
    [
      'so are those of an interface',
      '{ withFriends { owner { id } } }',
      { withFriends: [{ owner: { id: 'u1' } }, { owner: null }] },
      {
        errors: ['withFriends.1.owner INTERNAL'],
        gatewayDiffers: 'it gives an object of a type that clients may not see',
      },
    ],
    [
      'introspection shows none of it',
      '{ __type(name: "Person") { fields { name args { name } } } ghost: __type(name: "Ghost") { name } }',
      {
        __type: {
          fields: [
            { name: 'id', args: [] },
            { name: 'age', args: [] },
            { name: 'friends', args: [] },
            { name: 'relation', args: [] },
            { name: 'hint', args: [] },
            { name: 'pet', args: [] },
            { name: 'owner', args: [] },
          ],
        },
        ghost: null,
      },
      { asked: [] },
    ],
  ],
);

describeFederation(
  'an input object with other fields in each subgraph',
  {
    a: {
      sdl: 'type Query { inA(filter: Page): [Person!]! } input Page { first: Int } type Person @key(fields: "id") { id: ID! }',
      resolvers: {
        Query: { inA: (_: unknown, { filter }: Any) => [{ id: 'u1' }, { id: 'u2' }].slice(0, filter?.first ?? 9) },
      },
    },
    b: {
      sdl: 'type Query { inB(filter: Page): [Person!]! } input Page { first: Int offset: Int } type Person @key(fields: "id") { id: ID! age: Int }',
      resolvers: { Query: { inB: () => [{ id: 'u1', age: 1 }] }, Person: { age: () => 2 } },
    },
  },
  [
    ['takes what all of them know', '{ inA(filter: { first: 1 }) { id age } }', { inA: [{ id: 'u1', age: 2 }] }],
    ['and nothing else', '{ inA(filter: { first: 1, offset: 2 }) { id } }', null, { errors: ['BAD_INPUT'] }],
    ['not even where it is known', '{ inB(filter: { first: 1, offset: 2 }) { id } }', null, { errors: ['BAD_INPUT'] }],
    [
      'nor by a variable',
      'query ($filter: Page) { inB(filter: $filter) { id } }',
      null,
      { variables: { filter: { offset: 2 } }, errors: ['BAD_INPUT'] },
    ],
  ],
);

const amount = new GraphQLScalarType({
  name: 'Amount',
  serialize: (value: Any) => ({ value, unit: 'mg' }),
  parseValue: (value: Any) => value.value ?? value,
});

describeFederation(
  'arguments and custom scalars',
  {
    a: {
      sdl: `
        scalar Amount
        enum Unit { MG G }
        input Range { from: Amount to: Amount = 10 units: [Unit!] = [MG] nested: Range }
        type Query {
          echo(text: String = "none", number: Float, flag: Boolean, list: [[Int]], range: Range): String
          amount(of: Amount): Amount any: Amount sample(id: ID!): Sample
        }
        type Sample @key(fields: "id") { id: ID! }
      `,
      resolvers: {
        Amount: amount,
        Query: {
          echo: (_: unknown, args: Any) => JSON.stringify(args),
          amount: (_: unknown, { of }: Any) => of,
          any: () => 5,
          sample: (_: unknown, { id }: Any) => ({ id }),
        },
      },
    },
    b: {
      sdl: 'scalar Amount enum Unit { MG G } input Range { from: Amount to: Amount = 10 units: [Unit!] = [MG] nested: Range } type Sample @key(fields: "id") { id: ID! within(range: Range, unit: Unit = G, note: String): String mass: Amount }',
      resolvers: {
        Amount: amount,
        Sample: { within: (_: unknown, args: Any) => JSON.stringify(args), mass: ({ id }: Any) => Number(id) },
      },
    },
  },
  [
    ['a default of the subgraph counts when nothing is given', '{ echo }', { echo: '{"text":"none"}' }],
    ['null is not nothing', '{ echo(text: null) }', { echo: '{"text":null}' }],
    [
      'a variable that is not given is nothing',
      'query ($text: String) { echo(text: $text) }',
      { echo: '{"text":"none"}' },
    ],
    [
      'a variable that is null is null',
      'query ($text: String) { echo(text: $text) }',
      { echo: '{"text":null}' },
      { variables: { text: null } },
    ],
    [
      'the default of a variable counts',
      'query ($text: String = "mine", $n: Float = 1.5) { echo(text: $text, number: $n) }',
      { echo: '{"text":"mine","number":1.5}' },
    ],
    [
      'lists of lists, with one value taken for a list',
      'query ($list: [[Int]]) { echo(list: $list) b: echo(list: [[1], null, [2, null]]) c: echo(list: 3) }',
      {
        echo: '{"text":"none","list":[[1],[2]]}',
        b: '{"text":"none","list":[[1],null,[2,null]]}',
        c: '{"text":"none","list":[[3]]}',
      },
      { variables: { list: [1, 2] } },
    ],
    [
      'input objects nest, with defaults at every level',
      '{ echo(range: { from: 1, nested: { units: [G, MG] } }) }',
      {
        echo: '{"text":"none","range":{"from":1,"to":10,"units":["MG"],"nested":{"to":10,"units":["G","MG"]}}}',
      },
    ],
    [
      'variables within input objects reach entity fetches',
      'query ($from: Amount, $units: [Unit!], $note: String) { sample(id: 7) { within(range: { from: $from, units: $units }, note: $note) mass } }',
      {
        sample: {
          within: '{"range":{"from":3,"to":10,"units":["G"]},"unit":"G","note":"n"}',
          mass: { value: 7, unit: 'mg' },
        },
      },
      { variables: { from: 3, units: ['G'], note: 'n' } },
    ],
    [
      'a custom scalar may be an object, a number, anything',
      'query ($of: Amount) { amount(of: $of) any }',
      { amount: { value: 4, unit: 'mg' }, any: { value: 5, unit: 'mg' } },
      { variables: { of: { value: 4 } } },
    ],
    [
      'a value of the wrong type is refused before anything is asked',
      '{ echo(number: "x") }',
      null,
      { errors: ['BAD_INPUT'], asked: [] },
    ],
    [
      'so is one in a variable',
      'query ($n: Float) { echo(number: $n) }',
      null,
      { variables: { n: 'x' }, errors: ['BAD_INPUT'], asked: [] },
    ],
    [
      'so is a variable that is required and missing',
      'query ($id: ID!) { sample(id: $id) { id } }',
      null,
      { errors: ['BAD_INPUT'], asked: [] },
    ],
    [
      'an id given as a number is text',
      'query ($id: ID!) { sample(id: $id) { id } }',
      { sample: { id: '12' } },
      { variables: { id: 12 } },
    ],
  ],
);

describeFederation(
  'a directive of the subgraphs on fields of an operation',
  {
    a: {
      sdl: `
        directive @access(scope: Scope! = PUBLIC) on FIELD
        enum Scope { PUBLIC PRIVATE }
        type Query { a: String }
      `,
      resolvers: { Query: { a: () => 'a' } },
    },
    b: {
      sdl: `
        directive @access(scope: Scope! = PUBLIC) on FIELD
        enum Scope { PUBLIC PRIVATE }
        type Query { b: String }
      `,
      resolvers: { Query: { b: () => 'b' } },
    },
  },
  [
    ['may stand with its default', '{ a @access b @access }', { a: 'a', b: 'b' }],
    ['and with an argument', '{ a @access(scope: PRIVATE) b }', { a: 'a', b: 'b' }],
    ['an unknown one is refused', '{ a @unknown }', null, { errors: ['BAD_INPUT'], asked: [] }],
  ],
);

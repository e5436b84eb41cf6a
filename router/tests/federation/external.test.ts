import { byKey, type Case, describeFederation, mustNotBeAsked } from '../fixture/supergraph.ts';

// biome-ignore lint/suspicious/noExplicitAny: resolvers of a test fixture
type Any = any;

const USERS = [
  { id: 'u1', name: 'Ada', rid: 'ada', providedRandomIds: ['a', 'b'] },
  { id: 'u2', name: 'Bob', rid: 'bob', providedRandomIds: ['c'] },
];
const user = (id: string) => USERS.find((each) => each.id === id);

/** The same rules in each way of writing that a type belongs to another subgraph. */
const EXTENSION_CASES: Case[] = [
  [
    'a field of the extended type is fetched by its key',
    '{ randomUser { id name } }',
    { randomUser: { id: 'u1', name: 'Ada' } },
    { asked: ['labels', 'registry'] },
  ],
  [
    'the key alone needs no other subgraph',
    '{ randomUser { id rid } }',
    { randomUser: { id: 'u1', rid: 'ada' } },
    { asked: ['labels'] },
  ],
  [
    'the extension is fetched from the owner’s side as well',
    '{ user { name rid } users { rid } }',
    { user: { name: 'Ada', rid: 'ada' }, users: [{ rid: 'ada' }, { rid: 'bob' }] },
  ],
  [
    'a field that a path provides is not fetched again',
    '{ providedRandomUser { id name rid } }',
    { providedRandomUser: { id: 'u2', name: 'Bob', rid: 'bob' } },
    { asked: ['labels'] },
  ],
];

const registry = {
  Query: { user: () => user('u1'), users: () => USERS },
  User: { __resolveReference: byKey(USERS, 'id') },
};
const labels = {
  Query: { randomUser: () => ({ id: 'u1' }), providedRandomUser: () => ({ id: 'u2', name: 'Bob' }) },
  User: { __resolveReference: (reference: Any) => reference, rid: ({ id }: Any) => user(id)?.rid },
};
const OWNER = 'type Query { user: User users: [User] } type User @key(fields: "id") { id: ID! name: String! }';
const ROOTS = 'randomUser: User providedRandomUser: User @provides(fields: "name")';

describeFederation(
  'Federation 1: a type with @extends',
  {
    registry: { sdl: OWNER, resolvers: registry, federation: 1 },
    labels: {
      sdl: `type Query { ${ROOTS} } type User @extends @key(fields: "id") { id: ID! @external name: String! @external rid: ID }`,
      resolvers: labels,
      federation: 1,
    },
  },
  EXTENSION_CASES,
);

describeFederation(
  'Federation 1: extend type',
  {
    registry: { sdl: OWNER, resolvers: registry, federation: 1 },
    labels: {
      sdl: `extend type Query { ${ROOTS} } extend type User @key(fields: "id") { id: ID! @external name: String! @external rid: ID }`,
      resolvers: labels,
      federation: 1,
    },
  },
  EXTENSION_CASES,
);

describeFederation(
  'Federation 2: a type with @extends',
  {
    registry: { sdl: OWNER.replace('String!', 'String! @shareable'), resolvers: registry },
    labels: {
      sdl: `type Query { ${ROOTS} } type User @extends @key(fields: "id") { id: ID! @external name: String! @external rid: ID }`,
      resolvers: labels,
    },
  },
  EXTENSION_CASES,
);

describeFederation(
  'Federation 2: extend type',
  {
    registry: { sdl: OWNER.replace('String!', 'String! @shareable'), resolvers: registry },
    labels: {
      sdl: `type Query { ${ROOTS} } extend type User @key(fields: "id") { id: ID! @external name: String! @external rid: ID }`,
      resolvers: labels,
    },
  },
  EXTENSION_CASES,
);

const TUBES = [{ id: 't1', name: 'EDTA', maker: 'M', upc: '12', price: 3 }];

describeFederation(
  'Federation 1: an extension that others extend',
  {
    store: {
      sdl: 'type Query { tube: Tube } type Tube @key(fields: "id") @key(fields: "upc") { id: ID! upc: ID! name: String }',
      resolvers: { Query: { tube: () => TUBES[0] }, Tube: { __resolveReference: byKey(TUBES, 'id') } },
      federation: 1,
    },
    prices: {
      sdl: `
        extend type Tube @key(fields: "id") { id: ID! @external name: String @external price: Int priced: String @requires(fields: "name") }
        extend type Query { cheapest: Tube @provides(fields: "name") }
      `,
      resolvers: {
        Query: { cheapest: () => TUBES[0] },
        Tube: {
          __resolveReference: ({ id, name }: Any) => ({ ...TUBES.find((each) => each.id === id), name }),
          priced: ({ name, price }: Any) => `${name}: ${price}`,
        },
      },
      federation: 1,
    },
    makers: {
      sdl: 'extend type Tube @key(fields: "upc") { upc: ID! @external maker: String }',
      resolvers: { Tube: { __resolveReference: byKey(TUBES, 'upc') } },
      federation: 1,
    },
  },
  [
    ['resolves through either key', '{ tube { name price maker } }', { tube: { name: 'EDTA', price: 3, maker: 'M' } }],
    [
      'is entered from another extension',
      '{ cheapest { maker } }',
      { cheapest: { maker: 'M' } },
      { asked: ['prices', 'store', 'makers'] },
    ],
    ['has its @requires met', '{ tube { priced } }', { tube: { priced: 'EDTA: 3' } }],
  ],
);

describeFederation(
  '@external without another meaning',
  {
    prices: {
      sdl: 'type Query { prices: [Tube] } type Tube @key(fields: "id") { id: ID! price: Float! }',
      resolvers: { Query: { prices: () => TUBES }, Tube: { __resolveReference: byKey(TUBES, 'id') } },
    },
    store: {
      sdl: `
        type Query { tubes: [Tube] }
        extend type Tube @key(fields: "id") @key(fields: "upc") { id: ID! @external upc: ID! name: String }
      `,
      resolvers: {
        Query: { tubes: () => TUBES },
        Tube: {
          id: ({ id }: Any) => id,
          __resolveReference: (reference: Any) =>
            TUBES.find(({ id, upc }) => id === reference.id || upc === reference.upc),
        },
      },
    },
  },
  [
    [
      'on a key: the key still leads to the other subgraph',
      '{ tubes { name price } }',
      { tubes: [{ name: 'EDTA', price: 3 }] },
    ],
    ['and back', '{ prices { id name price } }', { prices: [{ id: 't1', name: 'EDTA', price: 3 }] }],
  ],
);

const BOXES = [{ id: 'b1', mass: 2 }];

describeFederation(
  '@external of a field that another subgraph resolves',
  {
    costs: {
      sdl: `
        type Query { costly: Sample }
        type Sample @key(fields: "id") { id: ID! box: Box @external cost: Float @requires(fields: "box { id }") }
        type Box @key(fields: "id") { id: ID! mass: Float }
      `,
      resolvers: {
        Query: { costly: () => ({ id: '1' }) },
        Sample: {
          __resolveReference: (reference: Any) => reference,
          box: mustNotBeAsked('box'),
          cost: ({ box }: Any) => (box.id === 'b1' ? 5 : null),
        },
        Box: { __resolveReference: byKey(BOXES, 'id') },
      },
    },
    boxes: {
      sdl: `
        type Sample @key(fields: "id") { id: ID! box: Box note: String @requires(fields: "box { mass }") }
        type Box @key(fields: "id") { id: ID! mass: Float @external }
      `,
      resolvers: {
        Sample: {
          __resolveReference: (reference: Any) => reference,
          box: () => ({ id: 'b1' }),
          note: ({ box }: Any) => `weighs ${box.mass}`,
        },
      },
    },
  },
  [
    ['is asked where it is resolved', '{ costly { box { mass } cost } }', { costly: { box: { mass: 2 }, cost: 5 } }],
    [
      'also when the subgraph that resolves it needs it for a @requires',
      '{ costly { note } }',
      { costly: { note: 'weighs 2' } },
      { gatewayDiffers: 'its planner asks where the field is @external' },
    ],
    [
      'beside what the client wants of it',
      '{ costly { note cost box { id } } }',
      { costly: { note: 'weighs 2', cost: 5, box: { id: 'b1' } } },
      { gatewayDiffers: 'its planner asks where the field is @external' },
    ],
  ],
);

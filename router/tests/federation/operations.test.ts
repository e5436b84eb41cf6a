import { byKey, describeFederation, mustNotBeAsked } from '../fixture/supergraph.ts';

// biome-ignore lint/suspicious/noExplicitAny: resolvers of a test fixture
type Any = any;

const GOODS = [
  { id: 'p1', name: 'Flask', price: 10, cheap: true },
  { id: 'p2', name: 'Lamp', price: 99, cheap: false },
];
const goods = (id: unknown) => GOODS.find((each) => each.id === id);

describeFederation(
  '@skip and @include',
  {
    a: {
      sdl: 'type Query { product: Product products: [Product!]! } type Product @key(fields: "id") { id: ID! price: Int }',
      resolvers: {
        Query: { product: () => GOODS[0], products: () => GOODS },
        Product: { __resolveReference: byKey(GOODS, 'id') },
      },
    },
    b: {
      sdl: 'type Product @key(fields: "id") { id: ID! price: Int @external cheap: Boolean @requires(fields: "price") never: Int }',
      resolvers: {
        Product: {
          __resolveReference: (reference: Any) => reference,
          cheap: ({ price }: Any) => price < 50,
          never: mustNotBeAsked('what is skipped'),
        },
      },
    },
    c: {
      sdl: 'type Product @key(fields: "id") { id: ID! cheap: Boolean @external name: String related: [Product] tagged: String @requires(fields: "cheap") }',
      resolvers: {
        Product: {
          __resolveReference: (reference: Any) => reference,
          name: ({ id }: Any) => goods(id)?.name,
          related: ({ id }: Any) => GOODS.filter((each) => each.id !== id),
          tagged: ({ cheap }: Any) => (cheap ? 'cheap' : 'dear'),
        },
      },
    },
  },
  [
    [
      'what is never included is not asked',
      'query ($yes: Boolean = false) { product { id never @include(if: $yes) } }',
      { product: { id: 'p1' } },
      { asked: ['a'] },
    ],
    [
      'what is always skipped is not asked',
      'query ($yes: Boolean = true) { product { id never @skip(if: $yes) } }',
      { product: { id: 'p1' } },
      { asked: ['a'] },
    ],
    [
      'nor what only that would need',
      'query ($yes: Boolean!) { product { id tagged @include(if: $yes) } }',
      { product: { id: 'p1' } },
      { variables: { yes: false }, asked: ['a'] },
    ],
    [
      'what is included is asked with all that it needs',
      'query ($yes: Boolean!) { product { id tagged @include(if: $yes) } }',
      { product: { id: 'p1', tagged: 'cheap' } },
      { variables: { yes: true }, asked: ['a', 'b', 'c'] },
    ],
    [
      'both together need both to agree',
      'query ($a: Boolean!, $b: Boolean!) { product { name @include(if: $a) @skip(if: $b) cheap @include(if: $b) } }',
      { product: { cheap: true } },
      { variables: { a: true, b: true } },
    ],
    [
      'one selection may be skipped while another of the same field is not',
      'query ($a: Boolean!) { product { name @skip(if: $a) ... { name } cheap @skip(if: $a) } }',
      { product: { name: 'Flask' } },
      { variables: { a: true } },
    ],
    [
      'conditions of nested fragments add up',
      'query ($a: Boolean!, $b: Boolean!) { product { id ...F @include(if: $a) } } fragment F on Product { ... @skip(if: $b) { name } cheap }',
      { product: { id: 'p1', cheap: true } },
      { variables: { a: true, b: true } },
    ],
    [
      'literals need no variable',
      '{ product { id @skip(if: false) name @include(if: true) never @skip(if: true) } }',
      { product: { id: 'p1', name: 'Flask' } },
    ],
    [
      'what is skipped for good stays so beside other conditions',
      'query ($a: Boolean!) { product @include(if: $a) { id never @skip(if: true) name } }',
      { product: { id: 'p1', name: 'Flask' } },
      { variables: { a: true } },
    ],
    [
      'a list of which everything is skipped is a list of empty objects',
      '{ products { price @skip(if: true) } }',
      { products: [{}, {}] },
    ],
    [
      'also below an entity of another subgraph',
      '{ product { related { ... @include(if: false) { id } } } }',
      { product: { related: [{}] } },
    ],
    [
      'a root field that is skipped leaves the others',
      'query ($a: Boolean!) { product @skip(if: $a) { id } products @include(if: $a) { name } }',
      { products: [{ name: 'Flask' }, { name: 'Lamp' }] },
      { variables: { a: true } },
    ],
    [
      'when everything is skipped the answer is an empty object',
      'query ($a: Boolean!) { product @skip(if: $a) { id } }',
      {},
      { variables: { a: true }, asked: [] },
    ],
  ],
);

describeFederation(
  'a root field in several subgraphs',
  {
    names: {
      sdl: 'type Query { product: Product @shareable products: [Product] @shareable } type Product @key(fields: "id") { id: ID! @shareable name: Text @shareable kind: Kind @shareable } type Text @shareable { id: ID! brand: String model: String } type Kind @shareable { id: ID! name: String }',
      resolvers: {
        Query: {
          product: () => ({ id: '1', name: { id: 'n', brand: 'B', model: 'M' }, kind: { id: 'k', name: 'K' } }),
          products: () => [{ id: '1', name: { id: 'n', brand: 'B', model: 'M' } }],
        },
      },
    },
    prices: {
      sdl: 'type Query { product: Product @shareable products: [Product] @shareable } type Product @key(fields: "id") { id: ID! @shareable price: Price kind: Kind @shareable } type Price { id: ID! amount: Int } type Kind @shareable { id: ID! details: String }',
      resolvers: {
        Query: {
          product: () => ({ id: '1', price: { id: 'p', amount: 9 }, kind: { id: 'k', details: 'D' } }),
          products: () => [{ id: '1', price: { id: 'p', amount: 9 } }],
        },
        Product: {
          __resolveReference: ({ id }: Any) => ({ id, price: { id: 'p', amount: 9 }, kind: { id: 'k', details: 'D' } }),
        },
      },
    },
  },
  [
    [
      'is asked in each for what is there',
      '{ product { id name { brand } price { amount } kind { name details } } }',
      { product: { id: '1', name: { brand: 'B' }, price: { amount: 9 }, kind: { name: 'K', details: 'D' } } },
    ],
    [
      'lists are merged element by element',
      '{ products { id name { id brand model } price { id amount } } }',
      { products: [{ id: '1', name: { id: 'n', brand: 'B', model: 'M' }, price: { id: 'p', amount: 9 } }] },
    ],
    [
      'what one subgraph has is asked once',
      '{ product { price { amount } id } }',
      { product: { price: { amount: 9 }, id: '1' } },
      { asked: ['prices'] },
    ],
  ],
);

let total = 0;
const added: string[] = [];

describeFederation(
  'mutations',
  {
    a: {
      sdl: `
        type Query { product(id: ID!): Product! }
        type Mutation { add(number: Int!): Int! addProduct(input: NewProduct!): Product! addKind(name: String!): Kind! @shareable refuse: Int }
        input NewProduct { name: String! price: Float! }
        type Product @key(fields: "id") { id: ID! name: String! price: Float! }
        type Kind @key(fields: "id") { id: ID! }
      `,
      resolvers: {
        Query: { product: (_: unknown, { id }: Any) => goods(id) },
        Mutation: {
          add: (_: unknown, { number }: Any) => {
            total += number;
            return total;
          },
          addProduct: (_: unknown, { input }: Any) => ({ id: 'new', ...input }),
          addKind: (_: unknown, { name }: Any) => ({ id: `k-${added.push(name)}` }),
          refuse: () => {
            throw new Error('refused');
          },
        },
        Product: { __resolveReference: ({ id }: Any) => ({ id, name: 'new', price: 600 }) },
      },
    },
    b: {
      sdl: `
        type Mutation { multiply(by: Int!): Int! addKind(name: String!): Kind! @shareable clear: Int! }
        type Product @key(fields: "id") { id: ID! price: Float! @external costly: Boolean! @requires(fields: "price") }
        type Kind @key(fields: "id") { id: ID! name: String! }
      `,
      resolvers: {
        Mutation: {
          multiply: (_: unknown, { by }: Any) => {
            total *= by;
            return total;
          },
          addKind: (_: unknown, { name }: Any) => ({ id: `k-${added.push(name)}`, name }),
          clear: () => {
            const last = total;
            total = 0;
            return last;
          },
        },
        Product: { __resolveReference: (reference: Any) => reference, costly: ({ price }: Any) => price > 500 },
        Kind: { __resolveReference: ({ id }: Any) => ({ id, name: added.at(-1) }) },
      },
    },
  },
  [
    [
      'run one after the other, across subgraphs',
      'mutation { five: add(number: 5) ten: multiply(by: 2) twelve: add(number: 2) last: clear }',
      { five: 5, ten: 10, twelve: 12, last: 12 },
      { asked: ['a', 'b', 'a', 'b'] },
    ],
    [
      'what they answer is completed by other subgraphs',
      'mutation { addProduct(input: { name: "new", price: 599.9 }) { name costly } }',
      { addProduct: { name: 'new', costly: true } },
      { asked: ['a', 'b'] },
    ],
    [
      'a shared mutation runs in one subgraph only',
      'mutation { addKind(name: "acids") { name } }',
      { addKind: { name: 'acids' } },
      { asked: ['b'] },
    ],
    [
      'the failure of one does not stop the next',
      'mutation { refuse add(number: 1) last: clear }',
      { refuse: null, add: 1, last: 1 },
      { errors: ['refuse DOWNSTREAM_SERVICE_ERROR'] },
    ],
    [
      'arguments come from variables',
      'mutation ($n: Int! = 3, $input: NewProduct!) { add(number: $n) clear addProduct(input: $input) { price } }',
      { add: 3, clear: 3, addProduct: { price: 1 } },
      { variables: { input: { name: 'x', price: 1 } } },
    ],
    ['__typename is that of the mutation', 'mutation { __typename clear }', { __typename: 'Mutation', clear: 0 }],
  ],
);

describeFederation(
  'aliases',
  {
    a: {
      sdl: 'type Query { sample(id: ID!): Sample samples: [Sample!]! } type Sample @key(fields: "id") { id: ID! label: String size(unit: String = "ml"): String owner: Owner } type Owner @key(fields: "mail") { mail: String! }',
      resolvers: {
        Query: {
          sample: (_: unknown, { id }: Any) => ({ id, label: `L${id}`, owner: { mail: `m${id}` } }),
          samples: () => [{ id: '1', label: 'L1', owner: { mail: 'm1' } }],
        },
        Sample: { size: ({ id }: Any, { unit }: Any) => `${id} ${unit}` },
      },
    },
    b: {
      sdl: 'type Sample @key(fields: "id") { id: ID! state(at: Int = 0): String broken: Int } type Owner @key(fields: "mail") { mail: String! name: String }',
      resolvers: {
        Sample: {
          state: ({ id }: Any, { at }: Any) => `S${id}@${at}`,
          broken: () => Promise.reject(new Error('broken')),
        },
        Owner: { name: ({ mail }: Any) => `N ${mail}` },
      },
    },
  },
  [
    [
      'one field with several arguments',
      '{ sample(id: 1) { a: size b: size(unit: "l") state c: state(at: 2) } }',
      { sample: { a: '1 ml', b: '1 l', state: 'S1@0', c: 'S1@2' } },
    ],
    [
      'one root field with several arguments',
      '{ x: sample(id: 1) { state } y: sample(id: 2) { state owner { name } } }',
      { x: { state: 'S1@0' }, y: { state: 'S2@0', owner: { name: 'N m2' } } },
    ],
    [
      'the name of a key for another field',
      '{ samples { id: label state } }',
      { samples: [{ id: 'L1', state: 'S1@0' }] },
      { gatewayDiffers: 'its planner takes the alias of the client for the key' },
    ],
    [
      'beside the key itself elsewhere in the operation',
      '{ samples { id: label state owner { mail: name } } sample(id: 3) { id owner { mail } } }',
      { samples: [{ id: 'L1', state: 'S1@0', owner: { mail: 'N m1' } }], sample: { id: '3', owner: { mail: 'm3' } } },
      { gatewayDiffers: 'its planner takes the alias of the client for the key' },
    ],
    [
      'two names exchanged',
      '{ samples { label: id id: label state } }',
      { samples: [{ label: '1', id: 'L1', state: 'S1@0' }] },
      { gatewayDiffers: 'its planner takes the alias of the client for the key' },
    ],
    [
      'the name __typename for another field',
      '{ samples { __typename: label state } }',
      { samples: [{ __typename: 'L1', state: 'S1@0' }] },
      { gatewayDiffers: 'its planner takes it for the name of the type' },
    ],
    [
      'an error is told under the alias',
      '{ s: samples { id: broken state: label } }',
      { s: [{ id: null, state: 'L1' }] },
      {
        errors: ['s.0.id DOWNSTREAM_SERVICE_ERROR'],
      },
    ],
  ],
);

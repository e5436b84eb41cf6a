import { byKey, describeFederation } from '../fixture/supergraph.ts';

// biome-ignore lint/suspicious/noExplicitAny: resolvers of a test fixture
type Any = any;

const PRICED = [
  { id: 'p1', name: 'Tube', price: 10, weight: 1, kind: { averagePrice: 15 } },
  { id: 'p2', name: 'Rack', price: 20, weight: 3, kind: { averagePrice: 30 } },
];
const inCurrency = (value: number, { currency }: Any) => (currency === 'EUR' ? value * 2 : value);

describeFederation(
  '@requires of a field with arguments',
  {
    store: {
      sdl: `
        type Query { products: [Product] }
        type Product @key(fields: "id") {
          id: ID! name: String price(currency: String! = "USD"): Int weight: Int kind: Kind
        }
        type Kind { averagePrice(currency: String!): Int }
      `,
      resolvers: {
        Query: { products: () => PRICED },
        Product: {
          __resolveReference: byKey(PRICED, 'id'),
          price: ({ price }: Any, args: Any) => inCurrency(price, args),
        },
        Kind: { averagePrice: (kind: Any, args: Any) => inCurrency(kind.averagePrice, args) },
      },
    },
    shipping: {
      sdl: `
        type Product @key(fields: "id") {
          id: ID!
          weight: Int @external
          price(currency: String! = "USD"): Int @external
          kind: Kind @external
          postage: Int @requires(fields: "price(currency: \\"USD\\") weight")
          postageEur: Int @requires(fields: "price(currency: \\"EUR\\") weight")
          postageByDefault: Int @requires(fields: "price weight")
          costly: Boolean @requires(fields: "kind { averagePrice(currency: \\"USD\\") }")
          costlyEur: Boolean @requires(fields: "kind { averagePrice(currency: \\"EUR\\") }")
          carrier(express: Boolean = false): String
        }
        type Kind @external { averagePrice(currency: String!): Int }
      `,
      resolvers: {
        Product: {
          __resolveReference: (reference: Any) => reference,
          postage: ({ price, weight }: Any) => price * weight * 10,
          postageEur: ({ price, weight }: Any) => price * weight * 10,
          postageByDefault: ({ price, weight }: Any) => price * weight * 10,
          costly: ({ kind }: Any) => kind.averagePrice > 25,
          costlyEur: ({ kind }: Any) => kind.averagePrice > 25,
          carrier: (_: unknown, { express }: Any) => (express ? 'courier' : 'post'),
        },
      },
    },
  },
  [
    [
      'the field is fetched with the arguments that the directive names',
      '{ products { id name postage } }',
      {
        products: [
          { id: 'p1', name: 'Tube', postage: 100 },
          { id: 'p2', name: 'Rack', postage: 600 },
        ],
      },
      { asked: ['store', 'shipping'] },
    ],
    ['so it is below an object', '{ products { costly } }', { products: [{ costly: false }, { costly: true }] }],
    [
      'two fields that need the same field with different arguments each get their own',
      '{ products { name postage postageEur costly } }',
      {
        products: [
          { name: 'Tube', postage: 100, postageEur: 200, costly: false },
          { name: 'Rack', postage: 600, postageEur: 1200, costly: true },
        ],
      },
      { gatewayDiffers: 'its planner fetches the field once, with one of the arguments' },
    ],
    [
      'so do three, one of them with the default',
      '{ products { postage postageEur postageByDefault } }',
      {
        products: [
          { postage: 100, postageEur: 200, postageByDefault: 100 },
          { postage: 600, postageEur: 1200, postageByDefault: 600 },
        ],
      },
      { gatewayDiffers: 'its planner fetches the field once, with one of the arguments' },
    ],
    [
      'so do two below an object',
      '{ products { costly costlyEur } }',
      {
        products: [
          { costly: false, costlyEur: true },
          { costly: true, costlyEur: true },
        ],
      },
      { gatewayDiffers: 'its planner fetches the field once, with one of the arguments' },
    ],
    [
      'the client may ask for the same field with arguments of its own',
      '{ products { price(currency: "EUR") postage } }',
      {
        products: [
          { price: 20, postage: 100 },
          { price: 40, postage: 600 },
        ],
      },
      { gatewayDiffers: 'its planner takes the field of the client for the one that is required' },
    ],
    [
      'the client may do so with a variable, in two fragments',
      `query ($currency: String! = "EUR") { products { ...A ...B postage } }
       fragment A on Product { price(currency: $currency) } fragment B on Product { price(currency: $currency) name }`,
      {
        products: [
          { price: 20, name: 'Tube', postage: 100 },
          { price: 40, name: 'Rack', postage: 600 },
        ],
      },
      { gatewayDiffers: 'its planner takes the field of the client for the one that is required' },
    ],
    [
      'the client may give another field the name of the one that is required',
      '{ products { price: name weight: id postage } }',
      {
        products: [
          { price: 'Tube', weight: 'p1', postage: 100 },
          { price: 'Rack', weight: 'p2', postage: 600 },
        ],
      },
      { gatewayDiffers: 'its planner takes the field of the client for the one that is required' },
    ],
    [
      'variables go only to the fetch that uses them when a fetch is split',
      'query ($express: Boolean) { products { postage postageEur carrier(express: $express) } }',
      {
        products: [
          { postage: 100, postageEur: 200, carrier: 'courier' },
          { postage: 600, postageEur: 1200, carrier: 'courier' },
        ],
      },
      {
        variables: { express: true },
        gatewayDiffers: 'its planner fetches the required field once, with one of the arguments',
      },
    ],
    [
      'the same holds when both are wanted through a named fragment',
      'query { products { ...Both } } fragment Both on Product { name postage postageEur carrier }',
      {
        products: [
          { name: 'Tube', postage: 100, postageEur: 200, carrier: 'post' },
          { name: 'Rack', postage: 600, postageEur: 1200, carrier: 'post' },
        ],
      },
      { gatewayDiffers: 'its planner fetches the required field once, with one of the arguments' },
    ],
  ],
);

const REPORTS = [
  { id: 'r1', remarks: ['m1', 'm2', 'm3'] },
  { id: 'r2', remarks: ['m4', 'm5', 'm6'] },
];
const REMARKS = [
  { id: 'm1', writer: 'w1', text: 'fine' },
  { id: 'm2', writer: 'w1', text: 'late' },
  { id: 'm3', writer: 'w2', text: 'again' },
  { id: 'm4', writer: 'w1', text: 'fine' },
  { id: 'm5', writer: 'w2', text: 'odd' },
  { id: 'm6', writer: 'w1', text: 'new' },
];
const remarksOf = (report: Any, limit: number) =>
  (REPORTS.find(({ id }) => id === report.id)?.remarks ?? []).slice(0, limit).map((id) => ({ id }));

describeFederation(
  '@requires of a list with arguments, through three hops',
  {
    feed: {
      sdl: `
        type Query { reports: [Report] }
        type Report @key(fields: "id") { id: ID! remarks(limit: Int!): [Remark] @external }
        type Remark @key(fields: "id") {
          id: ID! writer: ID text: String! sameElsewhere: [Report] @external
          repeated: Boolean @requires(fields: "sameElsewhere { remarks(limit: 50) { id } }")
        }
      `,
      resolvers: {
        Query: { reports: () => REPORTS.map(({ id }) => ({ id })) },
        Remark: {
          __resolveReference: byKey(REMARKS, 'id'),
          repeated: ({ sameElsewhere }: Any) =>
            sameElsewhere.length > 0 && sameElsewhere.every((report: Any) => report.remarks.length === 3),
        },
      },
    },
    people: {
      sdl: `
        type Report @key(fields: "id") {
          id: ID! remarks(limit: Int!): [Remark] lastWriter: Writer @requires(fields: "remarks(limit: 3) { writer }")
        }
        type Remark @key(fields: "id") { id: ID! writer: ID @external sameElsewhere: [Report] }
        type Writer { id: ID! remarks: Int }
      `,
      resolvers: {
        Report: {
          __resolveReference: (reference: Any) => reference,
          remarks: (report: Any, { limit }: Any) => remarksOf(report, limit),
          lastWriter: ({ remarks }: Any) => ({ id: remarks.at(-1).writer, remarks: remarks.length }),
        },
        Remark: {
          sameElsewhere: ({ id }: Any) => {
            const { text } = REMARKS.find((each) => each.id === id) as Any;
            const others = REMARKS.filter((each) => each.text === text && each.id !== id);
            return REPORTS.filter(({ remarks }) => others.some((each) => remarks.includes(each.id)));
          },
        },
      },
    },
  },
  [
    [
      'a list is fetched with the arguments of the directive and completed where its elements live',
      '{ reports { lastWriter { id remarks } } }',
      {
        reports: [{ lastWriter: { id: 'w2', remarks: 3 } }, { lastWriter: { id: 'w1', remarks: 3 } }],
      },
      { gatewayDiffers: 'its planner asks the list of a subgraph where it is @external' },
    ],
    [
      'beside the same list as the client wants it',
      '{ reports { lastWriter { id remarks } remarks(limit: 1) { id } } }',
      {
        reports: [
          { lastWriter: { id: 'w2', remarks: 3 }, remarks: [{ id: 'm1' }] },
          { lastWriter: { id: 'w1', remarks: 3 }, remarks: [{ id: 'm4' }] },
        ],
      },
      { gatewayDiffers: 'its planner takes the list of the client for the one that is required' },
    ],
    [
      'the arguments may stand deep in what is required',
      '{ reports { remarks(limit: 3) { id repeated } } }',
      {
        reports: [
          {
            remarks: [
              { id: 'm1', repeated: true },
              { id: 'm2', repeated: false },
              { id: 'm3', repeated: false },
            ],
          },
          {
            remarks: [
              { id: 'm4', repeated: true },
              { id: 'm5', repeated: false },
              { id: 'm6', repeated: false },
            ],
          },
        ],
      },
    ],
    [
      'the limit may come from a variable with a default, under an alias and without',
      'query ($limit: Int = 2) { reports { few: remarks(limit: 1) { id } remarks(limit: $limit) { text } lastWriter { id } } }',
      {
        reports: [
          { few: [{ id: 'm1' }], remarks: [{ text: 'fine' }, { text: 'late' }], lastWriter: { id: 'w2' } },
          { few: [{ id: 'm4' }], remarks: [{ text: 'fine' }, { text: 'odd' }], lastWriter: { id: 'w1' } },
        ],
      },
      { gatewayDiffers: 'its planner takes the list of the client for the one that is required' },
    ],
  ],
);

const NOTES = [
  { id: 'p1', author: { id: 'a1', years: 5 } },
  { id: 'p2', author: { id: 'a2', years: 15 } },
];

describeFederation(
  '@requires in a circle of two subgraphs',
  {
    feed: {
      sdl: `
        type Query { feed: [Note] }
        type Note @key(fields: "id") { id: ID! byNovice: Boolean! @external byExpert: Boolean! @requires(fields: "byNovice") }
        type Author @key(fields: "id") { id: ID! name: String! years: Int! }
      `,
      resolvers: {
        Query: { feed: () => NOTES.map(({ id }) => ({ id })) },
        Note: { __resolveReference: (reference: Any) => reference, byExpert: ({ byNovice }: Any) => !byNovice },
        Author: {
          __resolveReference: ({ id }: Any) => NOTES.map(({ author }) => author).find((each) => each.id === id),
        },
      },
    },
    authors: {
      sdl: `
        type Note @key(fields: "id") { id: ID! author: Author! byNovice: Boolean! @requires(fields: "author { years }") }
        type Author @key(fields: "id") { id: ID! years: Int! @external }
      `,
      resolvers: {
        Note: {
          __resolveReference: (reference: Any) => reference,
          author: ({ id }: Any) => ({ id: NOTES.find((each) => each.id === id)?.author.id }),
          byNovice: ({ author }: Any) => author.years < 10,
        },
      },
    },
  },
  [
    ['is walked to its end', '{ feed { byNovice } }', { feed: [{ byNovice: true }, { byNovice: false }] }],
    ['and round again', '{ feed { byExpert } }', { feed: [{ byExpert: false }, { byExpert: true }] }],
    [
      'both ways at once',
      '{ feed { id byExpert byNovice author { years } } }',
      {
        feed: [
          { id: 'p1', byExpert: false, byNovice: true, author: { years: 5 } },
          { id: 'p2', byExpert: true, byNovice: false, author: { years: 15 } },
        ],
      },
    ],
  ],
);

describeFederation(
  '@requires of what has a @requires itself',
  {
    a: {
      sdl: 'type Query { product: Product } type Product @key(fields: "id") { id: ID! price: Float! }',
      resolvers: {
        Query: { product: () => ({ id: 'p1', price: 10 }) },
        Product: { __resolveReference: ({ id }: Any) => ({ id, price: 10 }) },
      },
    },
    b: {
      sdl: 'type Product @key(fields: "id") { id: ID! hasDiscount: Boolean! }',
      resolvers: { Product: { hasDiscount: () => true } },
    },
    c: {
      sdl: `
        type Product @key(fields: "id") {
          id: ID! price: Float! @external hasDiscount: Boolean! @external
          expensive: Boolean! @requires(fields: "price hasDiscount")
          expensiveWithDiscount: Boolean! @requires(fields: "hasDiscount")
        }
      `,
      resolvers: {
        Product: {
          __resolveReference: (reference: Any) => reference,
          expensive: ({ price, hasDiscount }: Any) => price > 5 && hasDiscount,
          expensiveWithDiscount: ({ hasDiscount }: Any) => hasDiscount,
        },
      },
    },
    d: {
      sdl: `
        type Product @key(fields: "id") {
          id: ID! expensive: Boolean! @external expensiveWithDiscount: Boolean! @external
          affordable: Boolean! @requires(fields: "expensive")
          affordableWithDiscount: Boolean! @requires(fields: "expensiveWithDiscount expensive")
        }
      `,
      resolvers: {
        Product: {
          __resolveReference: (reference: Any) => reference,
          affordable: ({ expensive }: Any) => !expensive,
          affordableWithDiscount: ({ expensive, expensiveWithDiscount }: Any) => !expensive && !expensiveWithDiscount,
        },
      },
    },
  },
  [
    ['is met one after the other', '{ product { affordable } }', { product: { affordable: false } }],
    [
      'with two needs of which one needs more',
      '{ product { affordableWithDiscount } }',
      { product: { affordableWithDiscount: false } },
    ],
    [
      'with every step selected',
      '{ product { price hasDiscount expensive affordable } }',
      { product: { price: 10, hasDiscount: true, expensive: true, affordable: false } },
    ],
    [
      'the same under two aliases is met once',
      '{ product { x: affordable y: affordable expensiveWithDiscount } }',
      { product: { x: false, y: false, expensiveWithDiscount: true } },
    ],
    [
      'only as far as it is needed',
      '{ product { expensiveWithDiscount } }',
      { product: { expensiveWithDiscount: true } },
      { asked: ['a', 'b', 'c'] },
    ],
    [
      'under aliases that are the names of what is required',
      '{ product { price: id expensive: hasDiscount affordable } }',
      { product: { price: 'p1', expensive: true, affordable: false } },
      { gatewayDiffers: 'its planner takes the alias of the client for the required field' },
    ],
  ],
);

const ADDRESSES = [
  { __typename: 'HomeAddress', id: 'h1', city: 'Delft' },
  { __typename: 'WorkAddress', id: 'w1', city: 'Leiden' },
];
const STAFF = [
  { id: 'u1', name: 'Ada', address: 'h1' },
  { id: 'u2', name: 'Bob', address: 'w1' },
];

describeFederation(
  '@requires of fields of an interface',
  {
    addresses: {
      sdl: `
        type Query { b: Member }
        type Member @key(fields: "id") { id: ID! address: Address @external city: String @requires(fields: "address { id }") country: String @requires(fields: "address { ... on WorkAddress { id } }") }
        interface Address { id: ID! }
        type HomeAddress implements Address @key(fields: "id") { id: ID! city: String }
        type WorkAddress implements Address @key(fields: "id") { id: ID! city: String }
      `,
      resolvers: {
        Query: { b: () => ({ id: 'u1' }) },
        Member: {
          __resolveReference: (reference: Any) => reference,
          city: ({ address }: Any) => ADDRESSES.find(({ id }) => id === address.id)?.city,
          country: ({ address }: Any) => (address.id === undefined ? 'unknown' : `NL for ${address.id}`),
        },
        HomeAddress: { __resolveReference: byKey(ADDRESSES, 'id') },
        WorkAddress: { __resolveReference: byKey(ADDRESSES, 'id') },
      },
    },
    staff: {
      sdl: `
        type Query { a: Member staff: [Member] }
        type Member @key(fields: "id") { id: ID! name: String address: Address }
        interface Address { id: ID! }
        type HomeAddress implements Address @key(fields: "id") { id: ID! }
        type WorkAddress implements Address @key(fields: "id") { id: ID! }
      `,
      resolvers: {
        Query: { a: () => STAFF[0], staff: () => STAFF },
        Member: {
          __resolveReference: ({ id }: Any) => STAFF.find((each) => each.id === id),
          address: ({ address }: Any) => ADDRESSES.find(({ id }) => id === address),
        },
      },
    },
  },
  [
    ['is met from the types', '{ a { city } }', { a: { city: 'Delft' } }],
    ['from the subgraph that needs it', '{ b { city name } }', { b: { city: 'Delft', name: 'Ada' } }],
    [
      'in a list of several types',
      '{ staff { name city } }',
      {
        staff: [
          { name: 'Ada', city: 'Delft' },
          { name: 'Bob', city: 'Leiden' },
        ],
      },
    ],
    [
      'a fragment of it counts for its type only',
      '{ staff { country } }',
      { staff: [{ country: 'unknown' }, { country: 'NL for w1' }] },
    ],
    [
      'beside what the client wants of the interface',
      '{ staff { city address { __typename ... on HomeAddress { city } } } }',
      {
        staff: [
          { city: 'Delft', address: { __typename: 'HomeAddress', city: 'Delft' } },
          { city: 'Leiden', address: { __typename: 'WorkAddress' } },
        ],
      },
    ],
  ],
);

const ENTITIES = [
  { id: 'e1', data: { __typename: 'Bar', foo: 'foo', bar: 'bar' } },
  { id: 'e2', data: { __typename: 'Baz', foo: 'foo2', baz: 'baz' } },
];

describeFederation(
  '@requires with fragments',
  {
    a: {
      sdl: `
        type Query { a: Entity entities: [Entity!]! }
        type Entity @key(fields: "id") { id: ID! data: Foo @shareable }
        interface Foo { foo: String! }
        type Bar implements Foo { foo: String! @shareable bar: String! @shareable }
        type Baz implements Foo { foo: String! @shareable baz: String! @shareable }
      `,
      resolvers: {
        Query: { a: () => ENTITIES[0], entities: () => ENTITIES },
        Entity: { __resolveReference: byKey(ENTITIES, 'id') },
      },
    },
    b: {
      sdl: `
        type Query { b: Entity bb: Entity }
        type Entity @key(fields: "id") {
          id: ID! data: Foo @external
          requirer: String! @requires(fields: "data { foo ... on Bar { bar } ... on Baz { baz } }")
          nested: String! @requires(fields: "data { ... on Foo { foo ... on Bar { bar } } }")
        }
        interface Foo { foo: String! }
        type Bar implements Foo { foo: String! @external bar: String! @external }
        type Baz implements Foo { foo: String! @external baz: String! @external }
      `,
      resolvers: {
        Query: { b: () => ({ id: 'e1' }), bb: () => ({ id: 'e2' }) },
        Entity: {
          __resolveReference: (reference: Any) => reference,
          requirer: ({ data }: Any) => `${data.foo}_${data.bar ?? data.baz}`,
          nested: ({ data }: Any) =>
            Object.keys(data)
              .filter((key) => key !== '__typename')
              .sort()
              .join(),
        },
        Foo: { __resolveType: (data: Any) => data.__typename ?? ('bar' in data ? 'Bar' : 'Baz') },
      },
    },
  },
  [
    [
      'each type sends its own',
      '{ entities { id requirer } }',
      {
        entities: [
          { id: 'e1', requirer: 'foo_bar' },
          { id: 'e2', requirer: 'foo2_baz' },
        ],
      },
    ],
    [
      'from the subgraph that needs them',
      '{ b { id requirer } bb { requirer } }',
      { b: { id: 'e1', requirer: 'foo_bar' }, bb: { requirer: 'foo2_baz' } },
    ],
    ['fragments within fragments', '{ entities { nested } }', { entities: [{ nested: 'bar,foo' }, { nested: 'foo' }] }],
    ['both at once', '{ a { requirer nested } }', { a: { requirer: 'foo_bar', nested: 'bar,foo' } }],
    [
      'beside what the client wants of the types',
      '{ bb { data { __typename ... on Baz { baz } } requirer } }',
      { bb: { data: { __typename: 'Baz', baz: 'baz' }, requirer: 'foo2_baz' } },
    ],
    [
      'under an alias of the client within',
      '{ b { data { foo: __typename ... on Bar { baz: bar } } requirer } }',
      { b: { data: { foo: 'Bar', baz: 'bar' }, requirer: 'foo_bar' } },
    ],
  ],
);

describeFederation(
  '@requires of a list of entities',
  {
    plates: {
      sdl: 'type Query { plate: Plate } type Plate @key(fields: "id") { id: ID! wells: [Well!]! } type Well @key(fields: "id") { id: ID! volume: Float }',
      resolvers: {
        Query: {
          plate: () => ({
            id: 'p',
            wells: [
              { id: 'A1', volume: 1.5 },
              { id: 'A2', volume: null },
              { id: 'A3', volume: 2 },
            ],
          }),
        },
      },
    },
    sums: {
      sdl: `
        type Plate @key(fields: "id") { id: ID! wells: [Well!]! @external total: Float @requires(fields: "wells { volume state }") }
        type Well @key(fields: "id") { id: ID! volume: Float @external state: String @external }
      `,
      resolvers: {
        Plate: {
          __resolveReference: (reference: Any) => reference,
          total: ({ wells }: Any) =>
            wells
              .filter((well: Any) => well?.state === 'filled')
              .reduce((sum: number, { volume }: Any) => sum + (volume ?? 0), 0),
        },
      },
    },
    states: {
      sdl: 'type Well @key(fields: "id") { id: ID! state: String }',
      resolvers: { Well: { __resolveReference: ({ id }: Any) => (id === 'A2' ? null : { id, state: 'filled' }) } },
    },
  },
  [
    [
      'has every element completed, and null for an element that is not found',
      '{ plate { total wells { id state } } }',
      {
        plate: {
          total: 3.5,
          wells: [
            { id: 'A1', state: 'filled' },
            { id: 'A2', state: null },
            { id: 'A3', state: 'filled' },
          ],
        },
      },
    ],
  ],
);

describeFederation(
  '@requires of what is not there',
  {
    stock: {
      sdl: 'type Query { items: [Item!]! } type Item @key(fields: "id") { id: ID! }',
      resolvers: { Query: { items: () => [{ id: '1' }, { id: '2' }] } },
    },
    sizes: {
      sdl: 'type Item @key(fields: "id") { id: ID! size: Int! mass: Int! kind: Kind! } type Kind { code: Int }',
      resolvers: {
        Item: {
          __resolveReference: (reference: Any) => reference,
          size: () => 3,
          mass: async ({ id }: Any) => (id === '2' ? Promise.reject(new Error('no mass')) : 4),
          kind: () => ({ code: 5 }),
        },
      },
    },
    labels: {
      sdl: `
        type Item @key(fields: "id") {
          id: ID! size: Int! @external mass: Int! @external kind: Kind! @external
          bySize: String @requires(fields: "size") byMass: String @requires(fields: "mass") byKind: String @requires(fields: "kind { code }")
          plain: String
        }
        type Kind @external { code: Int }
      `,
      resolvers: {
        Item: {
          __resolveReference: (reference: Any) => reference,
          bySize: ({ size }: Any) => `s${size}`,
          byMass: ({ mass }: Any) => `m${mass}`,
          byKind: ({ kind }: Any) => `k${kind.code}`,
          plain: () => 'p',
        },
      },
    },
  },
  [
    [
      'because it is skipped leaves the other fields of the subgraph',
      'query ($no: Boolean = false) { items { byKind @include(if: $no) bySize plain } }',
      {
        items: [
          { bySize: 's3', plain: 'p' },
          { bySize: 's3', plain: 'p' },
        ],
      },
      { gatewayDiffers: 'it asks the subgraph for nothing of such an object' },
    ],
    [
      'because it failed leaves the other fields of the subgraph, of other objects too',
      '{ items { byMass plain } }',
      {
        items: [
          { byMass: 'm4', plain: 'p' },
          { byMass: null, plain: 'p' },
        ],
      },
      {
        errors: ['items.1.mass DOWNSTREAM_SERVICE_ERROR'],
      },
    ],
    [
      'costs no fetch where all is there',
      '{ items { bySize byKind } }',
      {
        items: [
          { bySize: 's3', byKind: 'k5' },
          { bySize: 's3', byKind: 'k5' },
        ],
      },
      { asked: ['stock', 'sizes', 'labels'] },
    ],
  ],
);

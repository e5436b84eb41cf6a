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

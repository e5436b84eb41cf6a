import { byKey, describeFederation } from '../fixture/supergraph.ts';

// biome-ignore lint/suspicious/noExplicitAny: resolvers of a test fixture
type Any = any;

const ORDERS = [
  { id: 'o1', currency: 'EUR', lines: [{ id: 'l1' }, { id: 'l2' }], lab: { id: 'a', zone: 'Z1' } },
  { id: 'o2', currency: 'USD', lines: [{ id: 'l1' }], lab: { id: 'b', zone: 'Z2' } },
];

describeFederation(
  '@context and @fromContext',
  {
    orders: {
      sdl: `
        type Query { orders: [Order!]! order(id: ID!): Order }
        type Order @key(fields: "id") @context(name: "order") { id: ID! currency: String! lines: [Line!]! lab: Lab }
        type Lab @key(fields: "id") { id: ID! zone: String }
        type Line @key(fields: "id") {
          id: ID!
          price(currency: String @fromContext(field: "$order { currency }"), digits: Int = 2): String
          zone(zone: String @fromContext(field: "$order { lab { zone } }")): String
        }
      `,
      resolvers: {
        Query: { orders: () => ORDERS, order: (_: unknown, { id }: Any) => ORDERS.find((each) => each.id === id) },
        Order: { __resolveReference: byKey(ORDERS, 'id') },
        Line: {
          __resolveReference: (reference: Any) => reference,
          price: ({ id }: Any, { currency, digits }: Any) => `${id} ${currency} ${digits}`,
          zone: ({ id }: Any, { zone }: Any) => `${id} in ${zone}`,
        },
      },
    },
    notes: {
      sdl: 'type Line @key(fields: "id") { id: ID! note: String } type Query { lines: [Order] } type Order @key(fields: "id") { id: ID! }',
      resolvers: { Query: { lines: () => [{ id: 'o2' }] }, Line: { note: ({ id }: Any) => `note ${id}` } },
    },
  },
  [
    [
      'the argument comes from the object above, one value for each',
      '{ orders { lines { price } } }',
      { orders: [{ lines: [{ price: 'l1 EUR 2' }, { price: 'l2 EUR 2' }] }, { lines: [{ price: 'l1 USD 2' }] }] },
    ],
    [
      'beside arguments of the client',
      'query ($d: Int) { order(id: "o2") { lines { price(digits: $d) note } } }',
      { order: { lines: [{ price: 'l1 USD 4', note: 'note l1' }] } },
      { variables: { d: 4 } },
    ],
    [
      'from a field of an object',
      '{ order(id: "o1") { lines { zone } } }',
      { order: { lines: [{ zone: 'l1 in Z1' }, { zone: 'l2 in Z1' }] } },
    ],
    [
      'when the object above is an entity from elsewhere',
      '{ lines { lines { price zone } } }',
      { lines: [{ lines: [{ price: 'l1 USD 2', zone: 'l1 in Z2' }] }] },
    ],
    ['what is not above is not looked for', '{ order(id: "none") { lines { price } } }', { order: null }],
    [
      'the argument is none of the client’s',
      '{ order(id: "o1") { lines { price(currency: "GBP") } } }',
      null,
      { errors: ['BAD_INPUT'], asked: [] },
    ],
  ],
  { gatewayRefuses: 'a supergraph with @context' },
);

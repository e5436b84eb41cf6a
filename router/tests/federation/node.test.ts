import { describeFederation } from '../fixture/supergraph.ts';

// biome-ignore lint/suspicious/noExplicitAny: resolvers of a test fixture
type Any = any;

const PRODUCT = { __typename: 'Product', id: 'p-1', name: 'Tube', price: 1 };

describeFederation(
  'an interface Node that the entities implement',
  {
    types: {
      sdl: `
        interface Node { id: ID! }
        type Product implements Node @key(fields: "id") { id: ID! name: String! price: Float! }
        type Category implements Node @key(fields: "id") { id: ID! name: String! }
      `,
      resolvers: {
        Product: { __resolveReference: ({ id }: Any) => (id === 'p-1' ? PRODUCT : null) },
        Category: { __resolveReference: ({ id }: Any) => ({ id, name: `Category ${id}` }) },
      },
    },
    node: {
      sdl: `
        interface Node { id: ID! }
        type Product implements Node @key(fields: "id") { id: ID! }
        type Category implements Node @key(fields: "id") { id: ID! }
        type Query { node(id: ID!): Node nodes(ids: [ID!]!): [Node]! productNode: Node }
      `,
      resolvers: {
        Query: {
          node: (_: unknown, { id }: Any) => ({ id }),
          nodes: (_: unknown, { ids }: Any) => ids.map((id: string) => (id === 'x' ? null : { id })),
          productNode: () => ({ id: 'p-1' }),
        },
        Node: { __resolveType: ({ id }: Any) => (id.startsWith('p-') ? 'Product' : 'Category') },
      },
    },
  },
  [
    [
      'leads to the fields of the type',
      '{ productNode { ... on Product { id name price } } }',
      { productNode: { id: 'p-1', name: 'Tube', price: 1 } },
    ],
    [
      'in a list of several types with a null between',
      '{ nodes(ids: ["p-1", "x", "c-1"]) { __typename id ... on Product { price } ... on Category { name } } }',
      {
        nodes: [
          { __typename: 'Product', id: 'p-1', price: 1 },
          null,
          { __typename: 'Category', id: 'c-1', name: 'Category c-1' },
        ],
      },
    ],
    [
      'by a variable',
      'query ($id: ID!) { node(id: $id) { id ... on Category { name } } }',
      { node: { id: 'c-2', name: 'Category c-2' } },
      { variables: { id: 'c-2' } },
    ],
    ['of a type that is not looked at', '{ node(id: "c-1") { ... on Product { name } } }', { node: {} }],
    [
      'that another subgraph does not find: null where null may be',
      '{ node(id: "p-9") { id ... on Product { name } } }',
      { node: null },
      {
        errors: ['node.name INTERNAL'],
        gatewayDiffers: 'it tells such a null in extensions, not in errors',
      },
    ],
  ],
);

const account = { __typename: 'Account', id: 'a1', username: 'ada' };
const chat = { __typename: 'Chat', id: 'c1', text: 'hello' };

describeFederation(
  'a shared interface Node whose types have their keys @external in turn',
  {
    a: {
      sdl: `
        type Query { node(id: ID!): Node @shareable account(id: String!): Account }
        interface Node { id: ID! }
        type Account implements Node @key(fields: "id") { id: ID! username: String! }
        type Chat implements Node @key(fields: "id") { id: ID! @external account: Account! }
      `,
      resolvers: {
        Query: {
          node: (_: unknown, { id }: Any) => (id === 'a1' ? account : { __typename: 'Chat', id: 'never' }),
          account: () => account,
        },
        Account: { __resolveReference: () => account },
        Chat: { __resolveReference: (reference: Any) => reference, account: () => account },
      },
    },
    b: {
      sdl: `
        type Query { node(id: ID!): Node @shareable chat(id: String!): Chat }
        interface Node { id: ID! }
        type Account implements Node @key(fields: "id") { id: ID! @external chats: [Chat!]! }
        type Chat implements Node @key(fields: "id") { id: ID! text: String! }
      `,
      resolvers: {
        Query: {
          node: (_: unknown, { id }: Any) => (id === 'c1' ? chat : { __typename: 'Account', id: 'never' }),
          chat: () => chat,
        },
        Account: { __resolveReference: (reference: Any) => reference, chats: () => [chat] },
        Chat: { __resolveReference: () => chat },
      },
    },
  },
  [
    [
      'an operation with a field that no subgraph can give for all types is refused',
      '{ node(id: "a1") { id } }',
      null,
      { errors: ['BAD_INPUT'], asked: [] },
    ],
    [
      'the types are known',
      '{ account: node(id: "a1") { __typename } chat: node(id: "c1") { __typename } }',
      { account: { __typename: 'Account' }, chat: { __typename: 'Chat' } },
    ],
    [
      'fragments are asked where the type has its key',
      '{ account: node(id: "a1") { ... on Account { id username } } chat: node(id: "c1") { ... on Chat { id text } } }',
      {
        account: { id: 'a1', username: 'ada' },
        chat: { id: 'c1', text: 'hello' },
      },
    ],
    [
      'a fragment on the other type leaves an empty object',
      '{ account: node(id: "a1") { ... on Chat { id } } chat: node(id: "c1") { ... on Account { id } } }',
      { account: {}, chat: {} },
    ],
    [
      'beside the name of the type',
      '{ account: node(id: "a1") { __typename ... on Chat { id } } chat: node(id: "c1") { __typename ... on Account { id } } }',
      {
        account: { __typename: 'Account' },
        chat: { __typename: 'Chat' },
      },
    ],
    [
      'whatever else it asks',
      '{ account: node(id: "a1") { id ... on Chat { id } } chat: node(id: "c1") { __typename ... on Account { id } } }',
      null,
      { errors: ['BAD_INPUT'], asked: [] },
    ],
    [
      'each side alone has its own key',
      '{ chat(id: "c1") { id } account(id: "a1") { id } }',
      { chat: { id: 'c1' }, account: { id: 'a1' } },
    ],
    [
      'and leads to the other',
      '{ chat(id: "c1") { id text account { id username } } account(id: "a1") { username chats { id text } } }',
      {
        chat: { id: 'c1', text: 'hello', account: { id: 'a1', username: 'ada' } },
        account: { username: 'ada', chats: [{ id: 'c1', text: 'hello' }] },
      },
    ],
  ],
);

import { byKey, describeFederation, mustNotBeAsked } from '../fixture/supergraph.ts';

// biome-ignore lint/suspicious/noExplicitAny: resolvers of a test fixture
type Any = any;

const ENTRIES = [
  { id: 'e1', name: 'One', description: 'first', extra: 'x1' },
  { id: 'e2', name: 'Two', description: 'second', extra: 'x2' },
];

describeFederation(
  '@provides',
  {
    owner: {
      sdl: 'type Entry @key(fields: "id") { id: ID! name: String! @shareable description: String! @shareable extra: String! }',
      resolvers: {
        Entry: {
          __resolveReference: byKey(ENTRIES, 'id'),
          name: mustNotBeAsked('the provided name'),
          description: mustNotBeAsked('the provided description'),
        },
      },
    },
    search: {
      sdl: `
        type Query { entry: Entry @provides(fields: "name description") entries: [Entry!]! @provides(fields: "name description") }
        type Entry @key(fields: "id") { id: ID! name: String! @external description: String! @external }
      `,
      resolvers: {
        Query: { entry: () => ENTRIES[0], entries: () => ENTRIES },
        Entry: { description: mustNotBeAsked('a description that the client does not select') },
      },
    },
  },
  [
    ['the key alone brings nothing else', '{ entry { id } }', { entry: { id: 'e1' } }, { asked: ['search'] }],
    [
      'only what is selected is asked for',
      '{ entry { id name } }',
      { entry: { id: 'e1', name: 'One' } },
      { asked: ['search'] },
    ],
    ['under an alias', '{ entry { shown: name } }', { entry: { shown: 'One' } }, { asked: ['search'] }],
    ['in an inline fragment', '{ entry { ... on Entry { name } } }', { entry: { name: 'One' } }, { asked: ['search'] }],
    [
      'in a named fragment',
      'query { entry { ...N } } fragment N on Entry { name }',
      { entry: { name: 'One' } },
      { asked: ['search'] },
    ],
    [
      'beside a field of the owner',
      '{ entry { name extra } }',
      { entry: { name: 'One', extra: 'x1' } },
      { asked: ['search', 'owner'] },
    ],
    [
      'in a list',
      '{ entries { id name extra } }',
      { entries: ENTRIES.map(({ id, name, extra }) => ({ id, name, extra })) },
    ],
    [
      'not when it is skipped',
      '{ entry { id ... on Entry @skip(if: true) { description } } }',
      { entry: { id: 'e1' } },
    ],
    [
      'not when it is not included, by a variable',
      'query ($yes: Boolean = false) { entry { id description @include(if: $yes) ... @include(if: $yes) { description } } }',
      { entry: { id: 'e1' } },
    ],
    [
      'through fragments without a type',
      '{ entry { ... { name } ... { extra } } }',
      { entry: { name: 'One', extra: 'x1' } },
    ],
  ],
);

const SHELF = {
  id: 's1',
  groups: [
    {
      id: 'g1',
      name: 'Acids',
      parts: [
        { id: 'c1', name: 'HCl' },
        { id: 'c2', name: 'HNO3' },
      ],
    },
  ],
};

describeFederation(
  '@provides several levels deep',
  {
    groups: {
      sdl: 'type Group @key(fields: "id") { id: ID! name: String @shareable parts: [Group!]! @shareable size: Int }',
      resolvers: {
        Group: {
          __resolveReference: ({ id }: Any) => ({ id, size: 7 }),
          name: ({ id }: Any) => SHELF.groups[0]?.parts.find((part) => part.id === id)?.name,
          parts: () => SHELF.groups[0]?.parts.map(({ id }) => ({ id, size: 7 })),
        },
      },
    },
    shelves: {
      sdl: `
        type Query { shelf: Shelf @provides(fields: "groups { id name parts { id name } }") plain: Shelf }
        type Shelf @key(fields: "id") { id: ID! groups: [Group!]! @external }
        type Group @key(fields: "id") { id: ID! name: String @external parts: [Group!]! @external }
      `,
      resolvers: { Query: { shelf: () => SHELF, plain: () => ({ id: 's1' }) } },
    },
    members: {
      sdl: 'type Shelf @key(fields: "id") { id: ID! groups: [Group!]! @shareable } type Group @key(fields: "id") { id: ID! }',
      resolvers: { Shelf: { groups: () => [{ id: 'g1' }] } },
    },
  },
  [
    [
      'the whole tree comes from where it is provided',
      '{ shelf { id groups { id name parts { id name } } } }',
      { shelf: SHELF },
      { asked: ['shelves'] },
    ],
    [
      'below it other subgraphs add what is theirs',
      '{ shelf { groups { size parts { name size } } } }',
      {
        shelf: {
          groups: [
            {
              size: 7,
              parts: [
                { name: 'HCl', size: 7 },
                { name: 'HNO3', size: 7 },
              ],
            },
          ],
        },
      },
    ],
    [
      'another path to the same type provides nothing',
      '{ plain { groups { id size } } }',
      { plain: { groups: [{ id: 'g1', size: 7 }] } },
      { asked: ['shelves', 'members', 'groups'] },
    ],
  ],
);

const MEDIA = { __typename: 'Film', id: 'm1', director: { id: 'd1', name: 'Ada' }, reviews: [{ id: 'r1', score: 4 }] };

describeFederation(
  '@provides on an interface and on a union',
  {
    titles: {
      sdl: `
        type Query { media: Media @shareable found: [Found] @shareable }
        interface Media { id: ID! director: Director }
        type Film implements Media @key(fields: "id") { id: ID! director: Director @shareable title: String! }
        type Director @key(fields: "id") { id: ID! name: String @shareable }
        union Found = Film
      `,
      resolvers: {
        Query: { media: () => MEDIA, found: () => [{ ...MEDIA }] },
        Film: {
          __resolveReference: ({ id }: Any) => ({ id }),
          title: () => 'Title',
          director: () => ({ id: 'd1', name: 'Ada' }),
        },
      },
    },
    credits: {
      sdl: `
        type Query { media: Media @shareable @provides(fields: "director { name }") found: [Found] @shareable @provides(fields: "... on Film { director { id name } }") }
        interface Media { id: ID! director: Director }
        type Film implements Media @key(fields: "id") { id: ID! director: Director @external reviews: [Review] }
        type Director @key(fields: "id") { id: ID! name: String @external }
        type Review { id: ID! score: Int }
        union Found = Film
      `,
      resolvers: {
        Query: { media: () => MEDIA, found: () => [MEDIA] },
        Film: { __resolveReference: ({ id }: Any) => ({ id }), reviews: () => MEDIA.reviews },
      },
    },
  },
  [
    [
      'a provided field of the interface',
      '{ media { id director { name } } }',
      { media: { id: 'm1', director: { name: 'Ada' } } },
    ],
    [
      'beside fields of the type in either subgraph',
      '{ media { director { name } ... on Film { title reviews { score } } } }',
      { media: { director: { name: 'Ada' }, title: 'Title', reviews: [{ score: 4 }] } },
    ],
    [
      'a field that only one member of the union has provided',
      '{ found { ... on Film { id director { id name } } } }',
      { found: [{ id: 'm1', director: { id: 'd1', name: 'Ada' } }] },
    ],
    [
      'beside fields of the member in either subgraph',
      '{ found { __typename ... on Film { title director { name } reviews { id } } } }',
      { found: [{ __typename: 'Film', title: 'Title', director: { name: 'Ada' }, reviews: [{ id: 'r1' }] }] },
    ],
  ],
);

const GOODS = [
  { id: 'p1', price: 10, weight: 1, name: 'Flask', inStock: true },
  { id: 'p2', price: 20, weight: 3, name: 'Lamp', inStock: false },
];
const goods = (id: unknown) => GOODS.find((each) => each.id === id);
const REVIEWS = [
  { id: 'r1', good: 'p1', author: 'u1', body: 'fine' },
  { id: 'r2', good: 'p2', author: 'u1', body: 'odd' },
];

describeFederation(
  '@provides and @requires together',
  {
    people: {
      sdl: 'type Query { me: Person } type Person @key(fields: "id") { id: ID! name: String nick: String @shareable }',
      resolvers: {
        Query: { me: () => ({ id: 'u1', name: 'Ada', nick: 'a' }) },
        Person: { __resolveReference: ({ id }: Any) => ({ id, name: 'Ada', nick: 'a' }) },
      },
    },
    stock: {
      sdl: `
        type Good @key(fields: "id") {
          id: ID! weight: Int @external price: Int @external inStock: Boolean
          postage: Int @requires(fields: "price weight") label: String @requires(fields: "weight")
        }
      `,
      resolvers: {
        Good: {
          __resolveReference: (reference: Any) => ({ ...reference, inStock: goods(reference.id)?.inStock }),
          postage: ({ price, weight }: Any) => (price > 15 ? 0 : weight * 10),
          label: ({ weight }: Any) => `${weight} kg`,
        },
      },
    },
    goods: {
      sdl: 'type Query { goods: [Good] } type Good @key(fields: "id") { id: ID! name: String price: Int weight: Int }',
      resolvers: { Query: { goods: () => GOODS }, Good: { __resolveReference: byKey(GOODS, 'id') } },
    },
    reviews: {
      sdl: `
        type Review @key(fields: "id") { id: ID! body: String author: Person @provides(fields: "nick") good: Good }
        type Person @key(fields: "id") { id: ID! nick: String @external reviews: [Review] }
        type Good @key(fields: "id") { id: ID! reviews: [Review] }
        type Query { reviews: [Review] }
      `,
      resolvers: {
        Query: { reviews: () => REVIEWS },
        Review: {
          author: ({ author }: Any) => ({ id: author, nick: 'from the review' }),
          good: ({ good }: Any) => ({ id: good }),
        },
        Person: { reviews: ({ id }: Any) => REVIEWS.filter(({ author }) => author === id) },
        Good: { reviews: ({ id }: Any) => REVIEWS.filter(({ good }) => good === id) },
      },
    },
  },
  [
    [
      'a required field is fetched for the subgraph that needs it',
      '{ goods { postage } }',
      { goods: [{ postage: 10 }, { postage: 0 }] },
    ],
    [
      'two fields that need the same are met by one fetch',
      '{ goods { postage label } }',
      {
        goods: [
          { postage: 10, label: '1 kg' },
          { postage: 0, label: '3 kg' },
        ],
      },
      { asked: ['goods', 'stock'] },
    ],
    [
      'with what is required selected too',
      '{ goods { weight postage price } }',
      {
        goods: [
          { weight: 1, postage: 10, price: 10 },
          { weight: 3, postage: 0, price: 20 },
        ],
      },
    ],
    [
      'from a subgraph that has only the key',
      '{ reviews { good { label inStock } } }',
      { reviews: [{ good: { label: '1 kg', inStock: true } }, { good: { label: '3 kg', inStock: false } }] },
    ],
    [
      'without need of what is required nothing of it is fetched',
      '{ reviews { good { inStock } } }',
      { reviews: [{ good: { inStock: true } }, { good: { inStock: false } }] },
      { asked: ['reviews', 'stock'] },
    ],
    [
      'a provided field on its path',
      '{ reviews { author { id nick } } }',
      {
        reviews: [{ author: { id: 'u1', nick: 'from the review' } }, { author: { id: 'u1', nick: 'from the review' } }],
      },
      { asked: ['reviews'] },
    ],
    [
      'a provided field beside one of the owner',
      '{ reviews { author { nick name } } }',
      {
        reviews: [
          { author: { nick: 'from the review', name: 'Ada' } },
          { author: { nick: 'from the review', name: 'Ada' } },
        ],
      },
    ],
    [
      'round through all of them',
      '{ me { nick reviews { body author { nick } good { name postage reviews { author { name } } } } } }',
      {
        me: {
          nick: 'a',
          reviews: [
            {
              body: 'fine',
              author: { nick: 'from the review' },
              good: { name: 'Flask', postage: 10, reviews: [{ author: { name: 'Ada' } }] },
            },
            {
              body: 'odd',
              author: { nick: 'from the review' },
              good: { name: 'Lamp', postage: 0, reviews: [{ author: { name: 'Ada' } }] },
            },
          ],
        },
      },
    ],
    [
      'under aliases',
      '{ goods { a: postage b: label c: weight } }',
      {
        goods: [
          { a: 10, b: '1 kg', c: 1 },
          { a: 0, b: '3 kg', c: 3 },
        ],
      },
    ],
    [
      'in fragments',
      'query { goods { ...P } } fragment P on Good { ... on Good { postage } ...N } fragment N on Good { name reviews { id } }',
      {
        goods: [
          { postage: 10, name: 'Flask', reviews: [{ id: 'r1' }] },
          { postage: 0, name: 'Lamp', reviews: [{ id: 'r2' }] },
        ],
      },
    ],
  ],
);

import { expect, test, vi } from 'vitest';
import { byKey, describeFederation, Federation, mustNotBeAsked, type Subgraph } from '../fixture/supergraph.ts';

// biome-ignore lint/suspicious/noExplicitAny: resolvers of a test fixture
type Any = any;

const FEED = [
  { id: '1', createdAt: 'in a' },
  { id: '2', createdAt: 'in a' },
];

describeFederation(
  '@override',
  {
    a: {
      sdl: 'type Query { feed: [Note] @shareable aFeed: [Note] } type Note @key(fields: "id") { id: ID! createdAt: String! }',
      resolvers: {
        Query: { feed: () => FEED, aFeed: () => FEED },
        Note: { __resolveReference: byKey(FEED, 'id'), createdAt: mustNotBeAsked('what b has overridden') },
      },
    },
    b: {
      sdl: 'type Query { feed: [Note] @shareable bFeed: [Note] } type Note @key(fields: "id") { id: ID! createdAt: String! @override(from: "a") }',
      resolvers: {
        Query: { feed: () => FEED.map(({ id }) => ({ id })), bFeed: () => FEED.map(({ id }) => ({ id })) },
        Note: { createdAt: () => 'in b' },
      },
    },
  },
  [
    [
      'the field is asked where it has moved to',
      '{ bFeed { id createdAt } }',
      { bFeed: FEED.map(({ id }) => ({ id, createdAt: 'in b' })) },
      { asked: ['b'] },
    ],
    [
      'also from where it was',
      '{ aFeed { id createdAt } }',
      { aFeed: FEED.map(({ id }) => ({ id, createdAt: 'in b' })) },
      { asked: ['a', 'b'] },
    ],
    [
      'a shared root is asked where all is',
      '{ feed { createdAt } }',
      { feed: FEED.map(() => ({ createdAt: 'in b' })) },
      { asked: ['b'] },
    ],
  ],
);

const POSTS = [
  { __typename: 'ImagePost', id: 'i1' },
  { __typename: 'TextPost', id: 't1', body: 'text' },
];

describeFederation(
  '@override in types of an interface',
  {
    a: {
      sdl: `
        interface Post { id: ID! createdAt: String! }
        type ImagePost implements Post @key(fields: "id") { id: ID! createdAt: String! }
        type Query { feed: [Post] }
      `,
      resolvers: {
        Query: { feed: () => [POSTS[0]] },
        ImagePost: { createdAt: mustNotBeAsked('what b has overridden') },
      },
    },
    b: {
      sdl: `
        interface AnyPost { id: ID! createdAt: String! }
        type ImagePost implements AnyPost @key(fields: "id") { id: ID! createdAt: String! @override(from: "a") }
        type TextPost implements AnyPost @key(fields: "id") { id: ID! createdAt: String! body: String! }
        type Query { anotherFeed: [AnyPost] }
      `,
      resolvers: {
        Query: { anotherFeed: () => POSTS },
        ImagePost: { createdAt: () => 'i in b' },
        TextPost: { createdAt: () => 't in b' },
      },
    },
  },
  [
    [
      'the overriding subgraph answers for the interface of the other',
      '{ feed { id createdAt } }',
      { feed: [{ id: 'i1', createdAt: 'i in b' }] },
    ],
    [
      'and within a fragment',
      '{ feed { ... on ImagePost { id createdAt } } }',
      { feed: [{ id: 'i1', createdAt: 'i in b' }] },
    ],
    [
      'its own interface needs nobody else',
      '{ anotherFeed { id createdAt ... on TextPost { body } } }',
      {
        anotherFeed: [
          { id: 'i1', createdAt: 'i in b' },
          { id: 't1', createdAt: 't in b', body: 'text' },
        ],
      },
      { asked: ['b'] },
    ],
    [
      'only the type is wanted',
      '{ feed { __typename id } anotherFeed { __typename } }',
      {
        feed: [{ __typename: 'ImagePost', id: 'i1' }],
        anotherFeed: [{ __typename: 'ImagePost' }, { __typename: 'TextPost' }],
      },
    ],
  ],
);

describeFederation(
  '@override with @requires',
  {
    a: {
      sdl: `
        type Query { user: User aUser: User }
        type User @key(fields: "id") { id: ID! name: String! aName: String! cName: String @external full: String @requires(fields: "cName") }
      `,
      resolvers: {
        Query: { user: () => ({ id: 'u1' }), aUser: () => ({ id: 'u1' }) },
        User: {
          __resolveReference: (reference: Any) => reference,
          name: mustNotBeAsked('what b has overridden'),
          aName: () => 'a name',
          full: ({ cName }: Any) => `full ${cName}`,
        },
      },
    },
    b: {
      sdl: `
        type Query { bUser: User }
        type User @key(fields: "id") { id: ID! name: String! @override(from: "a") aName: String! @external cName: String @override(from: "c") bName: String @requires(fields: "aName") }
      `,
      resolvers: {
        Query: { bUser: () => ({ id: 'u1' }) },
        User: {
          __resolveReference: (reference: Any) => reference,
          name: () => 'name in b',
          cName: () => 'c in b',
          bName: ({ aName }: Any) => `b of ${aName}`,
        },
      },
    },
    c: {
      sdl: 'type Query { cUser: User } type User @key(fields: "id") { id: ID! cName: String cOnly: Int }',
      resolvers: {
        Query: { cUser: () => ({ id: 'u1' }) },
        User: {
          __resolveReference: (reference: Any) => reference,
          cName: mustNotBeAsked('what b has overridden'),
          cOnly: () => 1,
        },
      },
    },
  },
  [
    ['a required field is asked where it has moved to', '{ aUser { full } }', { aUser: { full: 'full c in b' } }],
    [
      'an overriding subgraph has a @requires of its own',
      '{ aUser { name bName aName } }',
      { aUser: { name: 'name in b', bName: 'b of a name', aName: 'a name' } },
    ],
    [
      'from the overriding subgraph',
      '{ bUser { name bName full cName } }',
      { bUser: { name: 'name in b', bName: 'b of a name', full: 'full c in b', cName: 'c in b' } },
    ],
    [
      'from a third',
      '{ cUser { cName cOnly bName full } }',
      { cUser: { cName: 'c in b', cOnly: 1, bName: 'b of a name', full: 'full c in b' } },
    ],
  ],
);

describeFederation(
  '@override from a subgraph that is not there',
  {
    a: {
      sdl: 'type Query { feed: [Note] @shareable } type Note @key(fields: "id") { id: ID! createdAt: String! @override(from: "gone") }',
      resolvers: { Query: { feed: () => FEED }, Note: { __resolveReference: byKey(FEED, 'id') } },
    },
    b: {
      sdl: 'type Query { bFeed: [Note] } type Note @key(fields: "id") { id: ID! size: Int }',
      resolvers: { Query: { bFeed: () => FEED.map(({ id }) => ({ id })) }, Note: { size: () => 2 } },
    },
  },
  [
    [
      'leaves the field where it is',
      '{ feed { id createdAt size } }',
      { feed: FEED.map((note) => ({ ...note, size: 2 })) },
    ],
    ['for others as well', '{ bFeed { createdAt } }', { bFeed: FEED.map(({ createdAt }) => ({ createdAt })) }],
  ],
);

const MOVING: Record<string, Subgraph> = {
  a: {
    sdl: `
      type Query { notes: [Note] note: Note }
      type Note @key(fields: "id") { id: ID! all: String none: String half: String flagged: String stays: String }
    `,
    resolvers: {
      Query: { notes: () => FEED.map(({ id }) => ({ id })), note: () => ({ id: '1' }) },
      Note: {
        __resolveReference: (reference: Any) => reference,
        all: mustNotBeAsked('what has moved'),
        none: () => 'a',
        half: () => 'a',
        flagged: () => 'a',
        stays: () => 'a',
      },
    },
  },
  b: {
    sdl: `
      type Query { bNote: Note }
      type Note @key(fields: "id") {
        id: ID!
        all: String @override(from: "a", label: "percent(100)")
        none: String @override(from: "a", label: "percent(0)")
        half: String @override(from: "a", label: "percent(50)")
        flagged: String @override(from: "a", label: "our-flag")
        needed: String @requires(fields: "stays")
        stays: String @external
      }
    `,
    resolvers: {
      Query: { bNote: () => ({ id: '1' }) },
      Note: {
        __resolveReference: (reference: Any) => reference,
        all: () => 'b',
        none: mustNotBeAsked('what has not moved'),
        half: () => 'b',
        flagged: mustNotBeAsked('what has not moved'),
        needed: ({ stays }: Any) => `of ${stays}`,
      },
    },
  },
};

describeFederation('@override by and by', MOVING, [
  [
    'of all requests moves the field',
    '{ notes { id all } }',
    {
      notes: [
        { id: '1', all: 'b' },
        { id: '2', all: 'b' },
      ],
    },
    {
      asked: ['a', 'b'],
      gatewayDiffers: 'it moves no part of the requests',
    },
  ],
  [
    'from the other side as well',
    '{ bNote { all } }',
    { bNote: { all: 'b' } },
    { asked: ['b'], gatewayDiffers: 'it moves no part of the requests' },
  ],
  ['of no request leaves it', '{ note { none } }', { note: { none: 'a' } }, { asked: ['a'] }],
  [
    'a label that is no percentage leaves it',
    '{ bNote { flagged needed } }',
    { bNote: { flagged: 'a', needed: 'of a' } },
  ],
]);

test('@override of half of the requests answers from either subgraph, about as often', async () => {
  const federation = new Federation(MOVING);
  let seed = 7;
  const random = vi.spyOn(Math, 'random').mockImplementation(() => {
    seed = (seed * 16_807) % 2_147_483_647;
    return seed / 2_147_483_647;
  });
  try {
    const answers = [];
    for (let request = 0; request < 60; request++) {
      const { data, errors } = await federation.ask('{ note { id half } }');
      expect(errors).toEqual([]);
      answers.push((data as Any).note.half);
    }
    const moved = answers.filter((answer) => answer === 'b').length;
    expect(moved).toBeGreaterThan(15);
    expect(moved).toBeLessThan(45);
    expect(new Set(answers)).toEqual(new Set(['a', 'b']));
  } finally {
    random.mockRestore();
    await federation.close();
  }
});

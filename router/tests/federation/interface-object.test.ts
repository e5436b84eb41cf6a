import { byKey, describeFederation } from '../fixture/supergraph.ts';

// biome-ignore lint/suspicious/noExplicitAny: resolvers of a test fixture
type Any = any;

const PEOPLE = [
  { __typename: 'Analyst', id: 'p1', name: 'Ada', grade: 3, login: 'ada' },
  { __typename: 'Analyst', id: 'p2', name: 'Bob', grade: 5, login: 'bob' },
  { __typename: 'Auditor', id: 'p3', name: 'Cy', firm: 'Acme', login: 'cy' },
];
const person = (reference: Any) => PEOPLE.find(({ id }) => id === reference.id);
/** As a subgraph with @interfaceObject knows it: without the type. */
const untyped = PEOPLE.map(({ id, login }) => ({ id, login }));

describeFederation(
  '@interfaceObject',
  {
    people: {
      sdl: `
        interface Person @key(fields: "id") { id: ID! name: String! }
        type Analyst implements Person @key(fields: "id") { id: ID! name: String! grade: Int! active: Boolean! @shareable }
        type Auditor implements Person @key(fields: "id") { id: ID! name: String! firm: String! active: Boolean! @shareable }
        type Query { people: [Person!]! person(id: ID!): Person analysts: [Analyst!]! }
      `,
      resolvers: {
        Query: {
          people: () => PEOPLE,
          person: (_: unknown, reference: Any) => person(reference),
          analysts: () => PEOPLE.slice(0, 2),
        },
        Person: { __resolveReference: person },
        Analyst: { __resolveReference: person, active: () => true },
        Auditor: { __resolveReference: person, active: () => true },
      },
    },
    logins: {
      sdl: `
        type Person @key(fields: "id") @interfaceObject { id: ID! login: String! peers: [Person!]! }
        type Query { logins: [Person!]! login(login: String!): Person }
      `,
      resolvers: {
        Query: {
          logins: () => untyped,
          login: (_: unknown, { login }: Any) => untyped.find((each) => each.login === login),
        },
        Person: {
          __resolveReference: ({ id }: Any) => untyped.find((each) => each.id === id),
          peers: ({ id }: Any) => untyped.filter((each) => each.id !== id),
        },
      },
    },
    states: {
      sdl: 'type Person @key(fields: "id") @interfaceObject { id: ID! active: Boolean! @shareable }',
      resolvers: { Person: { __resolveReference: ({ id }: Any) => ({ id, active: false }) } },
    },
  },
  [
    [
      'a field of the interface is fetched from where the types are known',
      '{ logins { id name login } }',
      { logins: PEOPLE.map(({ id, name, login }) => ({ id, name, login })) },
      { asked: ['logins', 'people'] },
    ],
    [
      'its own field is fetched for every type of the interface',
      '{ people { id name login } }',
      { people: PEOPLE.map(({ id, name, login }) => ({ id, name, login })) },
      { asked: ['people', 'logins'] },
    ],
    [
      'its own field needs no other subgraph',
      '{ logins { login } }',
      { logins: PEOPLE.map(({ login }) => ({ login })) },
      { asked: ['logins'] },
    ],
    [
      'a fragment on a type waits for the type',
      '{ logins { ... on Analyst { grade } } }',
      { logins: [{ grade: 3 }, { grade: 5 }, {}] },
    ],
    [
      'a fragment on a type holds its own fields only for that type',
      '{ logins { ... on Analyst { login } } }',
      { logins: [{ login: 'ada' }, { login: 'bob' }, {}] },
    ],
    [
      'fields of the fragment and of the interface stand side by side',
      '{ logins { ... on Analyst { grade id name login } id name } }',
      {
        logins: [
          { grade: 3, id: 'p1', name: 'Ada', login: 'ada' },
          { grade: 5, id: 'p2', name: 'Bob', login: 'bob' },
          { id: 'p3', name: 'Cy' },
        ],
      },
    ],
    [
      'so they do from the side of the interface',
      '{ people { ... on Auditor { firm login } ... on Analyst { grade } login } }',
      {
        people: [
          { grade: 3, login: 'ada' },
          { grade: 5, login: 'bob' },
          { firm: 'Acme', login: 'cy' },
        ],
      },
    ],
    [
      '__typename is the concrete type',
      '{ logins { login __typename } }',
      { logins: PEOPLE.map(({ login, __typename }) => ({ login, __typename })) },
    ],
    [
      '__typename inside a fragment as well',
      '{ logins { ... on Auditor { __typename } } }',
      { logins: [{}, {}, { __typename: 'Auditor' }] },
    ],
    [
      'a field of a concrete type is fetched by the name of the interface',
      '{ analysts { name login } }',
      {
        analysts: [
          { name: 'Ada', login: 'ada' },
          { name: 'Bob', login: 'bob' },
        ],
      },
    ],
    [
      'a field that an @interfaceObject and the types share is taken from either, by what is at hand',
      '{ logins { id active } }',
      { logins: PEOPLE.map(({ id }) => ({ id, active: false })) },
    ],
    [
      'within a fragment it is taken where the type is found',
      '{ logins { id ... on Analyst { active } } }',
      { logins: [{ id: 'p1', active: true }, { id: 'p2', active: true }, { id: 'p3' }] },
    ],
    [
      'objects of an @interfaceObject below one another each find their type',
      '{ login(login: "ada") { name peers { __typename name ... on Auditor { firm peers { login } } } } }',
      {
        login: {
          name: 'Ada',
          peers: [
            { __typename: 'Analyst', name: 'Bob' },
            { __typename: 'Auditor', name: 'Cy', firm: 'Acme', peers: [{ login: 'ada' }, { login: 'bob' }] },
          ],
        },
      },
    ],
    [
      'one that is not there is null',
      '{ login(login: "nobody") { name } person(id: "p9") { login } }',
      { login: null, person: null },
    ],
    [
      'a named fragment on the interface counts on both sides',
      'query { person(id: "p3") { ...P } login(login: "cy") { ...P } } fragment P on Person { __typename name login ... on Auditor { firm } }',
      {
        person: { __typename: 'Auditor', name: 'Cy', login: 'cy', firm: 'Acme' },
        login: { __typename: 'Auditor', name: 'Cy', login: 'cy', firm: 'Acme' },
      },
    ],
  ],
);

const SHIFTS = [
  { __typename: 'Analyst', id: 'u1', hours: 8, age: 30 },
  { __typename: 'Analyst', id: 'u2', hours: 4, age: 40 },
];

describeFederation(
  '@interfaceObject with @requires',
  {
    people: {
      sdl: `
        interface Person @key(fields: "id") { id: ID! hours: Int }
        type Analyst implements Person @key(fields: "id") { id: ID! hours: Int age: Int }
        type Temp implements Person @key(fields: "id") { id: ID! hours: Int }
        type Query { people: [Person!]! }
      `,
      resolvers: {
        Query: { people: () => SHIFTS },
        Person: { __resolveReference: byKey(SHIFTS, 'id') },
        Analyst: { __resolveReference: byKey(SHIFTS, 'id') },
      },
    },
    pay: {
      sdl: `
        type Person @key(fields: "id") @interfaceObject {
          id: ID! hours: Int @external pay(rate: Int = 10): Int @requires(fields: "hours")
        }
        type Query { paid: [Person] }
      `,
      resolvers: {
        Query: { paid: () => SHIFTS.map(({ id }) => ({ id })) },
        Person: {
          __resolveReference: (reference: Any) => reference,
          pay: ({ hours }: Any, { rate }: Any) => hours * rate,
        },
      },
    },
  },
  [
    [
      'the field is met from the interface',
      '{ people { id pay } }',
      {
        people: [
          { id: 'u1', pay: 80 },
          { id: 'u2', pay: 40 },
        ],
      },
    ],
    [
      'also when the objects come from the @interfaceObject',
      '{ paid { id pay } }',
      {
        paid: [
          { id: 'u1', pay: 80 },
          { id: 'u2', pay: 40 },
        ],
      },
    ],
    [
      'beside what is required',
      '{ paid { hours pay } }',
      {
        paid: [
          { hours: 8, pay: 80 },
          { hours: 4, pay: 40 },
        ],
      },
    ],
    [
      'within a fragment on a type',
      '{ people { ... on Analyst { age pay } } }',
      {
        people: [
          { age: 30, pay: 80 },
          { age: 40, pay: 40 },
        ],
      },
    ],
    [
      'within a fragment, from the @interfaceObject',
      '{ paid { ... on Analyst { age pay } } }',
      {
        paid: [
          { age: 30, pay: 80 },
          { age: 40, pay: 40 },
        ],
      },
    ],
    [
      'with arguments, twice',
      '{ people { low: pay(rate: 1) pay(rate: 2) } }',
      {
        people: [
          { low: 8, pay: 16 },
          { low: 4, pay: 8 },
        ],
      },
    ],
    [
      'within a fragment that no object matches, nothing is asked of them',
      '{ paid { hours ... on Temp { pay } } }',
      { paid: [{ hours: 8 }, { hours: 4 }] },
      { asked: ['pay', 'people'] },
    ],
    [
      'beside an alias by the name of what is required',
      '{ paid { hours: id pay } }',
      {
        paid: [
          { hours: 'u1', pay: 80 },
          { hours: 'u2', pay: 40 },
        ],
      },
      { gatewayDiffers: 'its planner takes the alias of the client for the required field' },
    ],
  ],
);

describeFederation(
  'an @interfaceObject whose types a third subgraph extends',
  {
    media: {
      sdl: `
        type Query { media: Media }
        interface Media @key(fields: "id") { id: ID! title: String }
        type Film implements Media @key(fields: "id") { id: ID! title: String minutes: Int }
        type Paper implements Media @key(fields: "id") { id: ID! title: String words: Int }
      `,
      resolvers: {
        Query: { media: () => ({ __typename: 'Film', id: '1', title: 'One', minutes: 9 }) },
        Media: { __resolveReference: ({ id }: Any) => ({ __typename: 'Film', id, title: 'One', minutes: 9 }) },
        Film: { __resolveReference: ({ id }: Any) => ({ id, title: 'One', minutes: 9 }) },
      },
    },
    authors: {
      sdl: 'type Query { author: Author } type Author @key(fields: "id") { id: ID! } extend type Film @key(fields: "id") { id: ID! author: String }',
      resolvers: { Query: { author: () => ({ id: 'a' }) }, Film: { author: () => 'Ada' } },
    },
    lists: {
      sdl: 'type Query { list: List } type List @key(fields: "id") { id: ID! media: Media } type Media @key(fields: "id") @interfaceObject { id: ID! }',
      resolvers: { Query: { list: () => ({ id: 'l', media: { id: '1' } }) } },
    },
  },
  [
    [
      'is completed by all three',
      '{ media { title ... on Film { minutes author } ... on Paper { words } } list { id media { id ... on Film { minutes author } } } author { id } }',
      {
        media: { title: 'One', minutes: 9, author: 'Ada' },
        list: { id: 'l', media: { id: '1', minutes: 9, author: 'Ada' } },
        author: { id: 'a' },
      },
    ],
  ],
);

describeFederation(
  'an @interfaceObject that cannot be resolved',
  {
    a: {
      sdl: `
        interface Node @key(fields: "id") { id: ID! }
        type Product @key(fields: "id", resolvable: false) @interfaceObject { id: ID! }
        type Query { a: Node product: Product! }
      `,
      resolvers: { Query: { a: () => ({ id: 'n1' }), product: () => ({ id: 'p1' }) } },
    },
    b: {
      sdl: `
        type Node @key(fields: "id", resolvable: false) @interfaceObject { id: ID! field: String }
        interface Product @key(fields: "id") { id: ID! name: String }
        type Bread implements Product @key(fields: "id") { id: ID! name: String }
        type Query { b: Node }
      `,
      resolvers: {
        Query: { b: () => ({ id: 'n1', field: 'foo' }) },
        Product: {
          __resolveReference: ({ id }: Any) => {
            if (id !== 'p1') throw new Error('no such product');
            return { __typename: 'Bread', id };
          },
        },
        Bread: {
          __resolveReference: ({ id }: Any) => ({ id }),
          name: () => {
            throw new Error('no name today');
          },
        },
      },
    },
  },
  [
    ['still gives what it has itself', '{ b { id field } }', { b: { id: 'n1', field: 'foo' } }],
    [
      'an operation of which no subgraph can resolve anything has no data and an error',
      '{ a { field } }',
      null,
      {
        errors: ['a UNAVAILABLE'],
        asked: [],
        gatewayDiffers: 'it answers null without a word',
      },
    ],
    [
      'what else is asked beside it is answered',
      '{ a { field } b { id } }',
      { a: null, b: { id: 'n1' } },
      {
        errors: ['a UNAVAILABLE'],
        gatewayDiffers: 'it answers null without a word',
      },
    ],
    [
      'an error of the subgraph that has no type for it stands at its place',
      '{ a { id } }',
      { a: null },
      { errors: ['a DOWNSTREAM_SERVICE_ERROR'] },
    ],
    ['the key of the other side is at hand', '{ product { id } }', { product: { id: 'p1' } }, { asked: ['a'] }],
    [
      'a type is found through the side that resolves',
      '{ product { ... on Bread { id } } }',
      { product: { id: 'p1' } },
    ],
    [
      'an error behind it leaves the rest',
      '{ product { id name } }',
      { product: { id: 'p1', name: null } },
      {
        errors: ['product.name DOWNSTREAM_SERVICE_ERROR'],
      },
    ],
  ],
);

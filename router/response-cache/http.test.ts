import { afterEach, expect, test } from 'vitest';
import { parseHeaderRules } from '#platform/config/header-rules.ts';
import { openStream } from '#tests/streams.ts';
import { createHeaderPolicy } from '../headers/policy.ts';
import { NOBODY, type RouterOptions, startRouter } from '../index.ts';
import { silentLogger } from '../tests/fixture/logger.ts';
import { createLibrary } from './testing/library.ts';

const disposables: AsyncDisposable[] = [];

afterEach(async () => {
  while (disposables.length > 0) await disposables.pop()?.[Symbol.asyncDispose]();
});

async function start(overrides: Partial<RouterOptions> = { responseCache: { maxBytes: 1_000_000 } }) {
  const library = createLibrary();
  const router = await startRouter({
    supergraphSdl: library.supergraphSdl,
    subgraphs: library.subgraphs,
    port: 0,
    planning: null,
    authenticate: async (token) =>
      token === null
        ? NOBODY
        : { ...NOBODY, scope: token, identityHeader: token, access: { ...NOBODY.access, authenticated: true } },
    logger: silentLogger,
    ...overrides,
  });
  disposables.push(router);
  const ask = async (query: string, token: string | null = null) => {
    const response = await fetch(`${router.url}/graphql`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/json',
        ...(token !== null && { authorization: `Bearer ${token}` }),
      },
      body: JSON.stringify({ query }),
    });
    return {
      control: response.headers.get('cache-control'),
      age: response.headers.get('age'),
      vary: response.headers.get('vary'),
      // biome-ignore lint/suspicious/noExplicitAny: answers of a test fixture
      body: (await response.json()) as any,
    };
  };
  return { library, router, ask };
}

test.each([
  ['a list of objects with a hint is kept as long as the hint says', '{ books { id title } }', 'max-age=100, public'],
  ['the shortest hint counts', '{ books { id mood } }', 'max-age=5, public'],
  ['a type speaks for a root field that says nothing', '{ book(id: 1) { title } }', 'max-age=60, public'],
  ['a field goes before its type', '{ plain { title } }', 'no-store'],
  ['a root field without a hint is not kept', '{ motto }', 'no-store'],
  ['a root field with a hint is kept, objects or not', '{ greeting }', 'max-age=40, public'],
  ['one field that is not kept makes the whole not kept', '{ greeting motto }', 'no-store'],
  ['a field that inherits takes what is around it', '{ books { shelf { room } } }', 'max-age=100, public'],
  ['objects without a hint are not kept', '{ books { shelf { place { floor } } } }', 'no-store'],
  [
    'objects below one that inherits keep their own hint',
    '{ books { shelf { next { room } } } }',
    'max-age=20, public',
  ],
  ['a root field has nothing to inherit', '{ inherited { room } }', 'no-store'],
  ['one private field makes the whole private', '{ books { title mine } }', 'max-age=100, private'],
  ['a hint of another subgraph counts', '{ books { writer { name } } }', 'max-age=60, public'],
  ['introspection is not kept', '{ greeting __schema { queryType { name } } }', 'no-store'],
  [
    'a fragment counts as what it selects',
    'query { ...F } fragment F on Query { books { ...on Book { mood } } }',
    'max-age=5, public',
  ],
  ['a mutation is not kept', 'mutation { retitle(id: 1, title: "x") { id } }', 'no-store'],
])('%s', async (_rule, query, expected) => {
  const { ask } = await start({});
  const { body, control } = await ask(query);
  expect(body.errors).toBeUndefined();
  expect(control).toBe(expected);
});

test('what demands something of its reader is private, and an answer with errors is kept by nobody', async () => {
  const { ask } = await start();
  expect(await ask('{ books { secret } }', 'ada')).toMatchObject({ control: 'max-age=100, private' });
  expect((await ask('{ books { secret } }', 'ada')).vary).toContain('authorization');
  for (const _ of [1, 2]) {
    expect(await ask('{ books { secret } }')).toMatchObject({ control: 'no-store', age: null });
    expect(await ask('{ greeting(fail: true) }')).toMatchObject({ control: 'no-store', age: null });
  }
});

test.each([
  ['x-tenant, x-lab', 'x-tenant, x-lab, accept, accept-encoding'],
  ['x-trace-*', '*, accept, accept-encoding'],
])('what may be kept says that it depends on headers that go on: %s', async (rules, vary) => {
  const headers = createHeaderPolicy({ rules: parseHeaderRules(rules), constants: [], claims: [] });
  const { ask } = await start({ edge: { headers } });
  expect((await ask('{ books { title } }')).vary).toBe(vary);
});

test('without the option nothing is kept by the router, only by its clients', async () => {
  const { ask, library } = await start({});
  for (const _ of [1, 2]) expect((await ask('{ books { title } }')).age).toBeNull();
  expect(library.asked).toEqual(['books', 'books']);
});

test('a kept answer costs no fetch and says its age; what is not kept is asked anew', async () => {
  const { ask, library } = await start();
  const first = await ask('{ books { title writer { name } } }');
  const asked = library.asked.length;
  const second = await ask('{ books { title writer { name } } }');
  expect(second).toEqual({ ...first, age: '0' });
  expect(library.asked).toHaveLength(asked);
  await ask('{ motto }');
  await ask('{ motto }');
  expect(library.asked).toHaveLength(asked + 2);
});

test('a public answer is one for all, a private one for its scope alone', async () => {
  const { ask, library } = await start();
  await ask('{ books { title } }', 'ada');
  expect((await ask('{ books { title } }', 'bob')).age).toBe('0');
  expect((await ask('{ books { mine } }', 'ada')).body.data.books[0]).toEqual({ mine: 'of ada' });
  expect((await ask('{ books { mine } }', 'bob')).body.data.books[0]).toEqual({ mine: 'of bob' });
  expect((await ask('{ books { mine } }')).body.data.books[0]).toEqual({ mine: 'of nobody' });
  expect((await ask('{ books { mine } }', 'bob')).age).toBe('0');
  expect(library.asked).toHaveLength(4);
});

const KNOWING = [
  ['by its key', '{ book(id: 1) { id title } }'],
  ['by an alias of its key', '{ book(id: 1) { number: id title } }'],
  ['by no key at all', '{ book(id: 1) { title } }'],
  ['by another key', '{ book(isbn: "i1") { isbn title } }'],
  ['in a list', '{ books { id title } }'],
] as const;

test.each(KNOWING)(
  'who has changed an entity finds the change in every answer that holds it %s',
  async (_how, query) => {
    const { ask } = await start();
    const before = await ask(query);
    expect((await ask(query)).age).toBe('0');
    await ask('mutation { retitle(id: 1, title: "New") { id } }');
    const after = await ask(query);
    expect(after.age).toBeNull();
    expect(JSON.stringify(after.body)).toBe(JSON.stringify(before.body).replace('Title 1', 'New'));
  },
);

test('answers that hold other entities stay', async () => {
  const { ask } = await start();
  await ask('{ book(id: 1) { id title } }');
  await ask('{ book(id: 2) { id title } }');
  await ask('mutation { retitle(id: 1, title: "New") { id } }');
  expect((await ask('{ book(id: 2) { id title } }')).age).toBe('0');
});

test('an entity that was fetched from another subgraph by its representation is found as well', async () => {
  const { ask } = await start();
  const query = '{ books { title writer { name } } }';
  await ask(query);
  await ask('mutation { rename(id: "w1", name: "Ada") { id } }');
  const { age, body } = await ask(query);
  expect(age).toBeNull();
  expect(body.data.books[0].writer).toEqual({ name: 'Ada' });
});

test('an entity that no answer holds may be new: lists of its type are asked anew', async () => {
  const { ask } = await start();
  await ask('{ books { id } }');
  await ask('mutation { add(id: 9) { id } }');
  expect((await ask('{ books { id } }')).body.data.books).toHaveLength(4);
});

test('a mutation without an answer may have happened: all of the type it would have given is asked anew', async () => {
  const { ask } = await start();
  await ask('{ book(id: 1) { id title } }');
  expect((await ask('mutation { failing(id: 1) { id } }')).body.errors).toHaveLength(1);
  expect((await ask('{ book(id: 1) { id title } }')).body.data.book.title).toBe('half written');
});

test('an event of a stream drops the answers that hold its entity before its subscriber has it', async () => {
  const { ask, library, router } = await start();
  const stream = openStream<{ retitled: { id: string } }>('SSE', router.url, {
    query: 'subscription { retitled { id } }',
    token: null,
  });
  const event = stream.next();
  await expect.poll(() => library.asked).toContain('books');
  await ask('{ book(id: 1) { id title } }');
  const [book] = library.books;
  if (!book) throw new Error('There is no book.');
  book.title = 'From elsewhere';
  expect((await ask('{ book(id: 1) { id title } }')).body.data.book.title).toBe('Title 1');
  library.announce(book);
  await event;
  expect((await ask('{ book(id: 1) { id title } }')).body.data.book.title).toBe('From elsewhere');
  stream.leave();
});

test('an answer that was under way when its entity changed is given to who asked and not kept', async () => {
  const { ask, library } = await start();
  const query = '{ book(id: 1) { id title } }';
  library.held = Promise.withResolvers();
  const early = ask(query);
  await expect.poll(() => library.asked).toEqual(['books']);
  await ask('mutation { retitle(id: 1, title: "New") { id } }');
  library.held.resolve();
  library.held = null;
  expect((await early).body.data.book.title).toBe('Title 1');
  const late = await ask(query);
  expect(late).toMatchObject({ age: null, body: { data: { book: { title: 'New' } } } });
});

test('what changed past the router is dropped by entity or by type when the router is told', async () => {
  const { ask, library, router } = await start();
  const ages = async () => [
    (await ask('{ book(id: 1) { id } }')).age,
    (await ask('{ book(id: 2) { id } }')).age,
    (await ask('{ writers { id } }')).age,
  ];
  await ages();
  expect(await ages()).toEqual(['0', '0', '0']);
  router.invalidate([{ typename: 'Book', key: { id: 1 } }]);
  expect(await ages()).toEqual([null, '0', '0']);
  router.invalidate([{ typename: 'Book' }]);
  expect(await ages()).toEqual([null, null, '0']);
  expect(library.asked.length).toBe(6);
});

test('a type or a key that does not exist is refused with what there is, and nothing is dropped', async () => {
  const { ask, router } = await start();
  await ask('{ book(id: 1) { id } }');
  expect(() => router.invalidate([{ typename: 'Book' }, { typename: 'Boook' }])).toThrow('no type "Boook"');
  expect(() => router.invalidate([{ typename: 'Book', key: { title: 'x' } }])).toThrow('Book(id), Book(isbn)');
  expect((await ask('{ book(id: 1) { id } }')).age).toBe('0');
});

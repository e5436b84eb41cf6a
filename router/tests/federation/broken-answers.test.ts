import { afterAll, describe, expect, test } from 'vitest';
import { Federation } from '../fixture/supergraph.ts';

// biome-ignore lint/suspicious/noExplicitAny: answers that break every rule
type Any = any;

/** What the subgraph `details` answers next; undefined lets its resolvers answer. */
let script: ((body: Any) => Any) | undefined;

const federation = new Federation({
  samples: {
    sdl: `
      type Query { samples: [Sample!]! sample: Sample strict: Strict boxes: [[Box]] }
      type Sample @key(fields: "id") { id: ID! label: String }
      type Strict @key(fields: "id") { id: ID! }
      type Box { sample: Sample }
    `,
    resolvers: {
      Query: {
        samples: () => ['1', '2', '3'].map((id) => ({ id, label: `L${id}` })),
        sample: () => ({ id: '1', label: 'L1' }),
        strict: () => ({ id: 's' }),
        boxes: () => [[{ sample: { id: '1' } }, null], [], [{ sample: { id: '2' } }, { sample: { id: '1' } }]],
      },
    },
  },
  details: {
    sdl: `
      type Query { own: Detail list: [Detail!] thing: Thing hidden: Thing }
      type Mutation { change: Detail }
      type Sample @key(fields: "id") { id: ID! detail: Detail tags: [String!] size: Int thing: Thing }
      type Strict @key(fields: "id") { id: ID! detail: Detail! }
      type Detail { text: String level: Int! }
      union Thing = Detail | Other | Ghost
      type Other { x: Int }
      type Ghost @inaccessible { x: Int }
    `,
    resolvers: { Sample: { detail: ({ id }: Any) => ({ text: `D${id}`, level: 1 }), size: () => 3 } },
    answer: (body) => script?.(body),
  },
});
afterAll(() => federation.close());

async function ask(query: string, answer: (body: Any) => Any) {
  script = answer;
  try {
    const { data, errors } = await federation.ask(query);
    return { data: data as Any, errors };
  } finally {
    script = undefined;
  }
}

const entities = (list: unknown, errors?: unknown) => () => ({
  data: { _entities: list },
  ...(errors ? { errors } : {}),
});
const LABELS = [{ label: 'L1' }, { label: 'L2' }, { label: 'L3' }];
const none = LABELS.map((sample) => ({ ...sample, size: null }));
const everywhere = (what: string) => [0, 1, 2].map((index) => `samples.${index} ${what}`);

describe('a list of entities', () => {
  const broken: [string, () => unknown][] = [
    ['that is shorter than what was asked is used for none of them', entities([{ size: 1 }, { size: 2 }])],
    ['that is longer as well', entities([{ size: 1 }, { size: 2 }, { size: 3 }, { size: 4 }])],
    ['that is empty', entities([])],
    ['that is no list', entities({ 0: { size: 1 } })],
    ['that is null without an error', entities(null)],
    ['that is missing', () => ({ data: {} })],
    ['in data that is a list', () => ({ data: [{ size: 1 }] })],
    ['in no data at all', () => ({})],
    ['in an answer that is no object', () => 'fine'],
    ['in an answer whose errors are no list', () => ({ data: { _entities: [] }, errors: 'broken' })],
  ];
  test.each(broken)('%s', async (_, answer) => {
    const result = await ask('{ samples { label size } }', answer);
    expect(result).toEqual({ data: { samples: none }, errors: everywhere('UNAVAILABLE') });
  });

  test('with a null leaves that entity alone without its fields', async () => {
    const { data, errors } = await ask('{ samples { label size } }', entities([{ size: 1 }, null, { size: 3 }]));
    expect(data.samples.map(({ size }: Any) => size)).toEqual([1, null, 3]);
    expect(errors).toEqual([]);
  });

  test('with something that is no object leaves that entity alone without its fields', async () => {
    const { data } = await ask('{ samples { label size } }', entities([{ size: 1 }, 'two', [3]]));
    expect(data.samples).toEqual([
      { label: 'L1', size: 1 },
      { label: 'L2', size: null },
      { label: 'L3', size: null },
    ]);
  });

  test('whose entity is of an unknown type gives nothing of that entity, with an error', async () => {
    const { data, errors } = await ask(
      '{ samples { label thing { ... on Other { x } } } }',
      entities([{ thing: { __typename: 'Other', x: 1 } }, { thing: { __typename: 'Nowhere', x: 2 } }, { thing: null }]),
    );
    expect(data.samples.map(({ thing }: Any) => thing)).toEqual([{ x: 1 }, null, null]);
    expect(errors).toEqual(['samples.1.thing INTERNAL']);
  });

  test('whose entity is of a type that clients may not see gives nothing of it', async () => {
    const { data, errors } = await ask(
      '{ samples { thing { __typename } } }',
      entities([
        { thing: { __typename: 'Ghost', x: 1 } },
        { thing: { __typename: 'Detail' } },
        { thing: { __typename: 7 } },
      ]),
    );
    expect(data.samples.map(({ thing }: Any) => thing)).toEqual([null, { __typename: 'Detail' }, null]);
    expect(errors).toEqual(['samples.0.thing INTERNAL', 'samples.2.thing INTERNAL']);
  });

  test('whose entity says that it is something else does not become that', async () => {
    const { data } = await ask(
      '{ samples { __typename size } }',
      entities([{ __typename: 'Strict', size: 1 }, { __typename: 'Sample', size: 2 }, { size: 3 }]),
    );
    expect(data.samples.map(({ __typename }: Any) => __typename)).toEqual(['Sample', 'Sample', 'Sample']);
  });
});

describe('errors of a subgraph', () => {
  const failing = (...errors: unknown[]) => entities([{ size: 1 }, null, { size: 3 }], errors);

  test('with the path of an entity stand at the places of that entity', async () => {
    const { data, errors } = await ask('{ boxes { sample { size } } }', () => ({
      data: { _entities: [null, { size: 2 }] },
      errors: [{ message: 'no', path: ['_entities', 0] }],
    }));
    expect(data.boxes).toEqual([
      [{ sample: { size: null } }, null],
      [],
      [{ sample: { size: 2 } }, { sample: { size: null } }],
    ]);
    expect(errors).toEqual(['boxes.0.0.sample DOWNSTREAM_SERVICE_ERROR', 'boxes.2.1.sample DOWNSTREAM_SERVICE_ERROR']);
  });

  test('with a path into an entity keep the rest of the path', async () => {
    const { errors } = await ask('{ samples { detail { text } } }', () => ({
      data: { _entities: [{ detail: { text: 'a' } }, { detail: { text: null } }, { detail: null }] },
      errors: [
        { message: 'no', path: ['_entities', 1, 'detail', 'text'] },
        { message: 'no', path: ['_entities', 2, 'detail'] },
      ],
    }));
    expect(errors).toEqual([
      'samples.1.detail.text DOWNSTREAM_SERVICE_ERROR',
      'samples.2.detail DOWNSTREAM_SERVICE_ERROR',
    ]);
  });

  const odd: [string, unknown][] = [
    ['without a path', { message: 'no' }],
    ['with the path of the whole list', { message: 'no', path: ['_entities'] }],
    ['with a path that is no list', { message: 'no', path: '_entities.1' }],
    ['with a path of objects', { message: 'no', path: [{}] }],
    ['with an empty path', { message: 'no', path: [] }],
    ['without a message', {}],
  ];
  test.each(odd)('%s stand at every entity of the fetch', async (_, error) => {
    const { data, errors } = await ask('{ samples { size } }', failing(error));
    expect(data.samples.map(({ size }: Any) => size)).toEqual([1, null, 3]);
    expect(errors).toEqual(everywhere('DOWNSTREAM_SERVICE_ERROR'));
  });

  test('with the index of an entity that was not asked for are not lost', async () => {
    const { errors } = await ask('{ samples { size } }', failing({ message: 'no', path: ['_entities', 7, 'size'] }));
    expect(errors).toEqual(everywhere('DOWNSTREAM_SERVICE_ERROR'));
  });

  test('that are no objects are passed over', async () => {
    const { data, errors } = await ask('{ samples { size } }', failing('no', null, 7));
    expect(data.samples.map(({ size }: Any) => size)).toEqual([1, null, 3]);
    expect(errors).toEqual([]);
  });

  test('with data: null explain every field of the fetch', async () => {
    const { data, errors } = await ask('{ samples { label size } }', () => ({
      data: null,
      errors: [{ message: 'no' }],
    }));
    expect({ data, errors }).toEqual({ data: { samples: none }, errors: everywhere('DOWNSTREAM_SERVICE_ERROR') });
  });

  test('of a root fetch with data: null stand at every root field of it', async () => {
    const { data, errors } = await ask('{ own { text } second: own { level } samples { label } }', ({ variables }) =>
      variables.representations ? undefined : { data: null, errors: [{ message: 'no' }] },
    );
    expect(data).toEqual({ own: null, second: null, samples: LABELS });
    expect(errors).toEqual(['own DOWNSTREAM_SERVICE_ERROR', 'second DOWNSTREAM_SERVICE_ERROR']);
  });

  test('of a root fetch that is written with fragments stand at its fields', async () => {
    const { errors } = await ask(
      'query { ...A ...B } fragment A on Query { ...C } fragment B on Query { ...C } fragment C on Query { own { text level } again: own { level text } }',
      () => ({ errors: [{ message: 'no' }] }),
    );
    expect(errors).toEqual(['again DOWNSTREAM_SERVICE_ERROR', 'own DOWNSTREAM_SERVICE_ERROR']);
  });

  test('of a mutation stand at its field', async () => {
    const { data, errors } = await ask('mutation { change { text } }', () => ({
      data: { change: null },
      errors: [{ message: 'no', path: ['change'] }],
    }));
    expect({ data, errors }).toEqual({ data: { change: null }, errors: ['change DOWNSTREAM_SERVICE_ERROR'] });
  });
});

describe('a value that breaks its type', () => {
  const cases: [string, Any, Any, string[]][] = [
    [
      'an object where a scalar belongs is null',
      { own: { text: { a: 1 }, level: 1 } },
      { own: { text: null, level: 1 } },
      ['own.text INTERNAL'],
    ],
    ['a scalar where an object belongs is null', { own: 'text' }, { own: null }, ['own INTERNAL']],
    ['a list where an object belongs is null', { own: [{ text: 'a', level: 1 }] }, { own: null }, ['own INTERNAL']],
    [
      'a fraction where a whole number belongs makes the object null',
      { own: { text: 'a', level: 1.5 } },
      { own: null },
      ['own.level INTERNAL'],
    ],
    ['a number beyond 32 bits as well', { own: { text: 'a', level: 2 ** 31 } }, { own: null }, ['own.level INTERNAL']],
    ['a missing field that may not be null as well', { own: { text: 'a' } }, { own: null }, ['own.level INTERNAL']],
    ['a missing field that may be null is null', { own: { level: 1 } }, { own: { text: null, level: 1 } }, []],
    [
      'what nobody asked for is not passed on',
      { own: { text: 'a', level: 1, password: 'x' } },
      { own: { text: 'a', level: 1 } },
      [],
    ],
  ];
  test.each(cases)('%s', async (_, answered, data, errors) => {
    expect(await ask('{ own { text level } }', () => ({ data: answered }))).toEqual({ data, errors });
  });

  test('an object where a list belongs makes the list null', async () => {
    const result = await ask('{ list { level } }', () => ({ data: { list: { level: 1 } } }));
    expect(result).toEqual({ data: { list: null }, errors: ['list INTERNAL'] });
  });

  test('a null in a list that may not hold it makes the list null, told once', async () => {
    const result = await ask('{ list { level } samples { tags } }', ({ variables }) =>
      variables.representations
        ? { data: { _entities: [{ tags: ['a'] }, { tags: [null] }, { tags: 'a' }] } }
        : { data: { list: [{ level: 1 }, null, { level: null }] } },
    );
    expect(result.data).toEqual({ list: null, samples: [{ tags: ['a'] }, { tags: null }, { tags: null }] });
    expect(result.errors).toEqual(['list.1 INTERNAL', 'samples.1.tags.0 INTERNAL', 'samples.2.tags INTERNAL']);
  });

  test('null where null may not be goes up to what may be null, and a subgraph’s error explains it', async () => {
    const silent = await ask('{ strict { id detail { text } } sample { label } }', entities([{ detail: null }]));
    expect(silent).toEqual({ data: { strict: null, sample: { label: 'L1' } }, errors: ['strict.detail INTERNAL'] });
    const explained = await ask(
      '{ strict { id detail { text } } }',
      entities([{ detail: null }], [{ message: 'no', path: ['_entities', 0, 'detail'] }]),
    );
    expect(explained).toEqual({ data: { strict: null }, errors: ['strict.detail DOWNSTREAM_SERVICE_ERROR'] });
  });

  test('an object of a type that the field cannot have is null', async () => {
    const result = await ask('{ thing { __typename } hidden { ... on Other { x } } }', () => ({
      data: { thing: { __typename: 'Sample' }, hidden: { __typename: 'Ghost', x: 1 } },
    }));
    expect(result).toEqual({ data: { thing: null, hidden: null }, errors: ['hidden INTERNAL', 'thing INTERNAL'] });
  });
});

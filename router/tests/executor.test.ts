import { getIntrospectionQuery, graphqlSync, parse } from 'graphql';
import { describe, expect, test } from 'vitest';
import { composeSupergraph } from '../compose.ts';
import type { SubgraphAnswer } from '../execution/fetch.ts';
import { DEFAULT_LIMITS } from '../operation/limits.ts';
import type { Planner } from '../operation/planner.ts';
import { createPipeline, type Pipeline } from '../pipeline.ts';
import { buildSupergraph } from '../supergraph.ts';
import type { SubgraphCall, SubgraphClient } from '../upstream/subgraph-client.ts';
import { createUpstreams } from '../upstream/subgraph-clients.ts';
import { ask } from './fixture/ask.ts';
import { createFixture, type Fixture } from './fixture/federation.ts';
import { silentLogger } from './fixture/logger.ts';

function start(): { pipeline: Pipeline; fixture: Fixture } {
  const fixture = createFixture();
  const state = buildSupergraph(fixture.supergraphSdl);
  const clients = createUpstreams({ subgraphs: fixture.subgraphs }).open(state.urls);
  return { fixture, pipeline: pipelineOf(state, clients.get) };
}

function pipelineOf(state: ReturnType<typeof buildSupergraph>, subgraph: (name: string) => SubgraphClient): Pipeline {
  const common = { limits: DEFAULT_LIMITS, maxOperations: 10, logger: silentLogger, metrics: undefined };
  return createPipeline({ state, subgraph, ...common });
}

// biome-ignore lint/suspicious/noExplicitAny: answers of a test
function run(pipeline: Pipeline, query: string, variables: Record<string, unknown> = {}): Promise<any> {
  return ask(pipeline, { query, variables, operationName: null });
}

/** A supergraph whose subgraphs answer what the test says; `asked` holds what they were asked. */
function scripted(sdl: Record<string, string>, answer: (name: string, body: string) => unknown) {
  const { supergraphSdl } = composeSupergraph(
    Object.entries(sdl).map(([name, text]) => ({ name, url: `http://${name}.test`, typeDefs: parse(text) })),
  );
  const asked: { name: string; body: { query: string; variables: Record<string, unknown> } }[] = [];
  const client = (name: string): SubgraphClient => ({
    name,
    async ask({ body }: SubgraphCall) {
      asked.push({ name, body: JSON.parse(body) });
      return { data: null, errors: null, ...structuredClone(answer(name, body) as Partial<SubgraphAnswer>) };
    },
    subscribe: () => Promise.reject(new Error('not scripted')),
    async [Symbol.asyncDispose]() {},
  });
  return { pipeline: pipelineOf(buildSupergraph(supergraphSdl), client), asked };
}

const LINK =
  'extend schema @link(url: "https://specs.apollo.dev/federation/v2.8", import: ["@key", "@external", "@requires", "@context", "@fromContext"])';

describe('fetching', () => {
  test('the same entity in many places is represented once', async () => {
    const { pipeline, fixture } = start();
    const { data } = await run(pipeline, '{ latest { subject { name } } a: latest { subject { name } } }');
    expect(data.latest[0].subject.name).toBe('Ants');
    const entities = fixture.seen.flatMap(({ body }) => (body.variables?.representations ? [body.variables] : []));
    expect(entities.length).toBeGreaterThan(0);
    for (const { representations } of entities) {
      const texts = (representations as unknown[]).map((each) => JSON.stringify(each));
      expect(new Set(texts).size).toBe(texts.length);
    }
  });

  test('entities that are wanted at several places in the same moment are fetched together', async () => {
    const { pipeline, fixture } = start();
    const { data } = await run(pipeline, '{ review(id: "r1") { author { email } } latest { author { email } } }');
    expect(data.review.author).toEqual({ email: 'ada@x.test' });
    expect(data.latest[0].author).toEqual({ email: 'ada@x.test' });
    expect(fixture.seen.filter(({ subgraph }) => subgraph === 'people')).toHaveLength(1);
  });

  test('what fails for entities that were fetched together is told at each of their places', async () => {
    const { pipeline, asked } = scripted(
      {
        a: `${LINK} type Query { one: Holder many: [Holder!]! } type Holder { thing: Thing } type Thing @key(fields: "id") { id: ID! }`,
        b: `${LINK} type Thing @key(fields: "id") { id: ID! name: String }`,
      },
      (name) => {
        const holder = (id: string) => ({ thing: { __typename: 'Thing', id } });
        if (name === 'a') return { data: { one: holder('1'), many: [holder('2'), holder('1')] } };
        return { data: null, errors: [{ message: 'no names today', extensions: { code: 'CONFLICT' } }] };
      },
    );
    const { data, errors } = await run(pipeline, '{ one { thing { name } } many { thing { name } } }');
    expect(data).toEqual({
      one: { thing: { name: null } },
      many: [{ thing: { name: null } }, { thing: { name: null } }],
    });
    const paths = errors.map(({ path }: { path: unknown[] }) => path.join('.')).sort();
    expect(paths).toEqual(['many.0.thing', 'many.1.thing', 'one.thing']);
    expect(asked.filter(({ name }) => name === 'b').map(({ body }) => body.variables.representations)).toEqual([
      [
        { __typename: 'Thing', id: '1' },
        { __typename: 'Thing', id: '2' },
      ],
    ]);
  });

  test('an entity error is told for every place of the entity', async () => {
    const { pipeline } = start();
    const { errors } = await run(
      pipeline,
      '{ anything { ... on Book { author { secret } } } me { friends { secret } } }',
    );
    const paths = errors.map((error: { path: unknown[] }) => error.path.join('.')).sort();
    expect(paths).toEqual(['anything.1.author.secret', 'anything.2.author', 'me.friends.0.secret']);
  });

  test('a client may select a field that @requires needs with other arguments', async () => {
    const { pipeline } = start();
    const { data, errors } = await run(pipeline, '{ gadgets { weight(unit: KG) shipping inGrams: weight(unit: G) } }');
    expect(errors).toBeUndefined();
    expect(data.gadgets[0]).toEqual({ weight: 2.5, shipping: 65, inGrams: 2500 });
  });

  test('a client may name a field as @requires names another', async () => {
    const { pipeline } = start();
    const { data } = await run(pipeline, '{ gadgets { weight: name shipping } }');
    expect(data.gadgets[0]).toEqual({ weight: 'Drill', shipping: 65 });
  });

  test('context arguments come from the object above, one fetch for each value', async () => {
    const { pipeline, asked } = scripted(
      {
        a: `${LINK} type Query { orders: [Order!]! } type Order @key(fields: "id") @context(name: "order") { id: ID! currency: String! line: Line! } type Line @key(fields: "id") { id: ID! price(currency: String @fromContext(field: "$order { currency }")): String }`,
        b: `${LINK} type Line @key(fields: "id") { id: ID! note: String }`,
      },
      (_name, body) => {
        const { variables, query } = JSON.parse(body);
        if (!variables.representations) {
          const order = (id: string, currency: string) => ({
            __typename: 'Order',
            id,
            currency,
            line: { __typename: 'Line', id },
          });
          return { data: { orders: [order('1', 'EUR'), order('2', 'USD'), order('3', 'EUR')] } };
        }
        const given = Object.entries(variables).find(([name]) => name !== 'representations')?.[1];
        expect(query).toContain('price(');
        return {
          data: { _entities: variables.representations.map(({ id }: { id: string }) => ({ price: `${id} ${given}` })) },
        };
      },
    );
    const { data } = await run(pipeline, '{ orders { line { price } } }');
    expect(data.orders.map((order: { line: { price: string } }) => order.line.price)).toEqual([
      '1 EUR',
      '2 USD',
      '3 EUR',
    ]);
    expect(asked).toHaveLength(3);
  });
});

describe('shaping', () => {
  test('null in a non-null place becomes null above, with one error at the place', async () => {
    const sdl = { a: 'type Query { list: [Row] } type Row { id: ID! cells: [Int!]! }' };
    const { pipeline } = scripted(sdl, () => ({
      data: {
        list: [
          { id: '1', cells: [1, null] },
          { id: '2', cells: [3] },
        ],
      },
    }));
    const { data, errors } = await run(pipeline, '{ list { id cells } }');
    expect(data).toEqual({ list: [null, { id: '2', cells: [3] }] });
    expect(errors).toEqual([
      {
        message: 'Cannot return null for non-nullable Row.cells.',
        path: ['list', 0, 'cells', 1],
        extensions: { code: 'INTERNAL' },
      },
    ]);
  });

  test('null up to the root makes data null', async () => {
    const { data, errors } = await run(start().pipeline, '{ me { name } broken }');
    expect(data).toBeNull();
    expect(errors).toHaveLength(1);
    expect(errors[0]).toMatchObject({ path: ['broken'], extensions: { code: 'CONFLICT' } });
  });

  test('a value that clients may not see is null', async () => {
    const { data, errors } = await run(start().pipeline, '{ book(id: "b2") { color name } }');
    expect(data).toEqual({ book: { color: null, name: 'Bees' } });
    expect(errors).toBeUndefined();
  });

  test('@skip and @include count at every level, also where a field is selected twice', async () => {
    const query = `query ($yes: Boolean = true, $no: Boolean!) {
      me { name @skip(if: $yes) id ...F @include(if: $yes) email @include(if: $no) }
      me @include(if: $no) { secret }
    } fragment F on Person { friends { name } friends @skip(if: $no) { id } }`;
    const { data } = await run(start().pipeline, query, { no: false });
    expect(data).toEqual({
      me: {
        id: 'p1',
        friends: [
          { name: 'Bob', id: 'p2' },
          { name: 'Cy', id: 'p3' },
        ],
      },
    });
  });

  test('__typename is known at every level and under any alias', async () => {
    const { data } = await run(
      start().pipeline,
      '{ t: __typename me { kind: __typename } item(id: "g1") { __typename x: __typename } }',
    );
    expect(data).toEqual({ t: 'Query', me: { kind: 'Person' }, item: { __typename: 'Gadget', x: 'Gadget' } });
  });

  test('nothing is fetched for what is skipped, and that is no error', async () => {
    const { pipeline, asked } = scripted({ a: 'type Query { a: Int }' }, () => ({ data: { a: 1 } }));
    const { data, errors } = await run(pipeline, '{ a @skip(if: true) __typename }');
    expect({ data, errors, asked }).toEqual({ data: { __typename: 'Query' }, errors: undefined, asked: [] });
  });

  test('an empty plan for a selection that no subgraph can resolve is an error, not a bare null', async () => {
    const { pipeline } = start();
    const emptyPlanner: Planner = { plan: () => ({ kind: 'QueryPlan' }) };
    const unplanned = pipelineOf({ ...pipeline.state, planner: emptyPlanner }, () => expect.unreachable());
    const { data, errors } = await run(unplanned, '{ me { name } __typename }');
    expect(data).toEqual({ me: null, __typename: 'Query' });
    expect(errors).toMatchObject([{ path: ['me'], extensions: { code: 'UNAVAILABLE' } }]);
  });
});

describe('introspection', () => {
  test('is answered here, whole, without what is inaccessible, beside fetched fields', async () => {
    const { pipeline, fixture } = start();
    const source = getIntrospectionQuery();
    const expected = graphqlSync({ schema: pipeline.state.schema, source }).data;
    expect((await run(pipeline, source)).data).toEqual(JSON.parse(JSON.stringify(expected)));
    expect(fixture.seen).toEqual([]);
    const query =
      'query ($name: String!) { color: __type(name: $name) { enumValues { name } } me { name } ...R } fragment R on Query { __schema { queryType { name } } }';
    expect((await run(pipeline, query, { name: 'Color' })).data).toEqual({
      color: { enumValues: [{ name: 'RED' }, { name: 'BLUE' }] },
      me: { name: 'Ada' },
      __schema: { queryType: { name: 'Query' } },
    });
  });
});

describe('operations', () => {
  test('a document with several operations needs the name of one', async () => {
    const { pipeline } = start();
    const query = 'query A { me { name } } query B { me { id } }';
    expect((await run(pipeline, query)).errors[0].message).toContain('A, B');
    const result = await ask(pipeline, { query, variables: {}, operationName: 'B' });
    expect(result.data).toEqual({ me: { id: 'p1' } });
    expect((await ask(pipeline, { query, variables: {}, operationName: 'C' })).errors?.[0]?.extensions?.code).toBe(
      'BAD_INPUT',
    );
  });

  test('only variables that a subgraph uses reach it, with their defaults', async () => {
    const { pipeline, fixture } = start();
    await run(
      pipeline,
      'query ($id: ID! = "p2", $first: Int = 1) { person(id: $id) { name } items(first: $first) { id } }',
    );
    const people = fixture.seen.find(({ subgraph }) => subgraph === 'people');
    expect(people?.body.variables).toEqual({ id: 'p2' });
  });
});

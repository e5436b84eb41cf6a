import { readdirSync, readFileSync } from 'node:fs';
import { buildSchema, getOperationAST, getVariableValues, Kind, parse, print } from 'graphql';
import { beforeAll, describe, expect, test } from 'vitest';
import { buildSupergraph, type SupergraphState } from '../supergraph.ts';
import { compileEstimate, refuseCostly } from './cost-estimate.ts';
import { compileCostModel } from './cost-model.ts';
import { DEFAULT_LIMITS } from './limits.ts';

const SDL = `
  type Query { samples(first: Int!): Samples! rules(first: Int! = 50): Samples! found(first: Int): [Sample!]! sample: Sample }
  type Mutation { register(inputs: [Int!]!): Registered! }
  type Registered { results: [Outcome!]! }
  union Outcome = Sample | Refused
  type Refused { code: Int }
  type Samples { edges: [Edge!]! totalCount: Int }
  type Edge { node: Sample! cursor: Int }
  type Sample { id: Int parent: Sample analyses: [Analysis!]! names: [String!]! parts: [Sample!]! grid: [[Analysis!]!]! }
  type Analysis { id: Int sample: Sample! }
`;

type Source = Pick<SupergraphState, 'schema' | 'costs'>;

function sourceOf(sdl: string): Source {
  const schema = buildSchema(sdl);
  return { schema, costs: compileCostModel(parse(sdl), schema, { cost: 'cost', listSize: 'listSize' }) };
}

const SOURCE = sourceOf(SDL);

function estimate(query: string, variables: Record<string, unknown> = {}, source: Source = SOURCE): number {
  const document = parse(query);
  const operation = getOperationAST(document)!;
  const { coerced, errors } = getVariableValues(source.schema, operation.variableDefinitions ?? [], variables);
  if (errors) throw new Error(errors.join('\n'));
  return compileEstimate(source, document, operation, DEFAULT_LIMITS)(coerced);
}

describe('the estimate counts objects', () => {
  test.each<[string, string, Record<string, unknown>, number]>([
    ['scalars are none', '{ samples(first: 5) { totalCount } }', {}, 1],
    ['a page is as large as it is asked for', '{ samples(first: 5) { edges { node { id names } } } }', {}, 11],
    ['also by a variable', 'query ($n: Int!) { samples(first: $n) { edges { node { id } } } }', { n: 7 }, 15],
    ["also by a variable's default", 'query ($n: Int! = 3) { samples(first: $n) { edges { cursor } } }', {}, 4],
    ["a page without a size has the schema's default", '{ rules { edges { cursor } } }', {}, 51],
    ['a page without any default counts as 200', '{ found { id } }', {}, 200],
    ['also when its variable is left out', 'query ($n: Int) { found(first: $n) { id } }', {}, 200],
    [
      'a page counts as large as it is asked for, however large',
      '{ samples(first: 90000) { edges { cursor } } }',
      {},
      90001,
    ],
    ['a list that is not paged counts as ten', '{ sample { analyses { id } } }', {}, 11],
    ['lists of lists multiply', '{ sample { grid { id } } }', {}, 101],
    ['so do lists in lists', '{ samples(first: 5) { edges { node { analyses { id sample { id } } } } } }', {}, 111],
    [
      'fragments count where they are spread',
      '{ sample { ...A parent { ...A } } } fragment A on Sample { analyses { id } }',
      {},
      22,
    ],
    [
      'a bulk write counts its inputs, and 10 for writing',
      'mutation ($i: [Int!]!) { register(inputs: $i) { results { ... on Sample { parent { id } } } } }',
      { i: Array(500).fill(1) },
      1011,
    ],
    ['introspection counts nothing', '{ __schema { types { fields { name } } } }', {}, 0],
  ])('%s', (_, query, variables, objects) => {
    expect(estimate(query, variables)).toBe(objects);
  });
});

test('more than what is allowed is refused with what was estimated, what is allowed and what to do', () => {
  expect(() => refuseCostly(100_000, DEFAULT_LIMITS)).not.toThrow();
  expect(() => refuseCostly(100_001, DEFAULT_LIMITS)).toThrow(
    /may cost 100001, counting the size of each page and 10 for each.*at most 100000.*smaller "first"/,
  );
});

test('circles through plain lists are refused, a tree three deep is not', () => {
  const nested = (times: number, field: string) => `${`${field} {`.repeat(times)} id ${'}'.repeat(times)}`;
  expect(estimate(`{ sample { ${nested(3, 'parts')} } }`)).toBe(1111);
  expect(() => estimate(`{ sample { ${nested(4, 'parts')} } }`)).toThrow(/lists of Sample within.*more than 3 times/);
  expect(() => estimate(`{ sample { ${nested(10, 'analyses { sample')}${'}'.repeat(10)} } }`)).toThrow(
    /lists of Analysis/,
  );
  expect(estimate(`{ sample { ${nested(20, 'parent')} } }`)).toBe(21);
});

describe("what ALIMS' own clients send", () => {
  const root = new URL('../../', import.meta.url);
  const read = (path: string) => readFileSync(new URL(path, root), 'utf8');
  let source: SupergraphState;
  beforeAll(() => {
    source = buildSupergraph(read('schema/supergraph.graphql'));
  });

  test('is far below the limit with its variables, and below it with the largest pages and batches', () => {
    const variables = JSON.parse(read('operations/variables.json')) as Record<string, Record<string, unknown>>;
    const sizes: Record<string, number> = {};
    const measure = (text: string, given: Record<string, unknown> | undefined) => {
      const document = parse(text);
      const fragments = document.definitions.filter(({ kind }) => kind === Kind.FRAGMENT_DEFINITION);
      for (const operation of document.definitions) {
        if (operation.kind !== Kind.OPERATION_DEFINITION) continue;
        const name = operation.name?.value ?? '';
        const alone = { kind: Kind.DOCUMENT, definitions: [operation, ...fragments] } as const;
        const count = compileEstimate(source, alone, operation, DEFAULT_LIMITS);
        const own = given ?? variables[name] ?? {};
        sizes[name] = count(own);
        expect(sizes[name], print(operation)).toBeLessThan(DEFAULT_LIMITS.maxCost / 5);
        const inflated = Object.fromEntries(Object.entries(own).map(([key, value]) => [key, inflate(key, value)]));
        expect(count(inflated), print(operation)).toBeLessThan(DEFAULT_LIMITS.maxCost);
      }
    };
    for (const file of readdirSync(new URL('operations/', root))) {
      if (file.endsWith('.graphql')) measure(read(`operations/${file}`), undefined);
    }
    for (const file of readdirSync(new URL('examples/operations/', root))) {
      if (!file.endsWith('.graphql')) continue;
      const { variables: own, ...rest } = JSON.parse(read(`examples/operations/${file.replace(/graphql$/, 'json')}`));
      measure(read(`examples/operations/${file}`), own ?? rest);
    }
    expect(Object.keys(sizes).length).toBeGreaterThan(30);
  });
});

function inflate(key: string, value: unknown): unknown {
  if (key === 'first') return 200;
  return Array.isArray(value) ? Array(500).fill(value[0]) : value;
}

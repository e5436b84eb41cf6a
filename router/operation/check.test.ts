import {
  type GraphQLFormattedError,
  getIntrospectionQuery,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
} from 'graphql';
import { beforeAll, describe, expect, test } from 'vitest';
import { buildSupergraph, type SupergraphState } from '../supergraph.ts';
import { createFixture } from '../tests/fixture/federation.ts';
import { checkDocument } from './check.ts';
import { DEFAULT_LIMITS, type OperationLimits } from './limits.ts';
import { createOperationCache, type OperationCache } from './operation-cache.ts';

let state: SupergraphState;

beforeAll(() => {
  state = buildSupergraph(createFixture().supergraphSdl);
});

interface Rules {
  readonly limits?: Partial<OperationLimits>;
  readonly introspection?: boolean;
  readonly suggestions?: boolean;
  readonly maxOperations?: number;
}

function cacheOf({ limits, introspection = true, suggestions = true, maxOperations = 10 }: Rules): OperationCache {
  const rules = {
    limits: { ...DEFAULT_LIMITS, ...limits },
    introspection,
    suggestions,
    unauthorized: 'filter',
  } as const;
  return createOperationCache({ state, planner: state.planner, maxOperations, ...rules });
}

function errorsOf(
  query: string,
  rules: Rules = {},
  variables: Record<string, unknown> = {},
): readonly GraphQLFormattedError[] {
  const prepared = cacheOf(rules).get(query, null);
  if ('errors' in prepared) return prepared.errors;
  const coerced = prepared.coerce(variables);
  return 'errors' in coerced ? coerced.errors : [];
}

describe('each limit can be set, and its refusal says what was found and what is served', () => {
  test.each<[keyof OperationLimits, string, number, number | null, Record<string, unknown>?]>([
    ['maxTokens', '{ me { name } }', 5, null],
    ['maxDefinitions', 'query { me { ...A ...B } } fragment A on Person { id } fragment B on Person { id }', 2, 3],
    ['maxDepth', '{ me { manager { manager { name } } } }', 3, 4],
    ['maxAliases', '{ a: me { b: name c: name } }', 2, 3],
    ['maxDirectives', '{ me { name @skip(if: false) @include(if: true) } }', 1, 2],
    ['maxRootFields', '{ me { name } people { name } boss { name } }', 2, 3],
    ['maxFields', '{ me { name email ...A ...A } } fragment A on Person { id }', 4, 5],
    [
      'maxVariables',
      'query ($a: ID!, $b: ID!) { a: item(id: $a) { id } b: item(id: $b) { id } }',
      1,
      2,
      { a: '1', b: '2' },
    ],
    ['maxNameLength', '{ me { abcdefgh: name } }', 7, 8],
    ['maxStringLength', '{ item(id: "abcdefgh") { id } }', 7, 8],
    ['maxValueDepth', '{ items(filter: { colors: [RED] }) { id } }', 1, 2],
    ['maxValueDepth', 'query ($f: ItemFilter) { items(filter: $f) { id } }', 1, null, { f: { colors: ['RED'] } }],
    [
      'maxVariableValues',
      'query ($f: ItemFilter) { items(filter: $f) { id } }',
      3,
      null,
      { f: { colors: ['RED', 'BLUE'] } },
    ],
  ])('%s', (name, query, max, found, variables) => {
    const [error, ...others] = errorsOf(query, { limits: { [name]: max } }, variables);
    expect(others).toEqual([]);
    expect(error?.message).toContain(`has ${found ?? `more than ${max}`} `);
    expect(error?.message).toContain(`at most ${max} are served`);
    expect(error?.extensions).toMatchObject({
      code: 'BAD_INPUT',
      limit: { name, max, ...(found !== null && { found }) },
    });
    expect(errorsOf(query, { limits: { [name]: max + 1 } }, variables)).toEqual([]);
  });

  test('maxCost', () => {
    const query = 'query ($n: Int) { items(first: $n) { id } }';
    const [error] = errorsOf(query, { limits: { maxCost: 9 } }, { n: 10 });
    expect(error).toMatchObject({
      message: expect.stringContaining('may cost 10'),
      extensions: { code: 'BAD_INPUT', cost: { estimated: 10, max: 9 } },
    });
    expect(errorsOf(query, { limits: { maxCost: 10 } }, { n: 10 })).toEqual([]);
  });
});

describe('a router that does not tell its schema', () => {
  test('refuses introspection wherever it stands, and says so', () => {
    for (const query of [
      getIntrospectionQuery(),
      '{ me { name } ...F } fragment F on Query { ... { t: __type(name: "Person") { name } } }',
    ]) {
      const [error] = errorsOf(query, { introspection: false });
      expect(error).toMatchObject({
        message: expect.stringMatching(/switched off/),
        extensions: { code: 'BAD_INPUT' },
      });
    }
  });

  test('still tells a client the type of an object', () => {
    expect(errorsOf('{ __typename me { __typename } }', { introspection: false })).toEqual([]);
  });

  test('tells no name that the client has not said, however near it guesses', () => {
    const names = schemaNames();
    let guesses = 0;
    let suggested = 0;
    for (const name of names) {
      for (const near of [`${name}s`, name.slice(0, -1), `${name.slice(0, 1)}x${name.slice(1)}`]) {
        if (near.length < 2 || names.has(near)) continue;
        const documents: [string, Record<string, unknown>?][] = [
          [`{ ${near} }`],
          [`{ me { ${near} } }`],
          [`{ anything { ... on ${near} { __typename } } }`],
          [`{ items(${near}: 1) { __typename } }`],
          [`{ items(filter: { ${near}: 1 }) { __typename } }`],
          [`{ items(filter: { colors: [${near}] }) { __typename } }`],
          ['query ($f: ItemFilter) { items(filter: $f) { __typename } }', { f: { [near]: 1 } }],
          ['query ($c: [Color!]) { items(filter: { colors: $c }) { __typename } }', { c: [near] }],
        ];
        for (const [query, variables] of documents) {
          guesses += 1;
          const said = new Set([...words(query), near]);
          for (const { message } of errorsOf(query, { suggestions: false }, variables)) {
            const told = words(message).filter((word) => names.has(word) && !said.has(word) && !KNOWN.has(word));
            expect(told, `${query} was told: ${message}`).toEqual([]);
          }
          if (errorsOf(query, {}, variables).some(({ message }) => message.includes('Did you mean'))) suggested += 1;
        }
      }
    }
    expect(guesses).toBeGreaterThan(500);
    // What is switched off is there.
    expect(suggested).toBeGreaterThan(50);
  });
});

/** Where the client stands, which it knows: the type of a field that it selected, or of an argument that it gave. */
const KNOWN = new Set(['Query', 'Person', 'ItemFilter', 'Color', 'Anything', 'String', 'Int', 'Item', 'Boolean', 'ID']);

function words(text: string): string[] {
  return text.match(/\w+/g) ?? [];
}

function schemaNames(): Set<string> {
  const names = new Set<string>();
  for (const type of Object.values(state.schema.getTypeMap())) {
    if (type.name.startsWith('__')) continue;
    names.add(type.name);
    if (isEnumType(type)) for (const { name } of type.getValues()) names.add(name);
    if (!isObjectType(type) && !isInterfaceType(type) && !isInputObjectType(type)) continue;
    for (const field of Object.values(type.getFields())) {
      names.add(field.name);
      if ('args' in field) for (const { name } of field.args) names.add(name);
    }
  }
  return names;
}

describe('refusals', () => {
  test('quote what was sent only so far, and hold nothing of the document', () => {
    const refused = checkDocument(
      state.schema,
      { limits: DEFAULT_LIMITS, introspection: true, suggestions: true },
      `{ items(first: "${'x'.repeat(15_000)}") { id } }`,
      null,
    );
    if (!('errors' in refused)) throw new Error('not refused');
    expect(refused.errors[0]?.message.length).toBeLessThan(1_100);
    expect(JSON.stringify(refused).length).toBeLessThan(2_000);
    expect(refused.errors[0]?.locations).toEqual([{ line: 1, column: 16 }]);
  });

  test('push no operation out of the cache that is served', () => {
    const cache = cacheOf({ maxOperations: 3 });
    const served = cache.get('{ me { name } }', null);
    for (let index = 0; index < 500; index++) cache.get(`{ nope${index} }`, null);
    expect(cache.get('{ me { name } }', null)).toBe(served);
    expect(cache.get('{ nope499 }', null)).toBe(cache.get('{ nope499 }', null));
  });
});

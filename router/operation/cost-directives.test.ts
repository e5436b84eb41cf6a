import { getOperationAST, getVariableValues, parse } from 'graphql';
import { beforeAll, describe, expect, test } from 'vitest';
import { composeSupergraph } from '../compose.ts';
import { buildSupergraph, type SupergraphState } from '../supergraph.ts';
import { compileActualCost } from './cost-actual.ts';
import { compileEstimate } from './cost-estimate.ts';
import { DEFAULT_LIMITS } from './limits.ts';

// @cost goes by another name, as it may in a subgraph.
const LINK =
  'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@listSize", { name: "@cost", as: "@weight" }])\n';

const SDL = `${LINK}
  type Query {
    book(id: ID): Book
    search(by: Search, words: [String!] @weight(weight: 3)): Book
    dear: Book @weight(weight: 50)
    shade(of: Shade): Shade
    weighed(scale: Int @weight(weight: 4)): Int
    shop: Shop
    bestsellers: [Book!] @listSize(assumedSize: 5)
    newest(limit: Int!): [Book!] @listSize(slicingArguments: ["limit"])
    shelf(first: Int, last: Int): [Book!] @listSize(slicingArguments: ["first", "last"])
    loose(first: Int, last: Int): [Book!] @listSize(slicingArguments: ["first", "last"], requireOneSlicingArgument: false, assumedSize: 7)
    defaulted(first: Int = 4, last: Int): [Book!] @listSize(slicingArguments: ["first", "last"])
    connection(first: Int!): Books! @listSize(slicingArguments: ["first"], sizedFields: ["edges", "nodes"])
    things: [Thing!] @listSize(assumedSize: 2)
    plain: [Book!]
  }
  type Mutation { sell(input: Sale!): Book }
  input Search { title: String shade: Shade depth: Int @weight(weight: 20) }
  input Sale { lines: [Line!]! }
  input Line { id: ID count: Int @weight(weight: 2) }
  type Books { edges: [Edge!] nodes: [Book!] hints: [String] facets: [Facet!] }
  type Edge { node: Book }
  type Facet { name: String }
  type Book { title: String author: Author publisher: Publisher ink: Shade cover: Image related: [Book!] }
  type Author { name: String }
  type Publisher { name: String address: Address }
  type Address @weight(weight: 5) { zipCode: Int! }
  enum Shade @weight(weight: 2) { DARK LIGHT }
  scalar Image @weight(weight: 9)
  interface Thing { id: ID size: Int maker: Author }
  type Pen implements Thing { id: ID size: Int maker: Author }
  type Press implements Thing { id: ID size: Int @weight(weight: 30) maker: Author @weight(weight: 6) }
  type Shop { name: String }
`;

let state: SupergraphState;

beforeAll(() => {
  const typeDefs = parse(SDL);
  state = buildSupergraph(composeSupergraph([{ name: 'shop', url: 'http://shop.test', typeDefs }]).supergraphSdl);
});

function read(query: string, raw: Record<string, unknown>) {
  const document = parse(query);
  const operation = getOperationAST(document)!;
  const { coerced, errors } = getVariableValues(state.schema, operation.variableDefinitions ?? [], raw);
  if (errors) throw new Error(errors.join('\n'));
  return { document, operation, coerced };
}

function estimate(query: string, raw: Record<string, unknown> = {}): number {
  const { document, operation, coerced } = read(query, raw);
  return compileEstimate(state, document, operation, DEFAULT_LIMITS)(coerced);
}

function actual(query: string, data: Record<string, unknown>, raw: Record<string, unknown> = {}): number {
  const { document, operation, coerced } = read(query, raw);
  const clientKeys = { dataKey: (key: string) => key, clientKey: (key: never) => key, rename: () => document };
  return compileActualCost({ ...state, clientKeys }, document, operation)(data, coerced);
}

const BOOK = '{ title author { name } publisher { name address { zipCode } } }';

describe('weights', () => {
  test.each<[string, string, Record<string, unknown>, number]>([
    ["a type's weight is that of each of its objects", `{ book(id: 1) ${BOOK} }`, {}, 8],
    ["a field's weight goes before its type's", '{ dear { title } }', {}, 50],
    ['of an enum and of a scalar', '{ book { ink cover } }', {}, 12],
    ['of an argument', '{ weighed(scale: 1) }', {}, 4],
    ['of an argument that is given null, nothing', '{ weighed(scale: null) }', {}, 0],
    ["of an argument by its type's", '{ shade(of: DARK) }', {}, 4],
    ['of each element of an argument that is a list', '{ search(words: ["a", "b"]) { title } }', {}, 7],
    [
      'an input object counts 1, with what its members weigh',
      '{ search(by: { title: "x", shade: DARK, depth: 1 }) { title } }',
      {},
      24,
    ],
    ['also by a variable', 'query ($by: Search) { search(by: $by) { title } }', { by: { depth: 1 } }, 22],
    ['also by a variable within', 'query ($depth: Int) { search(by: { depth: $depth }) { title } }', { depth: 1 }, 22],
    [
      'a mutation counts 10 besides',
      'mutation ($i: Sale!) { sell(input: $i) { title } }',
      { i: { lines: [{ id: 1, count: 2 }, { id: 2 }] } },
      16,
    ],
    ['on an interface the weight of the heaviest type', '{ things { size } }', {}, 62],
    [
      'what is skipped weighs nothing',
      'query ($no: Boolean!) { dear @include(if: $no) { title } a: dear @skip(if: true) { title } ...F @skip(if: $no) } fragment F on Query { shop { name } }',
      { no: false },
      1,
    ],
  ])('%s', (_, query, variables, cost) => expect(estimate(query, variables)).toBe(cost));
});

describe('lists', () => {
  test.each<[string, string, Record<string, unknown>, number]>([
    ['are as long as they are assumed to be', `{ bestsellers ${BOOK} }`, {}, 40],
    ['are as long as an argument says', `{ newest(limit: 3) ${BOOK} }`, {}, 24],
    ['also by a variable', `query ($n: Int!) { newest(limit: $n) ${BOOK} }`, { n: 7 }, 56],
    ['by whichever argument is given', '{ shelf(last: 6) { title } }', {}, 6],
    ['one that is null is not given', 'query ($n: Int) { shelf(first: $n, last: 6) { title } }', { n: null }, 6],
    ['a default counts where none is given', '{ defaulted { title } }', {}, 4],
    ['and not where another is given', '{ defaulted(last: 9) { title } }', {}, 9],
    ['by the largest where several may be given', '{ loose(first: 2, last: 11) { title } }', {}, 11],
    ['and as assumed where none has to be given', '{ loose { title } }', {}, 7],
    ['less than nothing is nothing', '{ newest(limit: -5) { title } }', {}, 0],
    [
      'by the fields beneath that the size is said of, and no others',
      '{ connection(first: 8) { edges { node { title } } nodes { title } facets { name } } }',
      {},
      1 + 8 * 2 + 8 + 10,
    ],
    ['a list of which nothing is said counts 10', '{ plain { title } }', {}, 10],
    [
      'lists that are sized may be in lists of their kind',
      '{ bestsellers { related { related { related { title } } } } }',
      {},
      5 * (1 + 10 * (1 + 10 * (1 + 10))),
    ],
  ])('%s', (_, query, variables, cost) => expect(estimate(query, variables)).toBe(cost));

  test.each([
    ['none', '{ shelf { title } }', {}, /Query\.shelf .*exactly one of "first" or "last", and is told by none/],
    ['two', '{ shelf(first: 1, last: 2) { title } }', {}, /is told by 2/],
    ['a variable that is left out', 'query ($n: Int) { shelf(first: $n) { title } }', {}, /is told by none/],
  ])('that has to be told its size once is refused with %s', (_, query, variables, says) => {
    expect(() => estimate(query, variables)).toThrow(says);
  });
});

describe('the actual cost', () => {
  const book = { title: 'T', author: { name: 'N' }, publisher: { name: 'P', address: { zipCode: 1 } } };

  test('has the weights of the estimate, and lists as long as they came', () => {
    const query = `query ($n: Int!) { newest(limit: $n) ${BOOK} }`;
    expect(actual(query, { newest: Array(7).fill(book) }, { n: 7 })).toBe(estimate(query, { n: 7 }));
    expect(actual(query, { newest: [book, null, { ...book, publisher: null }] }, { n: 7 })).toBe(8 + 2);
    expect(actual(query, { newest: null }, { n: 7 })).toBe(0);
  });

  test('counts by the type that an object has, and each key once', () => {
    const query = '{ things { id size ... on Press { maker { name } maker { name } } } }';
    const things = [
      { __typename: 'Pen', id: '1', size: 1 },
      { __typename: 'Press', id: '2', size: 2, maker: { name: 'M' } },
    ];
    expect(actual(query, { things })).toBe(1 + 1 + 30 + 6);
  });

  test('counts arguments where the field came, and a mutation', () => {
    const query = 'mutation ($i: Sale!) { sell(input: $i) { title } }';
    const sale = { i: { lines: [{ id: 1, count: 2 }] } };
    expect(actual(query, { sell: { title: 'T' } }, sale)).toBe(10 + 4 + 1);
    expect(actual(query, {}, sale)).toBe(10);
  });
});

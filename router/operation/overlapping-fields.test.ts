import fc from 'fast-check';
import {
  buildSchema,
  type DocumentNode,
  getOperationAST,
  OverlappingFieldsCanBeMergedRule,
  parse,
  specifiedRules,
  validate,
} from 'graphql';
import { describe, expect, test } from 'vitest';
import { findConflicts } from './overlapping-fields.ts';
import { fragmentsOf } from './selections.ts';

const SCHEMA = buildSchema(`
  interface Node { id: ID! name: String other: Node near(n: Int, by: By): Node size: Int }
  type A implements Node { id: ID! name: String other: B near(n: Int, by: By): Node size: Int own: Int! tags: [String] }
  type B implements Node { id: ID! name: String other: A near(n: Int, by: By): Node size: Int own: Int tags: [String!] }
  type C { own: String tags: String other: C }
  union Any = A | B | C
  input By { x: Int y: Int }
  type Query { node: Node any: Any a: A }
`);

function conflictsIn(text: string): readonly string[] {
  const document = parse(text);
  return findConflicts(SCHEMA, fragmentsOf(document), getOperationAST(document)!).map(({ message }) => message);
}

describe('selections under one key', () => {
  test.each([
    ['the same field may be selected twice', '{ node { name name } }'],
    [
      'also with the same arguments in another order',
      '{ node { near(n: 1, by: {x: 1, y: 2}) { id } near(by: {y: 2, x: 1}, n: 1) { name } } }',
    ],
    [
      'different fields may share a key on types that no object has both',
      '{ node { ... on A { k: own } ... on B { k: size } } }'.replace('own', 'size'),
    ],
    [
      'fields of different types need not have the same arguments',
      '{ node { ... on A { near(n: 1) { id } } ... on B { near(n: 2) { id } } } }',
    ],
    [
      'a name of the type beside a text of another type',
      '{ node { ... on A { k: __typename } ... on B { k: __typename } } }',
    ],
  ])('%s', (_, text) => expect(conflictsIn(text)).toEqual([]));

  test.each([
    ['different fields', '{ node { k: name k: id } }', /"k".*name of type String.*id of type ID!/],
    [
      'different arguments',
      '{ node { near(n: 1) { id } near(n: 2) { id } } }',
      /"near".*near\(n: 1\) and near\(n: 2\)/,
    ],
    [
      'different arguments far below',
      '{ node { other { near(n: 1) { id } } } ...F } fragment F on Query { node { other { near { id } } } }',
      /near\(n: 1\) and near differ/,
    ],
    [
      'a list and a leaf, even on types that no object has both',
      '{ any { ... on A { k: tags } ... on C { k: tags } } }',
      /of type \[String\].*of type String/,
    ],
    [
      'nullable and not, likewise',
      '{ node { ... on A { own } ... on B { own } } }',
      /own of type Int!.*own of type Int/,
    ],
    ['on an interface and on a type of it', '{ node { k: name ... on A { k: size } } }', /"k"/],
  ])('conflict: %s', (_, text, message) => {
    expect(conflictsIn(text)).toEqual([expect.stringMatching(message)]);
  });
});

test('what conflicts is what graphql-js says conflicts', () => {
  const others = specifiedRules.filter((rule) => rule !== OverlappingFieldsCanBeMergedRule);
  let conflicting = 0;
  let agreeing = 0;
  fc.assert(
    fc.property(arbitraryDocument(), (text) => {
      const document: DocumentNode = parse(text);
      fc.pre(validate(SCHEMA, document, others).length === 0);
      const expected = validate(SCHEMA, document, [OverlappingFieldsCanBeMergedRule]).length > 0;
      expect(conflictsIn(text).length > 0, text).toBe(expected);
      if (expected) conflicting += 1;
      else agreeing += 1;
    }),
    { numRuns: 600, seed: 20_261_128 },
  );
  expect(conflicting).toBeGreaterThan(100);
  expect(agreeing).toBeGreaterThan(100);
});

/** Valid but for conflicts (graphql-js does not look at the type of `__typename`, so there is none); every type is selected through every other. */
function arbitraryDocument(): fc.Arbitrary<string> {
  const rarely = (often: readonly string[], seldom: readonly string[]) =>
    fc.oneof({ arbitrary: fc.constantFrom(...often), weight: 6 }, { arbitrary: fc.constantFrom(...seldom), weight: 1 });
  const depthIdentifier = fc.createDepthIdentifier();
  const setOf = (...parts: fc.Arbitrary<string>[]) =>
    fc
      .array(fc.oneof({ depthSize: 'small', maxDepth: 3, depthIdentifier }, ...parts), { minLength: 1, maxLength: 3 })
      .map((selections) => `{ ${selections.join(' ')} }`);
  const { operation } = fc.letrec<Record<string, string>>((tie) => ({
    leaf: rarely(['name', 'id', 'size', 'n: name', 's: size'], ['n: size', 's: id']),
    near: fc
      .tuple(
        rarely(
          ['other', 'm: near(n: 1, by: {x: 1, y: 2})', 'm: near(by: {y: 2, x: 1}, n: 1)'],
          ['m: near', 'm: other'],
        ),
        tie('node'),
      )
      .map((parts) => parts.join(' ')),
    own: rarely(['a: own'], ['own', 'tags']),
    on: fc
      .oneof(
        fc.tuple(fc.constant('... on A'), setOf(tie('leaf'), tie('own'), tie('near'))),
        fc.tuple(fc.constant('... on B'), setOf(tie('leaf'), tie('near'))),
      )
      .map((parts) => parts.join(' ')),
    spread: fc.constantFrom('...F', '...G'),
    node: setOf(tie('leaf'), tie('near'), tie('on'), tie('spread')),
    operation: fc
      .tuple(tie('node'), tie('node'), setOf(tie('leaf')), setOf(tie('leaf')))
      .map(
        ([a, b, f, g]) =>
          `{ node ${a} ...Q } fragment Q on Query { node ${b} a { ...F ...G } } fragment F on Node ${f} fragment G on Node ${g}`,
      ),
  }));
  return operation as fc.Arbitrary<string>;
}

test('the time grows with the document: thousands of selections under one key are compared with one of them', () => {
  expect(conflictsIn(`{ node { ${'name '.repeat(9_000)} } }`)).toEqual([]);
  expect(conflictsIn(`{ ${'node { id } '.repeat(2_000)} }`)).toEqual([]);
  const spreads = Array.from({ length: 1_000 }, (_, index) => index);
  const fragments = spreads.map((index) => `fragment F${index} on Node { k${index}: name }`).join(' ');
  expect(conflictsIn(`{ node { ${spreads.map((index) => `...F${index}`).join(' ')} } } ${fragments}`)).toEqual([]);
});

test('selections that meet in very many combinations of types are refused instead of compared', () => {
  let set = '{ id }';
  for (let level = 0; level < 20; level++) set = `{ other ${set} ... on A { other { id } } ... on B { other { id } } }`;
  expect(conflictsIn(`{ node ${set} }`)).toEqual([expect.stringMatching(/too many combinations.*Select them once/)]);
});

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { factClause, readFact } from './facts.ts';
import { SyntaxFault } from './lexer.ts';
import { readTerm } from './parser.ts';
import { argsOf } from './term.ts';
import { writeTerm } from './writer.ts';

test.each([
  ["client( s1 , 'UTAH' ) .", "client(s1,'UTAH')"],
  ["collected_at('s1',499990.5)", 'collected_at(s1,499990.5)'],
  ["barcode('s1','W\\'1')", "barcode(s1,'W\\'1')"],
  ["hold(s1,'freezer\\40\\alarm')", "hold(s1,'freezer alarm')"],
  ['reading(s1, -4.5, "C")', 'reading(s1,-4.5,"C")'],
  ['cancelled', 'cancelled'],
])('%s is the fact %s', (source, text) => {
  expect(readFact(source)).toMatchObject({ text });
});

test('one name in a snapshot is one atom', () => {
  const atoms = new Map();
  const clauses = ["analysis('a1','s1',no3)", "analysis('a2',s1,'no3')"].map((text) =>
    factClause(text, { kind: 'fact', id: null }, atoms),
  );
  const [first, second] = clauses.map((clause) => ('refused' in clause ? [] : argsOf(clause.head)));
  expect(first?.[1]).toBe(second?.[1]);
  expect(first?.[2]).toBe(second?.[2]);
});

test('a fact has no more arguments than any term', () => {
  const wide = (count: number) => `p(${Array.from({ length: count }, () => 'a').join(',')})`;
  expect(readFact(wide(1_000))).toMatchObject({ text: wide(1_000) });
  expect(readFact(wide(1_001))).toMatchObject({ refused: expect.stringContaining('at most 1000') });
});

const argument = fc.oneof(
  fc.constantFrom(
    'a',
    "'b c'",
    "'b, c'",
    " 'd,' ",
    "\t'e,f'",
    "'g' h",
    "''",
    '-1',
    '1.5',
    '-0',
    '0.10',
    'X',
    "'it''s'",
    '1.',
    ' a ',
    '',
    '"s"',
    'f(a)',
    '[]',
    "'%'",
    '1e3',
    '00',
    '- 1',
    'A1',
    'é',
  ),
  fc.string({ maxLength: 4 }),
);

test('property: the fast way of reading a fact agrees with the parser', () => {
  fc.assert(
    fc.property(
      fc.constantFrom('p', "'Q r'", 'p_1', 'é'),
      fc.array(argument, { minLength: 1, maxLength: 4 }),
      (name, args) => {
        const source = `${name}(${args.join(',')})`;
        let parsed: string | null = null;
        try {
          const { term, variables } = readTerm(source);
          parsed = variables.size === 0 ? writeTerm(term) : null;
        } catch (error) {
          if (!(error instanceof SyntaxFault)) throw error;
        }
        const fact = readFact(source);
        if ('refused' in fact) expect(parsed === null || /_[A-Z]/.test(parsed)).toBe(true);
        else expect(fact.text).toBe(parsed);
      },
    ),
    { numRuns: 2_000 },
  );
});

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DEFAULT_LIMITS } from './budget.ts';
import { Engine } from './engine.ts';
import { SyntaxFault } from './lexer.ts';
import { INFIX, PREFIX } from './operators.ts';
import { readTerm } from './parser.ts';
import { readProgram } from './program.ts';
import { buildProof } from './proof.ts';
import { atom, float, int, list, struct, type Term, text, variable } from './term.ts';
import { knowledgeOf, stoppedClock } from './testing.ts';
import { VariableNames, writeTerm } from './writer.ts';

function rewritten(source: string): string {
  const { term, variables } = readTerm(source);
  return writeTerm(term, VariableNames.asWritten(variables));
}

function faultOf(source: string): SyntaxFault {
  try {
    readTerm(source);
  } catch (error) {
    if (error instanceof SyntaxFault) return error;
    throw error;
  }
  throw new Error(`${source} was accepted`);
}

test.each([
  ['f( X ,Y,X )', 'f(X,Y,X)'],
  ['a:-b,c;d', 'a:-b,c;d'],
  ['a :- ( b ; c ), d', 'a:-(b;c),d'],
  ['X is 1 + 2 * 3', 'X is 1+2*3'],
  ['X is (1+2)*3', 'X is (1+2)*3'],
  ['1 - (2 - 3)', '1-(2-3)'],
  ['1 - -1', '1- -1'],
  ['- 1', '- 1'],
  ['-(1)', '- 1'],
  ['-1', '-1'],
  ['- a', '-a'],
  ['-(-(a))', '- -a'],
  ['\\+ a', '\\+a'],
  ['\\+ (a, b)', '\\+ (a,b)'],
  ["'hello world'", "'hello world'"],
  ["'don''t'", "'don\\'t'"],
  ["'[]'", "'[]'"],
  ['[ ]', '[]'],
  ['[a , b|T]', '[a,b|T]'],
  ['"text \\"x\\""', '"text \\"x\\""'],
  ["0'a", '97'],
  ['0x1F', '31'],
  ['1.50', '1.5'],
  ['1e3', '1000.0'],
  ['1.0e30', '1.0e+30'],
  ['123456789012345678901234567890', '123456789012345678901234567890'],
  ['a = \\+ b', 'a=(\\+b)'],
  ['f(:-, -, a)', 'f(:-,-,a)'],
  ['- = x', '(-)=x'],
  ['{a, b}', '{a,b}'],
  ['X == Y', 'X==Y'],
  ['a mod -1', 'a mod -1'],
  ['été(Ünder)', 'été(Ünder)'],
  ['f(a). % comment', 'f(a)'],
  ['f(/* inside */ a)', 'f(a)'],
])('%s is written %s', (source, canonical) => {
  expect(rewritten(source)).toBe(canonical);
});

describe('a syntax error tells line, column, what was expected and what came', () => {
  test.each([
    ['f(a', 1, 4, '")"', 'end of the text'],
    ['f(a,\n  )', 2, 3, 'a term', '")"'],
    ['f(a) g', 1, 6, 'operator or the full stop', '"g"'],
    ["'open", 1, 1, 'closing', 'end of the text'],
    ['f(a). g', 1, 7, 'end of the text after one term', '"g"'],
    ["'\\q'", 1, 2, 'escape', '\\q'],
    ['/* never ends', 1, 1, '*/', 'end of the text'],
  ])('%j', (source, line, column, expected, found) => {
    const fault = faultOf(source);
    expect({ line: fault.line, column: fault.column }).toEqual({ line, column });
    expect(fault.message).toContain(expected);
    expect(fault.message).toContain(found);
  });
});

test('nesting beyond 500 levels is refused, not crashed on', () => {
  expect(faultOf(`${'f('.repeat(100_000)}a`).message).toContain('500 levels');
  expect(faultOf(`${'['.repeat(100_000)}`).message).toContain('500 levels');
  expect(faultOf(`${'- '.repeat(100_000)}a`).message).toContain('500 levels');
});

const name = fc.oneof(
  fc.constantFrom(...INFIX.keys(), ...PREFIX.keys(), '[]', '{}', '!', ';', ',', '|', '.', '', '[|]', 'a b', "it's"),
  fc.string({ unit: 'grapheme', maxLength: 6 }),
  fc.stringMatching(/^[a-z][A-Za-z0-9_]{0,6}$/),
  fc.stringMatching(/^[-+*/\\^<>=~:.?@#&$]{1,4}$/),
);
const shared = [variable('A'), variable('B')];
const { term } = fc.letrec<{ term: Term }>((tie) => ({
  term: fc.oneof(
    { maxDepth: 6, depthSize: 'medium' },
    name.map(atom),
    fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n }).map(int),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map(float),
    fc.string({ unit: 'grapheme', maxLength: 8 }).map(text),
    fc.constantFrom(...shared),
    fc.tuple(name, fc.array(tie('term'), { minLength: 1, maxLength: 3 })).map(([n, args]) => struct(n, args)),
    fc
      .tuple(fc.array(tie('term'), { minLength: 1, maxLength: 3 }), tie('term'))
      .map(([items, tail]) => list(items, tail)),
  ),
}));

test('property: what is written reads back as the same term', () => {
  fc.assert(
    fc.property(term, (original) => {
      const written = writeTerm(original, new VariableNames(shared.map((v) => [v, v.name])));
      expect(rewritten(written)).toBe(written);
      expect(shapeOf(readTerm(written).term)).toEqual(shapeOf(original));
    }),
    { numRuns: 3_000 },
  );
});

/** A term as plain data, variables by name. */
function shapeOf(value: Term): unknown {
  if (value.kind === 'var') return { variable: value.name };
  if (value.kind === 'struct') return { name: value.name, args: value.args.map(shapeOf) };
  return value;
}

test('a clause that ends too early hides nothing of the next one', () => {
  const { clauses, diagnostics } = readProgram("p(.\nq(a, .\nr('a.\nb').\n's.\nt(a).\nu(a)");
  expect(diagnostics.map(({ line }) => line)).toEqual([1, 2, 5, 7]);
  expect(clauses.map(({ key }) => key)).toEqual(['r/1', 't/1']);
});

/** A list of lists of a thousand variables, one in the place of the other's end. */
const longList = (thousands: number) =>
  Array.from({ length: thousands }, (_, i) =>
    Array.from({ length: 1_000 }, (__, n) => `X${i}_${n}`).join(','),
  ).reduceRight((tail, items) => `[${items}|${tail}]`, '[]');

test('a term that is too deep to be a clause is refused, one that is not can be asked and proved', () => {
  expect(() => readTerm(`p(${longList(2)})`)).toThrow('Expected lists and terms with variables of at most 1500 levels');
  const { diagnostics } = readProgram(`ok.\np(${longList(2)}).\nq(.\n`);
  expect(diagnostics.map(({ code, line }) => [code, line])).toEqual([
    ['SYNTAX', 2],
    ['SYNTAX', 3],
  ]);
  const [nested, plain] = ['f('.repeat(490), ')'.repeat(490)];
  const source = `p(${longList(1)}, ${nested}X${plain}) :- q(${longList(1)}, ${nested}Y${plain}). q(_, _).`;
  for (const functionsFrom of [0, Number.POSITIVE_INFINITY]) {
    const engine = new Engine(knowledgeOf(source), {
      limits: DEFAULT_LIMITS,
      clock: stoppedClock,
      steps: true,
      functionsFrom,
    });
    expect(engine.solve(readTerm(`p(L, ${nested}Z${plain})`).term, () => true)).toBe(true);
    expect(buildProof(engine.steps, engine.budget)).toHaveLength(1);
  }
});

test('property: any text is either read or refused with a place inside it', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (source) => {
      try {
        readTerm(source);
      } catch (error) {
        if (!(error instanceof SyntaxFault)) throw error;
        expect(error.line).toBeLessThanOrEqual(source.split('\n').length);
        expect(error.column).toBeGreaterThanOrEqual(1);
      }
    }),
    { numRuns: 2_000 },
  );
});

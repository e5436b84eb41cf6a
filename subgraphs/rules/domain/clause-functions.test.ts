import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DEFAULT_LIMITS } from './budget.ts';
import { type Clause, compileClause } from './clause.ts';
import { argumentsFunction, chainFunction, frameFunction } from './clause-functions.ts';
import { compileBody } from './code.ts';
import { Engine } from './engine.ts';
import { BudgetStop, RuleFault } from './faults.ts';
import { readTerm } from './parser.ts';
import type { Pattern } from './pattern.ts';
import { readProgram } from './program.ts';
import { buildProof, proofTree } from './proof.ts';
import { knowledgeOf, stoppedClock } from './testing.ts';
import { writeTerm } from './writer.ts';

/** Functions of clauses are a second way to the same frames and arguments: whatever they make, reading makes, too. */

const ALWAYS = 0;
const NEVER = Number.POSITIVE_INFINITY;

/** Variables without a name are numbered anew in each evaluation. */
function plain(text: string): string {
  return text.replaceAll(/\b_G?\d+/g, '_');
}

function find(source: string, goal: string, functionsFrom: number, steps: boolean): unknown {
  const engine = new Engine(knowledgeOf(source), {
    limits: { ...DEFAULT_LIMITS, inferences: 2_000 },
    clock: stoppedClock,
    steps,
    functionsFrom,
  });
  const { term } = readTerm(goal);
  const found: string[] = [];
  let end = 'all';
  try {
    engine.solve(term, () => {
      const proof = steps ? buildProof(engine.steps, engine.budget).map((one) => proofTree(one)) : [];
      found.push(plain(`${writeTerm(term)} ${JSON.stringify(proof)}`));
      return found.length > 20;
    });
  } catch (error) {
    if (!(error instanceof RuleFault) && !(error instanceof BudgetStop)) throw error;
    end = plain(error.message);
  }
  return { found, end, inferences: engine.budget.inferences };
}

function same(source: string, goal: string): unknown {
  const [read, ...made] = [NEVER, ALWAYS].flatMap((from) =>
    [false, true].map((steps) => find(source, goal, from, steps)),
  );
  expect(made[1], `${source}\n?- ${goal}`).toEqual(read);
  expect(made[2], `${source}\n?- ${goal}, with its proofs`).toEqual(made[0]);
  return read;
}

const leaf = fc.constantFrom('X', 'Y', 'Z', '_', 'a', 'b', '1', '2.5', '"t"', '[]', "'[]'", 'f(a)', '[a,b]');
const { term: anyTerm } = fc.letrec<{ term: string }>((tie) => ({
  term: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    leaf,
    fc
      .tuple(fc.constantFrom('f', 'g', "'[|]'"), fc.array(tie('term'), { minLength: 1, maxLength: 2 }))
      .map(([name, args]) => `${name}(${args.join(',')})`),
    fc.tuple(tie('term'), tie('term')).map(([head, tail]) => `[${head}|${tail}]`),
  ),
}));
const call = (name: string) => fc.tuple(anyTerm, anyTerm, anyTerm).map((args) => `${name}(${args.join(',')})`);
/** Bodies of nothing, of one call and of several. */
const clauseOf = (name: string, below: string) =>
  fc
    .tuple(call(name), fc.array(call(below), { maxLength: 2 }))
    .map(([head, body]) => (body.length === 0 ? `${head}.` : `${head} :- ${body.join(', ')}.`));
const program = fc
  .tuple(
    fc.array(clauseOf('p', 'q'), { minLength: 1, maxLength: 4 }),
    fc.array(clauseOf('q', 'r'), { minLength: 1, maxLength: 4 }),
    fc.array(call('r'), { minLength: 1, maxLength: 4 }),
  )
  .map(([ps, qs, rs]) => [...ps, ...qs, ...rs.map((fact) => `${fact}.`)].join('\n'));

test('property: whatever the clauses, functions give the answers, proofs and inferences that reading gives', () => {
  fc.assert(
    fc.property(program, call('p'), (source, goal) => void same(source, goal)),
    {
      numRuns: 1_500,
      examples: [['p(X,[X|Y],f(Y)) :- q(Y,Z,[Z]).\nq(A,B,[A|B]) :- r(B,A,B).\nr(a,_,_).', 'p(U,V,W)']],
    },
  );
});

test.each([
  ['lists', 'app([], L, L). app([H|T], L, [H|R]) :- app(T, L, R).', 'app(X, Y, [a,b,c])', 4],
  ['a variable that is met again', 'eq(X, f(X, X)) :- eq(X). eq(a). eq(b).', 'eq(A, f(B, b))', 1],
  ['a term that would hold itself', 'p(X, f(X)) :- q(X). q(_).', 'p(A, A)', 0],
  ['numbers that are alike', 'p(1). p(1.0). p("1"). q(X) :- p(X).', 'q(1.0)', 1],
  ['the empty list and its name', "p([]). p('[]'). q(X) :- p(X).", "q('[]')", 1],
  [
    'clauses for lists, for their end and for all',
    'p([], end). p([_|_], items). p(_, all). p(a, atom).',
    'p([], X)',
    2,
  ],
  ['clauses for lists, asked for none', 'p([], end). p([_|_], items). p(_, all). p(a, atom).', 'p(L, X)', 4],
  ['clauses for lists, asked for something else', 'p([], end). p([_|_], items). p(_, all). p(a, atom).', 'p(a, X)', 2],
])('%s: as when read', (_, source, goal, answers) => {
  expect(same(source, goal)).toMatchObject({ end: 'all', found: { length: answers } });
});

function clauseOfText(source: string): Clause {
  const { head, body } = readProgram(source).clauses[0]!;
  return compileClause(head, body, { kind: 'rule', id: 'r1' });
}

/** The arguments of the only call of a body. */
function callOf({ body, headSize }: Clause): readonly Pattern[] {
  const seen = new Set(Array.from({ length: headSize }, (_, i) => i));
  return compileBody(body, seen).chain!.patterns;
}

const MAKERS = [
  frameFunction,
  (clause: Clause) => chainFunction(clause, callOf(clause)),
  (clause: Clause) => argumentsFunction(callOf(clause)),
];

test('the text of a function holds nothing of the rule, and rules of one shape share it', () => {
  const evil = clauseOfText("'\");process.exit()//`$'([H|'`'], b) :- 's\\'ecret'(f(H, '\"')).");
  const tame = clauseOfText('p([H|a], b) :- q(f(H, c)).');
  for (const make of MAKERS) {
    expect(String(make(evil))).toBe(String(make(tame)));
    expect(String(make(evil))).not.toMatch(/exit|ecret|x'|"|\\/);
  }
});

test('a clause whose functions would be too long is read', () => {
  const wide = (items: number) => {
    const args = Array.from({ length: items }, (_, i) => `f(X${i})`).join(',');
    return clauseOfText(`p(${args}) :- q(${args}).`);
  };
  const isMade = (items: number) =>
    MAKERS.map((make) => !/read(Frame|Chain|Arguments)/.test(String(make(wide(items)))));
  expect(isMade(20)).toEqual([true, true, true]);
  expect(isMade(500)).toEqual([false, false, false]);
  const items = Array.from({ length: 300 }, (_, i) => `X${i}`).join(',');
  expect(same(`p([${items}]) :- q([${items}], X7). q(_, _).`, `p([${items}])`)).toMatchObject({ found: { length: 1 } });
});

const TOO_LONG = Array.from({ length: 500 }, (_, i) => `f(X${i})`).join(',');

test.each([
  ['read', NEVER, 'a'],
  ['a function', ALWAYS, 'a'],
  ['too long to be a function', ALWAYS, `[${TOO_LONG}]`],
])(
  'a call that a constant rules out compares nothing else, also where one clause alone is %s',
  (_, functionsFrom, more) => {
    const pairs = [...'ABCDEFGH'];
    const source = `same(${pairs.map((name) => `${name},${name}`).join(',')},yes,${more}).
t :- numlist(1, 40000, L), numlist(1, 40000, M), \\+ same(${pairs.map(() => 'L,M').join(',')},no,_).`;
    const limits = { ...DEFAULT_LIMITS, inferences: 5_000_000, rows: 2_000_000 };
    const engine = new Engine(knowledgeOf(source), { limits, clock: stoppedClock, functionsFrom });
    expect(engine.solve(readTerm('t').term, () => true)).toBe(true);
  },
);

test('where Node makes no code of texts, clauses are read', () => {
  const domain = new URL('.', import.meta.url).href;
  const script = `
    const { Engine } = await import('${domain}engine.ts');
    const { knowledgeOf } = await import('${domain}testing.ts');
    const { readTerm } = await import('${domain}parser.ts');
    const { DEFAULT_LIMITS } = await import('${domain}budget.ts');
    const engine = new Engine(knowledgeOf('p(f(X)) :- q(X), q(X). q(a). q(b).'), { limits: DEFAULT_LIMITS, clock: () => 0, functionsFrom: 0 });
    let answers = 0;
    engine.solve(readTerm('p(_)').term, () => { answers += 1; return false; });
    let made = true;
    try { new Function(''); } catch { made = false; }
    console.log(JSON.stringify({ answers, made }));
  `;
  const flags = ['--disallow-code-generation-from-strings', '--input-type=module', '--eval', script];
  expect(JSON.parse(execFileSync(process.execPath, flags, { encoding: 'utf8' }))).toEqual({ answers: 2, made: false });
});

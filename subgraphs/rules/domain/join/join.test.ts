import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Budget, DEFAULT_LIMITS, type Limits } from '../budget.ts';
import { Engine } from '../engine.ts';
import { BudgetStop, RuleFault } from '../faults.ts';
import { Knowledge } from '../knowledge.ts';
import { readTerm } from '../parser.ts';
import { buildProof, type ProofTree, proofTree } from '../proof.ts';
import { atom } from '../term.ts';
import { knowledgeOf, stoppedClock } from '../testing.ts';
import { writeTerm } from '../writer.ts';
import { joinFor } from './join-plans.ts';
import { JoinRun } from './join-run.ts';

/** Joins are a second way to the same answers: whatever they find, the engine finds step by step, in the same order. */

const ALWAYS = 0;
const NEVER = Number.POSITIVE_INFINITY;

interface Found {
  readonly text: string;
  readonly proof: readonly ProofTree[];
}

/** Variables without a name are numbered anew in each evaluation. */
function plain(text: string): string {
  return text.replaceAll(/\b_G?\d+/g, '_');
}

function find(
  knowledge: Knowledge,
  goal: string,
  joinFrom: number,
  limits: Partial<Limits> = {},
  clock: () => number = stoppedClock,
): { found: Found[]; end: string; inferences: number } {
  const engine = new Engine(knowledge, {
    limits: { ...DEFAULT_LIMITS, ...limits },
    clock,
    steps: true,
    joinFrom,
  });
  const { term } = readTerm(goal);
  const found: Found[] = [];
  let end = 'all';
  try {
    engine.solve(term, () => {
      const proof = buildProof(engine.steps, engine.budget).map((one) => proofTree(one));
      found.push({ text: plain(writeTerm(term)), proof: JSON.parse(plain(JSON.stringify(proof))) });
      return false;
    });
  } catch (error) {
    if (!(error instanceof RuleFault) && !(error instanceof BudgetStop)) throw error;
    end = plain(error.message);
  }
  return { found, end, inferences: engine.budget.inferences };
}

function isPlanned(knowledge: Knowledge, key: string, ...bound: boolean[]): boolean {
  return joinFor(knowledge, key, bound, ALWAYS) !== null;
}

const FACTS = `
sample(s1, water). sample(s2, soil). sample(s3, water). sample(s1, water).
test(t1, s1, lead). test(t2, s1, ph). test(t3, s2, lead). test(t4, s3, ph). test(t5, s3, lead).
result(t1, 12). result(t2, 7.0). result(t3, 3). result(t4, 9.5). result(t5, absent).
limit(lead, 0, 10). limit(ph, 6.5, 8.5).
`;

/** Each with the goals to ask of it; the first predicate of a goal has a plan where it says so. */
const PROGRAMS: readonly (readonly [name: string, rules: string, goals: readonly string[], planned: boolean])[] = [
  [
    'a join keeps the order and the repetitions of the facts',
    'p(S, T) :- sample(S, _), test(T, S, _).',
    ['p(S, T)', 'p(s1, T)', 'p(S, t3)', 'p(s1, t1)', 'p(s9, T)'],
    true,
  ],
  [
    'clauses are tried in their order',
    'p(T) :- test(T, s3, _). p(T) :- test(T, _, lead). p(t9).',
    ['p(T)', 'p(t5)', 'p(t9)'],
    true,
  ],
  [
    'a comparison of a fact that is no number is the same error',
    'p(T) :- test(T, _, A), result(T, V), limit(A, _, Hi), V > Hi.',
    ['p(T)', 'p(t1)', 'p(t5)'],
    true,
  ],
  ['the left side of a comparison is calculated first', 'p :- result(t5, V), V + a > b + 1.', ['p'], true],
  [
    'an integer and a float are equal numbers and different constants',
    'p(T) :- result(T, V), V =:= 7. q(T) :- result(T, 7).',
    ['p(T)', 'q(T)'],
    true,
  ],
  [
    'a negation says what was not found',
    'p(S) :- sample(S, K), \\+ (test(T, S, lead), result(T, V), number_like(V), V > 10), K \\== soil.',
    ['p(S)'],
    true,
  ],
  [
    'a negation leaves variables as they were',
    'p(S, T) :- sample(S, _), \\+ test(_, S, ph), test(T, S, _).',
    ['p(S, T)'],
    true,
  ],
  [
    'what a negation leaves open is another variable each time',
    'bare(_) :- \\+ test(_, soil, _). p(S, L) :- bare(S), bare(S), length(L, 0).',
    ['p(s1, L)'],
    false,
  ],
  [
    'conditions take the first way that holds',
    'p(S, K) :- sample(S, M), ( test(_, S, ph) -> K = acid ; M == soil -> K = earth ; K = none ).',
    ['p(S, K)', 'p(S, acid)', 'p(s2, K)'],
    true,
  ],
  [
    'a condition without another way fails',
    'p(S, T) :- sample(S, _), ( test(T, S, ph) -> true ).',
    ['p(S, T)', 'p(s3, T)'],
    true,
  ],
  [
    'ways are taken one after the other',
    'p(T) :- ( test(T, s1, _) ; test(T, _, lead) ), result(T, _).',
    ['p(T)', 'p(t1)'],
    true,
  ],
  [
    'a cut keeps the first clause and the first fact',
    'p(S, T) :- test(T, S, lead), !. p(none, none).',
    ['p(S, T)', 'p(s3, T)', 'p(s9, T)', 'p(none, T)'],
    true,
  ],
  [
    'a cut of a called rule cuts that rule alone',
    'first(T) :- test(T, _, _), !. p(S, T) :- sample(S, _), first(T).',
    ['p(S, T)'],
    true,
  ],
  [
    'calculated values are constants',
    'p(T, D) :- test(T, _, A), A \\== ph, result(T, V), V \\= absent, limit(A, _, Hi), D is Hi - V.',
    ['p(T, D)', 'p(T, 7)', 'p(T, 7.0)'],
    true,
  ],
  [
    'a number that no fact names can be asked for',
    'p(X) :- X > 3, X < 10 ** 20.',
    ['p(7)', 'p(99999999999999999999)', 'p(1.5)', 'p(2)'],
    true,
  ],
  [
    'a head binds what a call leaves open',
    'kind(water, wet). kind(K, dry) :- sample(_, K). p(S, D) :- sample(S, K), kind(K, D).',
    ['p(S, D)', 'p(S, dry)'],
    true,
  ],
  [
    'a variable twice in a head is one',
    'same(X, X). p(S) :- sample(S, K), same(K, water). q(S, K) :- sample(S, W), same(W, K).',
    ['p(S)', 'q(S, K)', 'q(S, soil)'],
    true,
  ],
  [
    'a variable three times in a head is one',
    'all(X, X, X). p(S) :- sample(S, K), all(L, K, water), L == K.',
    ['p(S)'],
    true,
  ],
  [
    'a variable twice in a goal is one',
    'pair(a, a). pair(a, b). pair(c, c). p(X) :- pair(X, X).',
    ['p(X)', 'p(a)'],
    true,
  ],
  [
    'an unknown predicate holds for nothing',
    'p(S) :- sample(S, _), unheard(S). p(S) :- unheard(S), sample(S, _). p(ok).',
    ['p(S)', 'p(ok)'],
    true,
  ],
  ['rules without arguments', 'busy :- test(_, _, ph). p :- busy, \\+ idle. idle :- \\+ busy.', ['p', 'idle'], true],
  ['an unbound variable is left to the engine', 'p(_, S) :- sample(S, soil).', ['p(X, S)'], false],
  [
    'a variable that one way binds is left to the engine',
    'p(S, X) :- sample(S, _), ( S == s1, X = a ; S == s2 ).',
    ['p(S, X)'],
    false,
  ],
  [
    'recursion is left to the engine',
    'up(T, S) :- test(T, S, _). up(T, S) :- test(T, X, _), up(X, S).',
    ['up(T, S)'],
    false,
  ],
  ['structures are left to the engine', 'p(f(S)) :- sample(S, _).', ['p(X)', 'p(f(s2))'], false],
  ['an unbound comparison is the same error', 'p(X) :- X > 3.', ['p(X)'], false],
];

test.each(PROGRAMS)('%s', (_name, rules, goals, planned) => {
  const knowledge = knowledgeOf(`${FACTS}${rules}`);
  for (const goal of goals) {
    const joined = find(knowledge, goal, ALWAYS);
    const { found, end } = find(knowledge, goal, NEVER);
    expect({ found: joined.found, end: joined.end }).toEqual({ found, end });
  }
  const { term } = readTerm(goals[0]!);
  if (term.kind === 'atom') expect(isPlanned(knowledge, `${term.name}/0`)).toBe(planned);
  else if (term.kind === 'struct') {
    expect(isPlanned(knowledge, term.key, ...term.args.map(({ kind }) => kind !== 'var'))).toBe(planned);
  }
});

const VALUES = ['a', 'b', 'c', '1', '2', '2.0', '"b"', '-0.0', '0.0'] as const;
const NAMES = ['X', 'Y', 'Z'] as const;
const value = fc.constantFrom(...VALUES);
const name = fc.constantFrom(...NAMES);
const argument = fc.oneof({ weight: 5, arbitrary: name }, { weight: 1, arbitrary: value });
const facts = fc
  .array(
    fc.tuple(fc.constantFrom('e', 'f'), value, value).map(([n, x, y]) => `${n}(${x}, ${y}).`),
    { minLength: 3, maxLength: 12 },
  )
  .map((lines) => lines.join('\n'));

/** Goals of a body that call predicates of these names. */
function goalOf(names: readonly string[]): fc.Arbitrary<string> {
  const call = fc.tuple(fc.constantFrom(...names), argument, argument).map(([n, x, y]) => `${n}(${x}, ${y})`);
  const { goal } = fc.letrec<{ goal: string }>((tie) => ({
    goal: fc.oneof(
      { maxDepth: 2, depthSize: 'small' },
      { weight: 6, arbitrary: call },
      {
        weight: 1,
        arbitrary: fc
          .tuple(argument, fc.constantFrom('<', '>=', '=:=', '=', '\\=', '==', '\\=='), argument)
          .map((parts) => parts.join(' ')),
      },
      {
        weight: 1,
        arbitrary: fc
          .tuple(name, argument, fc.constantFrom('+', '*', '/'))
          .map(([to, x, op]) => `${to} is ${x} ${op} 2`),
      },
      { weight: 1, arbitrary: fc.constantFrom('!', 'true', 'fail') },
      { weight: 1, arbitrary: tie('goal').map((one) => `\\+ ${one}`) },
      { weight: 1, arbitrary: fc.tuple(tie('goal'), tie('goal')).map(([x, y]) => `( ${x} ; ${y} )`) },
      {
        weight: 1,
        arbitrary: fc.tuple(tie('goal'), tie('goal'), tie('goal')).map(([x, y, z]) => `( ${x} -> ${y} ; ${z} )`),
      },
      { weight: 1, arbitrary: fc.tuple(tie('goal'), tie('goal')).map(([x, y]) => `( ${x}, ${y} )`) },
    ),
  }));
  return goal;
}

function rulesOf(head: string, called: readonly string[]): fc.Arbitrary<string> {
  const rule = fc
    .tuple(argument, argument, fc.array(goalOf(called), { maxLength: 3 }))
    .map(([x, y, body]) => `${head}(${x}, ${y})${body.length === 0 ? '' : ` :- ${body.join(', ')}`}.`);
  return fc.array(rule, { minLength: 1, maxLength: 3 }).map((lines) => lines.join('\n'));
}

const program = fc
  .tuple(facts, rulesOf('p', ['e', 'f']), rulesOf('q', ['e', 'f', 'p']), rulesOf('r', ['f', 'p', 'q']))
  .map((parts) => parts.join('\n'));
const goal = fc
  .tuple(fc.constantFrom('p', 'q', 'r'), fc.constantFrom('X', 'a', '2'), fc.constantFrom('Y', 'b', '2.0'))
  .map(([n, x, y]) => `${n}(${x}, ${y})`);

test('property: a join finds the same answers with the same proofs in the same order, or the same error', () => {
  let planned = 0;
  fc.assert(
    fc.property(program, goal, (source, asked) => {
      const knowledge = knowledgeOf(source);
      const joined = find(knowledge, asked, ALWAYS);
      const { found, end } = find(knowledge, asked, NEVER);
      expect({ found: joined.found, end: joined.end }).toEqual({ found, end });
      const { term } = readTerm(asked);
      if (term.kind === 'struct' && isPlanned(knowledge, term.key, ...term.args.map(({ kind }) => kind !== 'var')))
        planned += 1;
    }),
    { numRuns: 1_000 },
  );
  expect(planned).toBeGreaterThan(100);
});

test('property: a join stays within the inferences of its budget', () => {
  fc.assert(
    fc.property(program, goal, fc.integer({ min: 1, max: 60 }), (source, asked, inferences) => {
      const spent = find(knowledgeOf(source), asked, ALWAYS, { inferences });
      expect(spent.inferences).toBeLessThanOrEqual(inferences + 1);
      if (spent.inferences > inferences) expect(spent.end).toBe('The budget of inferences is spent.');
    }),
    { numRuns: 300 },
  );
});

/** So fast that others have their turn after every step. */
function racingClock(): () => number {
  let now = 0;
  return () => ++now;
}

test('property: a join that lets others have their turn between its steps finds the same', () => {
  fc.assert(
    fc.property(program, goal, (source, asked) => {
      const knowledge = knowledgeOf(source);
      const { found, end } = find(knowledge, asked, ALWAYS);
      const sliced = find(knowledge, asked, ALWAYS, { millis: 1e9 }, racingClock());
      expect({ found: sliced.found, end: sliced.end }).toEqual({ found, end });
    }),
    { numRuns: 500 },
  );
});

test('a call leaves a choice only where it may have a further solution', () => {
  const knowledge = knowledgeOf(`${FACTS} of(T, S) :- test(T, S, _).`);
  const begin = (...given: (string | null)[]) => {
    const bound = given.map((arg) => arg !== null);
    const { plan, constants } = joinFor(knowledge, 'of/2', bound, ALWAYS)!;
    const run = new JoinRun(plan, constants, new Budget(DEFAULT_LIMITS, stoppedClock));
    given.forEach((arg, i) => {
      if (arg !== null) run.give(i, atom(arg));
    });
    return run;
  };
  const only = begin('t3', null);
  expect({ found: only.first(), open: only.open }).toEqual({ found: true, open: false });
  const two = begin(null, 's1');
  expect({ found: two.first(), open: two.open }).toEqual({ found: true, open: true });
  expect({ found: two.next(), open: two.open }).toEqual({ found: true, open: false });
});

test('facts that no longer agree cost of the budget, too', () => {
  const many = Array.from({ length: 1_000 }, (_, i) => `row(a, b, ${i}).`).join('\n');
  const knowledge = knowledgeOf(
    `${many}\np(X) :- row(a, Y, X), row(Y, a, X), X > 1. q(X, Y) :- row(a, b, X), row(Y, a, b).`,
  );
  expect(find(knowledge, 'q(X, Y)', ALWAYS, { inferences: 10_000 }).end).toBe('all');
});

test('plans lie with the layer that has the facts, and an assumption above them counts', () => {
  const base = knowledgeOf(`${FACTS} wet(S) :- sample(S, water).`);
  const above = new Knowledge(base).addAll(knowledgeOf('now(5).').clausesOf('now/1'));
  expect(joinFor(above, 'wet/1', [false], ALWAYS)?.plan).toBe(joinFor(base, 'wet/1', [false], ALWAYS)?.plan);
  const assumed = new Knowledge(base).addAll(knowledgeOf('sample(s7, water).').clausesOf('sample/2'));
  expect(find(assumed, 'wet(S)', ALWAYS).found.map(({ text }) => text)).toEqual(
    find(assumed, 'wet(S)', NEVER).found.map(({ text }) => text),
  );
  expect(find(assumed, 'wet(S)', ALWAYS).found).toHaveLength(4);
  const hidden = new Knowledge(base, new Set(['sample/2']));
  expect(find(hidden, 'wet(S)', ALWAYS).found).toEqual([]);
});

test('a fact that is added later is found', () => {
  const knowledge = knowledgeOf(`${FACTS} wet(S) :- sample(S, water).`);
  expect(find(knowledge, 'wet(S)', ALWAYS).found).toHaveLength(3);
  knowledge.addAll(knowledgeOf('sample(s8, water).').clausesOf('sample/2'));
  expect(find(knowledge, 'wet(S)', ALWAYS).found).toHaveLength(4);
});

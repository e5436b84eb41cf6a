import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BUILTINS } from './builtins.ts';
import { RuleFault } from './faults.ts';
import { Knowledge } from './knowledge.ts';
import { proofText, proofTree, Telling } from './proof.ts';
import { atom } from './term.ts';
import { answersOf, askText, knowledgeOf, valuesOf } from './testing.ts';

const FAMILY = `parent(tom, bob). parent(tom, liz). parent(bob, ann). parent(bob, pat). parent(pat, jim).
ancestor(X, Y) :- parent(X, Y).
ancestor(X, Y) :- parent(X, Z), ancestor(Z, Y).
childless(X) :- parent(_, X), \\+ parent(X, _).`;

test('answers come in the order of clauses and goals', () => {
  expect(valuesOf(FAMILY, 'ancestor(tom, X)')).toEqual(['bob', 'liz', 'ann', 'pat', 'jim']);
});

test('negation holds where nothing makes its goal true', () => {
  expect(valuesOf(FAMILY, 'childless(X)')).toEqual(['liz', 'ann', 'jim']);
});

describe('variables of an answer', () => {
  test('each is named, without those whose names begin with _; the same one is called the same everywhere', () => {
    const [answer] = askText(knowledgeOf('p(f(_), b).'), 'p(X, Y), Z = X, p(_W, _)').answers;
    expect(answer?.bindings).toEqual([
      { variable: 'X', value: 'f(_A)' },
      { variable: 'Y', value: 'b' },
      { variable: 'Z', value: 'f(_A)' },
    ]);
    expect(answer?.text).toBe('p(f(_A),b),f(_A)=f(_A),p(f(_B),b)');
  });

  test('one that the question names is no exception where it has no value', () => {
    const [answer] = askText(knowledgeOf('p(_, _).'), 'p(X, Y), X = Z').answers;
    expect(answer?.bindings.map(({ value }) => value)).toEqual(['_A', '_B', '_A']);
  });

  test('the proof calls them as the answer does', () => {
    const source = 'q(W, V) :- r(V, W). r(_, _).';
    const [answer] = askText(knowledgeOf(source), 'q(X, Y)', {}, undefined, 0).answers;
    expect(answer?.text).toBe('q(_A,_B)');
    expect(proofText(answer?.proof ?? [], new Telling(answer?.names ?? undefined))).toBe(
      'q(_A,_B), by rule r1, because\n  r(_B,_A), a fact',
    );
  });

  test('there are names for more than 26', () => {
    const [answer] = askText(knowledgeOf(''), 'length(L, 28)').answers;
    expect(answer?.bindings[0]?.value).toMatch(/^\[_A,_B,.*,_Z,_A1,_B1\]$/);
  });
});

describe('arithmetic and comparison', () => {
  test.each([
    ['X is 7/2', '3.5'],
    ['X is 4/2', '2'],
    ['X is 7//2', '3'],
    ['X is -7//2', '-3'],
    ['X is -7 mod 3', '2'],
    ['X is -7 rem 3', '-1'],
    ['X is abs(-3)', '3'],
    ['X is max(2, 3.5)', '3.5'],
    ['X is min(2, 3.5)', '2'],
    ['X is 9007199254740993 + 1', '9007199254740994'],
    ['X is 2 ** 100', '1267650600228229401496703205376'],
    ['X is round(2.5)', '3'],
    ['X is truncate(-2.5)', '-2'],
    ['X is 1 + 2.0', '3.0'],
    ['X is sqrt(16)', '4.0'],
    ['X is 0.75 * (8 - 4)', '3.0'],
  ])('%s gives %s', (goal, value) => {
    expect(valuesOf('', goal)).toEqual([value]);
  });

  test.each([
    ['1 =:= 1.0', true],
    ['1 == 1.0', false],
    ['1 = 1.0', false],
    ['9007199254740993 =:= 9007199254740992.0', false],
    ['a @< b', true],
    ['f(a) @> b', true],
    ['X \\= X', false],
    ['f(X) \\= f(a)', false],
    ['f(b) \\= f(a)', true],
  ])('%s is %s', (goal, holds) => {
    expect(answersOf('', goal).length > 0).toBe(holds);
  });

  test.each([
    ['X > 1', 'no value'],
    ['X is a + 1', 'found a'],
    ['X is 1 / 0', 'zero'],
    ['X is 1 // 0', 'zero'],
    ['X is 1.0e308 * 10.0', 'too large'],
    ['assertz(p(a))', 'assertFacts'],
    ['G', 'variable'],
    ['1', 'Expected a goal'],
  ])('%s is refused with a sentence', (goal, sentence) => {
    expect(() => answersOf('', goal)).toThrow(RuleFault);
    expect(() => answersOf('', goal)).toThrow(sentence);
  });
});

describe('lists and all solutions', () => {
  test.each([
    ['findall(A-B, (member(A, [1,2]), member(B, [a,b])), X)', '[1-a,1-b,2-a,2-b]'],
    ['findall(A, (member(A, [c,a,b,a])), L), sort(L, X)', '[a,b,c]'],
    ['msort([c,a,b,a], X)', '[a,a,b,c]'],
    ['length([a,b,c], X)', '3'],
    ['append([a], [b,c], X)', '[a,b,c]'],
    ['findall(A+B, append(A, B, [1,2]), X)', '[[]+[1,2],[1]+[2],[1,2]+[]]'],
    ['findall(A, between(1, 4, A), X)', '[1,2,3,4]'],
    ['sum_list([1,2,3.5], X)', '6.5'],
    ['max_list([1,3,2], X)', '3'],
    ['reverse([1,2,3], X)', '[3,2,1]'],
    ['findall(A, fail, X)', '[]'],
    ['(member(A, [1,5]), A > 3 -> X = big ; X = small)', 'small'],
    ['(member(A, [1,5]), A > 9 -> X = big ; X = small)', 'small'],
    ['(fail ; X = right)', 'right'],
    ['once(member(X, [a,b]))', 'a'],
  ])('%s gives %s', (goal, value) => {
    const expected = goal.includes('A > 3') ? 'big' : value;
    expect(valuesOf('', goal)).toEqual([expected]);
  });

  test('forall holds when no case breaks it', () => {
    expect(answersOf('n(1). n(2).', 'forall(n(X), X > 0)')).toHaveLength(1);
    expect(answersOf('n(1). n(2).', 'forall(n(X), X > 1)')).toHaveLength(0);
  });

  test('a list of eight thousand items is sorted, compared and written without deep recursion', () => {
    const { answers } = askText(knowledgeOf(''), 'findall(A, between(1, 8000, A), L), msort(L, X), L == X', {
      millis: 60_000,
    });
    expect(answers[0]?.bindings.at(-1)?.value).toMatch(/^\[1,2,3,.*,8000\]$/);
  });
});

test('a variable is never bound to a term that contains it', () => {
  expect(answersOf('', 'X = f(X)')).toEqual([]);
  expect(answersOf('p(X, f(X)).', 'p(A, A)')).toEqual([]);
});

test('a first argument finds its facts among many, and the order is kept', () => {
  const facts = Array.from({ length: 500 }, (_, i) => `edge(n${i}, m${i % 7}). edge(n${i}, k).`).join('\n');
  expect(valuesOf(facts, 'edge(n42, X)')).toEqual(['m0', 'k']);
  expect(valuesOf(facts, 'edge(X, m3)')).toHaveLength(71);
});

test('a comparison is proved with the values of both sides', () => {
  const source = 'n(3).\nover(X) :- n(A), A + 4 > 5, X is A * 2, X =:= 2 * A, a \\== X, X \\= b.';
  const [proof] = askText(knowledgeOf(source), 'over(X)', {}, undefined, 0).answers[0]?.proof ?? [];
  const sides = proofTree(proof!).children.map(({ goal, left, right }) => [goal, left, right]);
  expect(sides).toEqual([
    ['n(3)', undefined, undefined],
    ['3+4>5', '7', '5'],
    ['6 is 3*2', '6', '6'],
    ['6=:=2*3', '6', '6'],
    ['a\\==6', 'a', '6'],
    ['6\\=b', '6', 'b'],
  ]);
  const text = proofText([proof!]);
  expect(text).toContain(
    '\n  7>5 (3+4>5), by calculation\n  6 is 3*2, by calculation\n  6=:=6 (6=:=2*3), by calculation',
  );
  expect(text).toContain('\n  a\\==6, by calculation');
});

test('comparisons that are dear to calculate again are told as they were written', () => {
  const source = `p :- ${Array.from({ length: 200 }, () => '2 ** 90000 > 1').join(', ')}.`;
  const limits = { millis: 60_000, inferences: 5_000_000 };
  const [proof] = askText(knowledgeOf(source), 'p', limits, undefined, 0).answers[0]?.proof ?? [];
  const { children } = proofTree(proof!);
  expect(children).toHaveLength(200);
  expect(children.filter(({ left }) => left !== undefined).length).toBeLessThan(20);
});

test('a proof names the rule and the facts, and what was looked for in vain', () => {
  const source = `sample(s1). result(s1, 5). limit(3).
high(S) :- result(S, V), limit(L), V > L, \\+ excused(S).`;
  const proof = askText(knowledgeOf(source), 'high(s1)', {}, undefined, 0).answers[0]?.proof;
  expect(proof?.map((node) => proofTree(node))).toEqual([
    {
      kind: 'RULE',
      goal: 'high(s1)',
      predicate: 'high/1',
      rule: 'r1',
      bindings: { S: 's1', V: '5', L: '3' },
      children: [
        { kind: 'FACT', goal: 'result(s1,5)', predicate: 'result/2', fact: 'f2', children: [] },
        { kind: 'FACT', goal: 'limit(3)', predicate: 'limit/1', fact: 'f3', children: [] },
        { kind: 'BUILTIN', goal: '5>3', predicate: '>/2', left: '5', right: '3', children: [] },
        { kind: 'ABSENT', goal: '\\+excused(s1)', predicate: '\\+/1', absent: 'excused(s1)', children: [] },
      ],
    },
  ]);
  expect(proofText(proof ?? [])).toContain('high(s1), by rule r1, because\n  result(s1,5), a fact');
});

test('a rule in a proof tells what its variables stand for, but not those without a name or a value', () => {
  const source = `e(1, a). e(2, b).
p(X) :- ( e(X, Y), Y == c ; e(X, _), \\+ e(Z, X), _Kept = Z ).`;
  const [proof] = askText(knowledgeOf(source), 'p(X)', {}, undefined, 1).answers[1]?.proof ?? [];
  expect(proofTree(proof!).bindings).toEqual({ X: '2' });
});

test('below a goal that collects answers stands how each of them was proved', () => {
  const source = `verified(a1, ana). verified(a1, vera).
count(A, K) :- aggregate_all(count, verified(A, _), K).
names(A, L) :- setof(U, verified(A, U), L).`;
  for (const goal of ['count(a1, K)', 'names(a1, L)']) {
    const [rule] =
      askText(knowledgeOf(source), goal, {}, undefined, 0).answers[0]?.proof?.map((node) => proofTree(node)) ?? [];
    expect(rule?.children[0]?.children.map(({ kind, goal: member, fact }) => [kind, member, fact])).toEqual([
      ['FACT', 'verified(a1,ana)', 'f1'],
      ['FACT', 'verified(a1,vera)', 'f2'],
    ]);
  }
});

describe('every evaluation ends', () => {
  const RUNAWAY = `loop :- loop.
left(X) :- left(X), a.
grow(X) :- grow([X|X]).
nat(0). nat(s(X)) :- nat(X).
double(X) :- double(f(X, X)).
deny :- \\+ deny.
spin :- between(1, 1000000000000, X), X < 0.
twice :- both, both. both :- twice ; twice. both.
collect :- findall(X, between(1, 1000000000000, X), _).`;
  test.each(['loop', 'left(a)', 'grow(a)', 'nat(X), fail', 'double(a)', 'deny', 'spin', 'twice, fail', 'collect'])(
    '%s',
    (goal) => {
      const { stoppedBy, answers } = askText(knowledgeOf(RUNAWAY), goal, { inferences: 200_000 });
      expect(stoppedBy).not.toBeNull();
      expect(answers).toEqual([]);
    },
  );

  test('by the clock, which is looked at while it runs', () => {
    let now = 0;
    const clock = () => {
      now += 10;
      return now;
    };
    expect(askText(knowledgeOf(RUNAWAY), 'spin', { millis: 100 }, clock).stoppedBy).toBe('TIME');
  });

  test('by the number of answers, and only when there are more', () => {
    const knowledge = knowledgeOf('n(1). n(2). n(3).');
    expect(askText(knowledge, 'n(X)', { answers: 2 })).toMatchObject({ stoppedBy: 'ANSWERS', answers: { length: 2 } });
    expect(askText(knowledge, 'n(X)', { answers: 3 })).toMatchObject({ stoppedBy: null, answers: { length: 3 } });
  });

  test('a sum that squares itself is stopped before it fills the memory', () => {
    const knowledge = knowledgeOf('square(N) :- M is N * N, square(M).');
    expect(askText(knowledge, 'square(3)').stoppedBy).toBe('MEMORY');
  });

  const goal = fc.constantFrom(
    'p(X)',
    'q(X, Y)',
    'r',
    '\\+ p(X)',
    'member(X, [Y, a])',
    'X = f(Y)',
    'Y = g(X)',
    'r ; p(Y)',
  );
  const clause = fc.tuple(
    fc.constantFrom('p(X)', 'p(a)', 'q(X, Y)', 'q(X, f(Y))', 'q(g(X), X)', 'r'),
    fc.array(goal, { maxLength: 4 }),
  );

  test('property: whatever the rules, the inferences stay within the limit', () => {
    fc.assert(
      fc.property(fc.array(clause, { minLength: 1, maxLength: 6 }), goal, (clauses, question) => {
        const source = clauses.map(([head, body]) => (body.length > 0 ? `${head} :- ${body.join(', ')}.` : `${head}.`));
        const limits = { inferences: 2_000, answers: 50, depth: 300 };
        const { inferences, answers, stoppedBy } = askText(knowledgeOf(source.join('\n')), question, limits);
        expect(inferences).toBeLessThanOrEqual(limits.inferences + 1);
        expect(answers.length).toBeLessThanOrEqual(limits.answers);
        if (inferences > limits.inferences) expect(stoppedBy).toBe('INFERENCES');
      }),
      { numRuns: 400 },
    );
  });
});

test('everything that belongs to the language is carried out, or refused with advice', () => {
  for (const [key, { kind, test: t, choices, control, advice }] of BUILTINS) {
    expect(['inline', 'call', 'library'].includes(kind) || t || choices || control || advice, key).toBeTruthy();
  }
});

test('a proof that is too long is cut, in text and as data, and says so', () => {
  const padding = 'x'.repeat(4_000);
  const source = `t(0) :- true.\nt(N) :- N > 0, '${padding}' == '${padding}', M is N - 1, t(M), t(M).`;
  const proofs = askText(knowledgeOf(source), 't(9)', {}, undefined, 0).answers[0]?.proof ?? [];
  const tree = JSON.stringify(proofs.map((proof) => proofTree(proof)));
  expect(tree).toContain('"cut":true');
  const text = proofText(proofs);
  expect(text).toContain('… (too long to be told whole)');
  expect(text.length).toBeLessThan(700_000);
  expect(tree.length).toBeLessThan(2_000_000);
});

test('clauses that several organizations share keep nothing of the one that used them last', () => {
  const shared = knowledgeOf('rule(X) :- fact(X), other(X).');
  const knowledge = new Knowledge(shared).addAll(knowledgeOf('fact(a). other(a).').clausesOf('fact/1'));
  expect(askText(knowledge, 'rule(X)').stoppedBy).toBeNull();
  const { code } = shared.clausesOf('rule/1')[0]!;
  expect(code!.instructions.some(({ key }) => key === 'fact/1')).toBe(true);
  expect(code!.instructions.every(({ procedure, owner }) => procedure === null && owner === null)).toBe(true);
});

test('long names that rules make are not kept', () => {
  const long = 'n'.repeat(100);
  expect(atom(long)).not.toBe(atom(long));
  expect(atom('short')).toBe(atom('short'));
  expect(askText(knowledgeOf(`p(${long}).`), `p(${long})`).answers).toHaveLength(1);
});

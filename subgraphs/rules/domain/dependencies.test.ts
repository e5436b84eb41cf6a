import { expect, test } from 'vitest';
import { DependencyGraph } from './dependencies.ts';
import { readTerm } from './parser.ts';
import { readProgram } from './program.ts';

function dependencies(program: string, goal: string) {
  return new DependencyGraph(readProgram(program).clauses).of(readTerm(goal).term);
}

test('a goal rests on what its rules call, through all rules, circles and negations', () => {
  const program = 'a(X) :- b(X), \\+ c(X).\nb(X) :- d(X).\nd(X) :- b(X).\nd(X) :- e(X, 1).\nz(X) :- y(X).\n';
  const { names, open } = dependencies(program, 'a(1)');
  for (const name of ['a', 'b', 'c', 'd', 'e']) expect(names).toContain(name);
  for (const name of ['y', 'z']) expect(names).not.toContain(name);
  expect(open).toBe(false);
});

test.each([
  ['a(X) :- findall(Y, p(Y), X).\n', 'a(L)'],
  ['a(X) :- forall(p(X), q(X)).\n', 'a(1)'],
  ['', 'findall(X, (p(X), \\+ q(X)), L)'],
])('%j and %s call what they name, inside other goals too', (program, goal) => {
  const { names, open } = dependencies(program, goal);
  expect(names).toContain('p');
  expect(open).toBe(false);
});

test.each([
  ['a(G) :- call(G).\n', 'a(p(1))'],
  ['a(G) :- G.\n', 'a(p(1))'],
  ['a(G, L) :- findall(X, G, L), b(X).\n', 'a(p(1), L)'],
  ['b(X) :- a(X).\na(G) :- \\+ G.\n', 'b(p(1))'],
  ['', 'X = p(1), call(X)'],
  ['', 'forall(p(X), G)'],
])('%j with %s may call anything', (program, goal) => {
  expect(dependencies(program, goal).open).toBe(true);
});

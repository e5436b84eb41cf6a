import { expect, test } from 'vitest';
import { compileClause } from './clause.ts';
import { Knowledge } from './knowledge.ts';
import { readTerm } from './parser.ts';
import { isCallable } from './term.ts';
import { writeTerm } from './writer.ts';

function callable(source: string) {
  const { term } = readTerm(source);
  if (!isCallable(term)) throw new Error(`${source} is no goal`);
  return term;
}

function add(knowledge: Knowledge, ...heads: string[]): Knowledge {
  return knowledge.addAll(heads.map((head) => compileClause(callable(head), [], { kind: 'fact', id: null })));
}

const found = (knowledge: Knowledge, goal: string) =>
  knowledge.candidates(callable(goal)).map(({ head }) => writeTerm(head).replaceAll(/_\w*/g, '_'));

test('few clauses are told apart by lists: which may match is never left out, and what is added counts', () => {
  const knowledge = add(new Knowledge(), 'p([])', 'p([_|_])', 'p(_)', "p('[]')", 'p(f(_))');
  expect(found(knowledge, 'p([])')).toHaveLength(2);
  expect(found(knowledge, 'p([a])')).toHaveLength(2);
  expect(found(knowledge, 'p(_)')).toHaveLength(5);
  add(knowledge, 'p([])', 'p([z|_])');
  expect(found(knowledge, 'p([])')).toHaveLength(3);
  expect(found(knowledge, 'p([a])')).toHaveLength(3);
});

test('many clauses are told apart by their constants', () => {
  const knowledge = add(new Knowledge(), ...Array.from({ length: 20 }, (_, i) => `p(${i}, ${i % 2})`));
  expect(found(knowledge, 'p(7, _)')).toEqual(['p(7,1)']);
  expect(found(knowledge, 'p(_, 1)')).toHaveLength(10);
  add(knowledge, 'p(7, 2)');
  expect(found(knowledge, 'p(7, _)')).toEqual(['p(7,1)', 'p(7,2)']);
});

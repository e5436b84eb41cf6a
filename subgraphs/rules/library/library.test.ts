import { expect, test } from 'vitest';
import { readProgram } from '../domain/program.ts';
import { CAPABILITIES, isShipped, LIBRARY_PROGRAM, OPEN_PREDICATES, REASON_BOOK, SHIPPED_RULES } from './index.ts';
import { reviewRules, SHIPPED_VERSION } from './shipped-version.ts';

test('the library has no mistake, no warning and no recursion', () => {
  expect(SHIPPED_VERSION.diagnostics).toEqual([]);
  expect(SHIPPED_VERSION.termination).toBe('TOTAL');
});

test('every rule has an id of its own under its capability, a label, and its line in the text', () => {
  const ids = SHIPPED_RULES.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  const lines = SHIPPED_VERSION.text.split('\n');
  for (const { id, label, capability, line, text, clauses } of SHIPPED_RULES) {
    expect(id.startsWith(`${capability}.`), id).toBe(true);
    expect(label.length, id).toBeGreaterThan(10);
    expect(text.startsWith(lines[line - 1] ?? '?'), id).toBe(true);
    expect(new Set(clauses.map(({ key }) => key)).size, id).toBe(1);
  }
  expect(new Set(SHIPPED_RULES.map(({ capability }) => capability))).toEqual(new Set(CAPABILITIES));
});

test('every reason that a rule can give has a code and a sentence', () => {
  const reasons = LIBRARY_PROGRAM.clauses.filter(({ key }) => OPEN_PREDICATES.has(key) && key !== 'incompatible/3');
  for (const { head } of reasons) {
    const reason = head.kind === 'struct' ? head.args.at(-1) : undefined;
    if (reason === undefined || reason.kind === 'var') continue;
    const indicator = reason.kind === 'struct' ? reason.key : reason.kind === 'atom' ? `${reason.name}/0` : '?';
    expect(REASON_BOOK.reason(indicator)?.code, indicator).toMatch(/^[A-Z_]+$/);
  }
});

test('an organization adds to reasons, but neither redefines shipped predicates nor speaks for the record', () => {
  const codes = (source: string) =>
    reviewRules('default', readProgram(source), () => false).diagnostics.map(({ code }) => code);
  expect(codes('blocker(S, results, late) :- sample(S), late(S).\n:- dynamic late/1.')).toEqual([]);
  expect(codes('can_transition(_, _, _).')).toEqual(['SHIPPED']);
  expect(codes('verified_by(a1, me).')).toEqual(['SHIPPED']);
  expect(codes('blocker(S, results, x) :- sample(S), \\+ can_transition(S, testing, results).')).toEqual([
    'UNSTRATIFIED',
  ]);
  expect(reviewRules('scratch', readProgram('can_transition(_, _, _).'), () => false).diagnostics).toEqual([]);
  expect(isShipped('can_transition/3')).toBe(true);
});

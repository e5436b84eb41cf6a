import { beforeEach, expect, test, vi } from 'vitest';
import { editDistance } from '../domain/did-you-mean.ts';
import { readProgram } from '../domain/program.ts';
import { DEFAULT_CAPABILITIES, SHIPPED_RULES } from './index.ts';
import { judgedOverrides, layeredClauses, lostOverrides, reviewOverrides, rulesBeneath } from './overrides.ts';

vi.mock('../domain/did-you-mean.ts', { spy: true });
beforeEach(() => {
  vi.mocked(editDistance).mockClear();
});

/** As many as fit into the largest text. */
function unknownIds(length: number): string {
  const line = (i: number) => `:- overrides('core.${`${i}`.padStart(length - 5, 'x')}', 'why').\n`;
  return Array.from({ length: Math.floor(200_000 / line(0).length) }, (_, i) => line(i)).join('');
}

/** Whatever is asked of overrides: a review, what lies beneath, and the clauses in force. */
function askAll(text: string): void {
  const program = readProgram(text);
  reviewOverrides(program);
  lostOverrides(program);
  rulesBeneath(program);
  layeredClauses('own', program, new Set(DEFAULT_CAPABILITIES));
}

test.each([12, 24, 100])(
  'the largest text full of unknown ids of %s characters costs a few looks at the shipped rules',
  (length) => {
    askAll(unknownIds(length));
    expect(vi.mocked(editDistance).mock.calls.length).toBeLessThanOrEqual(10 * SHIPPED_RULES.length);
  },
);

test('an id is compared only with those of nearly its length', () => {
  askAll(`:- overrides('core.${'x'.repeat(95)}', 'why').\n`);
  expect(editDistance).not.toHaveBeenCalled();
  askAll(":- overrides('core.liv', 'why').\n");
  const near = SHIPPED_RULES.filter(({ id }) => Math.abs(id.length - 'core.liv'.length) <= 4);
  expect(vi.mocked(editDistance).mock.calls.length).toBe(near.length);
});

test('a program is judged once', () => {
  const program = readProgram(":- overrides('core.liv', 'why').\nlive(a).\n");
  expect(judgedOverrides(program)[0]?.fault).toContain('Did you mean core.live?');
  expect(judgedOverrides(program)).toBe(judgedOverrides(program));
});

test('behind the first few unknown ids the others are refused without a guess', () => {
  const unknown = Array.from({ length: 10 }, (_, i) => `:- overrides('core.unheard_of_${i}', 'why').\n`).join('');
  const faults = judgedOverrides(readProgram(`${unknown}:- overrides('core.liv', 'why').\n`)).map(({ fault }) => fault);
  expect(faults.at(-1)).toBe('This release ships no rule core.liv, so there is nothing to override.');
});

import { beforeEach, expect, test, vi } from 'vitest';
import { parseUnit } from '#platform/units/index.ts';
import { askText, knowledgeOf } from './testing.ts';

vi.mock('#platform/units/index.ts', { spy: true });
beforeEach(() => {
  vi.mocked(parseUnit).mockClear();
});

function compare(left: string, right: string): number {
  return askText(knowledgeOf(''), `quantity(1,'${left}') =:= quantity(1,'${right}')`).answers.length;
}

test('a unit is read once; texts too long for one are not kept and push out nothing', () => {
  expect(compare('mg/L', 'mg/l')).toBe(1);
  vi.mocked(parseUnit).mockClear();
  for (let i = 0; i < 600; i++) {
    expect(() => compare(`${i}`.padStart(101, 'x'), 'mg/L')).toThrow('different units');
  }
  expect(compare('mg/L', 'mg/l')).toBe(1);
  expect(vi.mocked(parseUnit).mock.calls.filter(([text]) => text.length <= 100)).toEqual([]);
});

import { describe, expect, test } from 'vitest';
import { compileClause } from '../domain/clause.ts';
import { Knowledge } from '../domain/knowledge.ts';
import { askText, knowledgeOf } from '../domain/testing.ts';
import { SHIPPED_RULES } from './index.ts';
import type { LibraryModule } from './module.ts';

/** A conclusion of a rule, with facts from which it follows and facts from which it does not. */
export interface RuleCase {
  readonly goal: string;
  /** Facts, or for a rule of several clauses facts for each of them. */
  readonly holds: string | readonly string[];
  /** Facts that come as near as possible, or several such sets. */
  readonly not: string | readonly string[];
}

/** All shipped rules, of whatever capability, but one. */
function libraryWithout(left: string | null): Knowledge {
  const rules = SHIPPED_RULES.filter(({ id }) => id !== left);
  return new Knowledge().addAll(
    rules.flatMap(({ id, clauses }) =>
      clauses.map(({ head, body }) => compileClause(head, body, { kind: 'rule', id })),
    ),
  );
}

const WHOLE = libraryWithout(null);

function follows(facts: string, goal: string, library = WHOLE): boolean {
  return askText(knowledgeOf(facts, library), goal).answers.length > 0;
}

/** Tests each rule of a module: none of them may be left out. */
export function testModule({ rules }: LibraryModule, cases: Readonly<Record<string, RuleCase>>): void {
  test('every rule has a case', () => {
    expect(Object.keys(cases)).toEqual(rules.map(({ id }) => id));
  });

  describe.each(rules.map(({ id, label }) => [id, label] as const))('%s: %s', (id) => {
    const { goal, holds, not } = cases[id] ?? { goal: 'fail', holds: [], not: [] };

    test.each([holds].flat())(`${goal} follows from: %s`, (facts) => {
      expect(follows(facts, goal)).toBe(true);
      expect(follows(facts, goal, libraryWithout(id)), 'without the rule').toBe(false);
    });

    test.each([not].flat())(`${goal} does not follow from: %s`, (facts) => {
      expect(follows(facts, goal)).toBe(false);
    });
  });
}

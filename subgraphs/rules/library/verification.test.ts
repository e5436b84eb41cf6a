import { expect, test } from 'vitest';
import { Decision } from '../domain/decision.ts';
import { factClause } from '../domain/facts.ts';
import { Knowledge } from '../domain/knowledge.ts';
import { atom } from '../domain/term.ts';
import { DEFAULT_CAPABILITIES, REASON_BOOK, shippedClauses } from './index.ts';

const SHIPPED = new Knowledge().addAll(shippedClauses(new Set(DEFAULT_CAPABILITIES)));
const SUBMITTED = [
  'sample(s1)',
  "analysis(a1,s1,'TEMP')",
  'analysis_status(a1,submitted)',
  'submitted_by(a1,ana)',
  "required_verifications('TEMP',0)",
];

function blockers(facts: readonly string[]) {
  const clauses = facts.map((text) => {
    const clause = factClause(text, { kind: 'fact', id: null });
    if ('refused' in clause) throw new Error(clause.refused);
    return clause;
  });
  const actor = { id: 'mia', roles: ['lab_manager'] };
  const snapshot = { sample: atom('s1'), from: 'results', actor, facts: clauses, now: 500_000 };
  return new Decision(SHIPPED, snapshot, REASON_BOOK, () => 0).blockers('ADVANCE', 'completion');
}

test('a held result is not released, however many verifications its test needs', () => {
  expect(blockers(SUBMITTED)).toEqual([]);
  expect(blockers([...SUBMITTED, 'held(a1,unit_mismatch)'])).toEqual([
    {
      code: 'RESULT_HELD',
      ruleId: 'verification.held',
      reason: 'held(a1,unit_mismatch)',
      message: 'The result of TEMP is held (unit_mismatch): enter it anew with a reason, or retract the analysis.',
      missingFacts: [],
    },
  ]);
});

test('a held result that was withdrawn holds nothing up', () => {
  const repeat = ["analysis(a2,s1,'TEMP')", 'analysis_status(a2,verified)', 'submitted_by(a2,ana)', 'replaces(a2,a1)'];
  const facts = SUBMITTED.map((fact) => fact.replace('a1,submitted', 'a1,retracted'));
  expect(blockers([...facts, ...repeat, 'held(a1,unit_mismatch)'])).toEqual([]);
});

import { expect, test } from 'vitest';
import { Decision } from '../domain/decision.ts';
import { factClause } from '../domain/facts.ts';
import { Knowledge } from '../domain/knowledge.ts';
import { atom } from '../domain/term.ts';
import { DEFAULT_CAPABILITIES, REASON_BOOK, shippedClauses } from './index.ts';
import { testModule } from './testing.ts';
import { VERIFICATION } from './verification.ts';

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

const TWO = 'analysis(a1, s1, lead). required_verifications(lead, 2).';

testModule(VERIFICATION, {
  'verification.required': {
    goal: 'verifications_required(lead, 1)',
    holds: ['', 'required_verifications(lead, 1).'],
    not: 'required_verifications(lead, 2).',
  },
  'verification.count': {
    goal: 'verification_count(a1, 1)',
    holds: 'analysis(a1, s1, lead). verified_by(a1, vera). verified_by(a1, vera).',
    not: 'analysis(a1, s1, lead). verified_by(a1, vera). verified_by(a1, max).',
  },
  'verification.left': {
    goal: 'verifications_left(a1, 1)',
    holds: `${TWO} verified_by(a1, vera).`,
    not: [`${TWO} verified_by(a1, vera). verified_by(a1, max).`, TWO],
  },
  'verification.may_verify': {
    goal: 'may_verify(vera, a1)',
    holds: 'analysis_status(a1, submitted). submitted_by(a1, ana). role(vera, verifier).',
    not: [
      'analysis_status(a1, submitted). submitted_by(a1, vera). role(vera, verifier).',
      'analysis_status(a1, submitted). submitted_by(a1, ana). role(vera, verifier). verified_by(a1, vera).',
      'analysis_status(a1, assigned). role(vera, verifier).',
      'analysis_status(a1, submitted). submitted_by(a1, ana). role(vera, analyst).',
    ],
  },
  'verification.self_verified': {
    goal: 'self_verified(a1)',
    holds: 'submitted_by(a1, ana). verified_by(a1, ana).',
    not: 'submitted_by(a1, ana). verified_by(a1, vera).',
  },
  'verification.unverified': {
    goal: 'blocker(s1, completion, unverified(a1, 2))',
    holds: TWO,
    not: [`${TWO} verified_by(a1, vera). verified_by(a1, max).`, `${TWO} analysis_status(a1, cancelled).`],
  },
  'verification.not_by_oneself': {
    goal: 'blocker(s1, completion, self_verified(a1))',
    holds: 'analysis(a1, s1, lead). submitted_by(a1, ana). verified_by(a1, ana).',
    not: [
      'analysis(a1, s1, lead). submitted_by(a1, ana). verified_by(a1, vera).',
      'analysis(a1, s1, lead). analysis_status(a1, retracted). submitted_by(a1, ana). verified_by(a1, ana).',
    ],
  },
  'verification.held': {
    goal: 'blocker(s1, completion, held(a1, unit_mismatch))',
    holds: 'analysis(a1, s1, lead). held(a1, unit_mismatch).',
    not: [
      'analysis(a1, s1, lead). held(a2, unit_mismatch).',
      'analysis(a1, s1, lead). analysis_status(a1, retracted). held(a1, unit_mismatch).',
    ],
  },
});

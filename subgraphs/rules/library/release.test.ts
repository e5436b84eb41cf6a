import { describe, expect, test } from 'vitest';
import { Decision } from '../domain/decision.ts';
import { factClause } from '../domain/facts.ts';
import { Knowledge } from '../domain/knowledge.ts';
import { proofText, proofTree } from '../domain/proof.ts';
import { atom } from '../domain/term.ts';
import { askText } from '../domain/testing.ts';
import { REASON_BOOK, shippedClauses } from './index.ts';
import { CRITICAL_RESULTS, REPORTS } from './release.ts';
import { testModule } from './testing.ts';

const SHIPPED = new Knowledge().addAll(shippedClauses(new Set(['core', 'critical_results'])));
const RECORD = ['sample(s1)', "analysis(a1,s1,'PB')", 'analysis_status(a1,verified)', 'submitted_by(a1,ana)'];

function clausesOf(facts: readonly string[]) {
  return facts.map((text) => {
    const clause = factClause(text, { kind: 'fact', id: null });
    if ('refused' in clause) throw new Error(clause.refused);
    return clause;
  });
}

function blockers(...facts: readonly string[]) {
  const actor = { id: 'mia', roles: ['lab_manager'] };
  const snapshot = {
    sample: atom('s1'),
    from: 'results',
    actor,
    facts: clausesOf([...RECORD, ...facts]),
    now: 500_000,
  };
  return new Decision(SHIPPED, snapshot, REASON_BOOK, () => 0)
    .blockers('ADVANCE', 'completion')
    .map(({ code, message }) => ({ code, message }));
}

const CRITICAL = [{ code: 'CRITICAL_NOT_CALLED', message: expect.stringContaining('The critical result of PB') }];
const FAILED = (message: string) => [{ code: 'RULES_FAILED', message: expect.stringContaining(message) }];

test('a limit that is a bare number is in the unit of the test', () => {
  const unit = "unit_of('PB','ug/L')";
  expect(blockers(unit, "critical('PB',none,15)", "result(a1,20,'ug/L')")).toEqual(CRITICAL);
  expect(blockers(unit, "critical('PB',none,15)", "result(a1,10,'ug/L')")).toEqual([]);
  expect(blockers(unit, "critical('PB',3,15)", "result(a1,2.5,'ug/L')")).toEqual(CRITICAL);
});

test('a result in another unit is converted before it is compared', () => {
  const unit = "unit_of('PB','ug/L')";
  // As bare numbers 0.02 would lie below the limit of 15.
  expect(blockers(unit, "critical('PB',none,15)", "result(a1,0.02,'mg/L')")).toEqual(CRITICAL);
  expect(blockers(unit, "critical('PB',none,15)", "result(a1,0.01,'mg/L')")).toEqual([]);
});

test('a limit may bring its own unit', () => {
  const limit = "critical('PB',none,quantity(0.015,'mg/L'))";
  expect(blockers(limit, "result(a1,20,'ug/L')")).toEqual(CRITICAL);
  expect(blockers(limit, "result(a1,15,'ug/L')")).toEqual([]);
});

test('where no unit is stated anywhere numbers compare', () => {
  expect(blockers("critical('PB',none,8.5)", "result(a1,9,'')")).toEqual(CRITICAL);
  expect(blockers("critical('PB',none,8.5)", "result(a1,8,'')")).toEqual([]);
});

test('a result that cannot be converted is no silent no: nothing is released until somebody mends it', () => {
  expect(blockers("critical('PB',none,quantity(15,'ug/L'))", "result(a1,20,'mg/kg')")).toEqual(
    FAILED('mg/kg cannot be converted into ug/L'),
  );
  expect(blockers("critical('PB',none,15)", "result(a1,20,'ug/L')")).toEqual(FAILED("found ''"));
});

test('the proof records the conversion as a step of its own', () => {
  const knowledge = new Knowledge(SHIPPED).addAll(
    clausesOf([...RECORD, "unit_of('PB','ug/L')", "critical('PB',none,15)", "result(a1,0.02,'mg/L')"]),
  );
  const proof = askText(knowledge, 'critical_result(a1)', {}, undefined, 0).answers[0]?.proof ?? [];
  expect(proofText(proof)).toContain('converted: 0.02 mg/L × 1000 = 20.0 ug/L');
  const steps = proof.map((each) => proofTree(each))[0]?.children.flatMap(({ children }) => children) ?? [];
  expect(steps.map(({ conversion }) => conversion).filter((conversion) => conversion !== undefined)).toEqual([
    { from: { value: '0.02', unit: 'mg/L' }, factor: '1000', offset: '0', to: { value: '20.0', unit: 'ug/L' } },
  ]);
});

const LEAD = "analysis(a1, s1, lead). critical(lead, 1, 15). unit_of(lead, 'ug/L').";

describe('critical results', () => {
  testModule(CRITICAL_RESULTS, {
    'critical_results.test_unit': {
      goal: "test_unit(lead, 'ug/L')",
      holds: "unit_of(lead, 'ug/L').",
      not: ["unit_of(lead, 'mg/L').", ''],
    },
    'critical_results.limit': {
      goal: "critical_limit(lead, _, quantity(15, 'ug/L'))",
      holds: [
        "critical(lead, 15, none). unit_of(lead, 'ug/L').",
        "critical(lead, quantity(15, 'ug/L'), none).",
        "critical(lead, none, 15). unit_of(lead, 'ug/L').",
        "critical(lead, none, quantity(15, 'ug/L')).",
      ],
      not: ["critical(lead, none, 15). unit_of(lead, 'mg/L').", "critical(lead, none, none). unit_of(lead, 'ug/L')."],
    },
    'critical_results.result_in': {
      goal: "result_in(a1, 'ug/L', quantity(20.0, 'ug/L'))",
      holds: "result(a1, 0.02, 'mg/L').",
      not: ["result(a1, 0.03, 'mg/L').", ''],
    },
    'critical_results.critical': {
      goal: 'critical_result(a1)',
      holds: [`${LEAD} result(a1, 15.1, 'ug/L').`, `${LEAD} result(a1, 0.9, 'ug/L').`],
      not: [
        `${LEAD} result(a1, 15, 'ug/L').`,
        `${LEAD} result(a1, 1, 'ug/L').`,
        'analysis(a1, s1, lead). critical(lead, none, none). result(a1, 99, mg).',
      ],
    },
    'critical_results.not_called': {
      goal: 'blocker(s1, completion, critical_not_called(a1))',
      holds: `${LEAD} result(a1, 99, 'ug/L').`,
      not: [
        `${LEAD} result(a1, 99, 'ug/L'). critical_notified(a1).`,
        `${LEAD} result(a1, 9, 'ug/L').`,
        `${LEAD} result(a1, 99, 'ug/L'). analysis_status(a1, retracted).`,
      ],
    },
  });
});

describe('reports', () => {
  testModule(REPORTS, {
    'reports.signed': {
      goal: 'signed_report(s1)',
      holds: 'report(r1, s1). report_signed(r1, vera). role(vera, verifier).',
      not: ['report(r1, s1). report_signed(r1, ana). role(ana, analyst).', 'report(r1, s1).'],
    },
    'reports.unsigned': {
      goal: 'blocker(s1, completion, report_unsigned)',
      holds: 'sample(s1). report(r1, s1).',
      not: 'sample(s1). report(r1, s1). report_signed(r1, vera). role(vera, verifier).',
    },
  });
});

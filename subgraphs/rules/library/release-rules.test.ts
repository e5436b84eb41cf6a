import { describe } from 'vitest';
import { CRITICAL_RESULTS, REPORTS } from './release.ts';
import { testModule } from './testing.ts';

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

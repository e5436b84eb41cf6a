import { describe } from 'vitest';
import { CRITICAL_RESULTS, REPORTS } from './release.ts';
import { testModule } from './testing.ts';

const LEAD = 'analysis(a1, s1, lead). critical(lead, 1, 15).';

describe('critical results', () => {
  testModule(CRITICAL_RESULTS, {
    'critical_results.critical': {
      goal: 'critical_result(a1)',
      holds: [`${LEAD} result(a1, 15.1, ug).`, `${LEAD} result(a1, 0.9, ug).`],
      not: [
        `${LEAD} result(a1, 15, ug).`,
        `${LEAD} result(a1, 1, ug).`,
        'analysis(a1, s1, lead). critical(lead, none, none). result(a1, 99, ug).',
      ],
    },
    'critical_results.not_called': {
      goal: 'blocker(s1, completion, critical_not_called(a1))',
      holds: `${LEAD} result(a1, 99, ug).`,
      not: [
        `${LEAD} result(a1, 99, ug). critical_notified(a1).`,
        `${LEAD} result(a1, 9, ug).`,
        `${LEAD} result(a1, 99, ug). analysis_status(a1, retracted).`,
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

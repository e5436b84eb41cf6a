import type { LibraryModule } from './module.ts';

/** Critical results are told before release. */
export const CRITICAL_RESULTS: LibraryModule = {
  capability: 'critical_results',
  rules: [
    {
      id: 'critical_results.test_unit',
      label: 'The unit in which a test is asked for; none where it has none',
      text: "test_unit(T, U) :- unit_of(T, U). test_unit(T, '') :- \\+ unit_of(T, _).",
    },
    {
      id: 'critical_results.limit',
      label: 'A critical limit that is a bare number is one in the unit of the test',
      text: `critical_limit(T, low, quantity(L, U)) :- critical(T, L, _), number(L), test_unit(T, U).
critical_limit(T, low, quantity(L, U)) :- critical(T, quantity(L, U), _).
critical_limit(T, high, quantity(H, U)) :- critical(T, _, H), number(H), test_unit(T, U).
critical_limit(T, high, quantity(H, U)) :- critical(T, _, quantity(H, U)).`,
    },
    {
      id: 'critical_results.result_in',
      label: 'A result is compared in the unit of the limit, after a conversion that is recorded',
      text: 'result_in(A, U, Q) :- result(A, V, R), in_unit(quantity(V, R), U, Q).',
    },
    {
      id: 'critical_results.critical',
      label: 'A result outside the critical limits is critical',
      text: `critical_result(A) :- analysis(A, _, T), critical_limit(T, low, quantity(L, U)), result_in(A, U, Q), Q < quantity(L, U).
critical_result(A) :- analysis(A, _, T), critical_limit(T, high, quantity(H, U)), result_in(A, U, Q), Q > quantity(H, U).`,
    },
    {
      id: 'critical_results.not_called',
      label: 'Somebody was told of every critical result',
      text: 'blocker(S, completion, critical_not_called(A)) :- analysis(A, S, _), live(A), critical_result(A), \\+ critical_notified(A).',
    },
  ],
  reasons: {
    'critical_not_called/1': {
      code: 'CRITICAL_NOT_CALLED',
      message: 'The critical result of {1:test} was told to nobody: call the client and record it.',
      missing: ['critical_notified({1})'],
    },
  },
};

/** Reports are signed before release. */
export const REPORTS: LibraryModule = {
  capability: 'reports',
  rules: [
    {
      id: 'reports.signed',
      label: 'A report is signed by a verifier',
      text: 'signed_report(S) :- report(R, S), report_signed(R, U), role(U, verifier).',
    },
    {
      id: 'reports.unsigned',
      label: 'A sample is completed with a signed report',
      text: 'blocker(S, completion, report_unsigned) :- sample(S), \\+ signed_report(S).',
    },
  ],
  reasons: {
    'report_unsigned/0': {
      code: 'REPORT_UNSIGNED',
      message: 'The report is not signed: let a verifier sign it.',
      missing: ['report_signed(_,_)'],
    },
  },
};

import type { TestReport } from './run-tests.ts';

export type ChangeRefusal =
  | 'NOT_FOUND'
  | 'STALE'
  | 'IN_FORCE'
  | 'NEVER_PUBLISHED'
  | 'NOT_DRAFT'
  | 'NO_TESTS'
  | 'TESTS_FAILED'
  | 'NO_LONGER_FITS'
  | 'SIGNATURE_REQUIRED'
  | 'SIGNATURE_INVALID';

/** Why a change of rules was not made; nothing of it was. */
export interface ChangeRefused {
  readonly code: ChangeRefusal;
  readonly message: string;
  /** Number of the version in force, where the refusal rests on it. */
  readonly active: number | null;
  /** What was expected and what came, where tests failed. */
  readonly report: TestReport | null;
}

export function refused(
  code: ChangeRefusal,
  message: string,
  more: Partial<Pick<ChangeRefused, 'active' | 'report'>> = {},
): ChangeRefused {
  return { code, message, active: null, report: null, ...more };
}

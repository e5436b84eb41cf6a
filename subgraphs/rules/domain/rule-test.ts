import type { StopReason } from './faults.ts';
import { SyntaxFault } from './lexer.ts';
import { readTerm } from './parser.ts';
import { TermTooLarge, writeTerm } from './writer.ts';

/** What a version of rules has to answer before it may come into force. */
export interface RuleTest {
  readonly name: string;
  readonly goal: string;
  /** Facts of this case. Standing facts play no part: a test says the same on every day. */
  readonly assume: readonly string[];
  /** Every answer in canonical text, in any order; none: the goal has to fail. */
  readonly expected: readonly string[];
}

/** The tests of a version; each change of them is another revision. */
export interface RuleTestSuite {
  readonly id: string;
  readonly versionId: string;
  /** From 1. */
  readonly revision: number;
  readonly cases: readonly RuleTest[];
  readonly savedAt: Date;
  readonly savedBy: string;
  readonly reason: string | null;
}

/** What came. */
export interface RuleTestResult extends RuleTest {
  readonly passed: boolean;
  readonly found: readonly string[];
  /** The limit that ended it: then the answers are not all, and the test has failed. */
  readonly stoppedBy: StopReason | null;
  /** Why it could not be evaluated. */
  readonly error: string | null;
}

/** However it is spaced, quoted, and however its variables are called: one text for one answer. */
function canonical(answer: string): string {
  try {
    return writeTerm(readTerm(answer).term);
  } catch (error) {
    if (error instanceof SyntaxFault || error instanceof TermTooLarge) return answer;
    throw error;
  }
}

/** The same answers, each as often, in whatever order. */
export function sameAnswers(expected: readonly string[], found: readonly string[]): boolean {
  if (expected.length !== found.length) return false;
  const sorted = found.map(canonical).toSorted();
  return expected
    .map(canonical)
    .toSorted()
    .every((text, at) => text === sorted[at]);
}

export function testResult(
  test: RuleTest,
  came: Pick<RuleTestResult, 'found' | 'stoppedBy' | 'error'>,
): RuleTestResult {
  const passed = came.error === null && came.stoppedBy === null && sameAnswers(test.expected, came.found);
  return { ...test, ...came, passed };
}

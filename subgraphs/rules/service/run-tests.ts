import { BadInputError } from '#platform/errors/index.ts';
import type { RulesContext } from '../context.ts';
import { asking } from '../domain/ask.ts';
import { DEFAULT_LIMITS, type Limits, SharedMillis } from '../domain/budget.ts';
import { readFact } from '../domain/facts.ts';
import type { Knowledge } from '../domain/knowledge.ts';
import type { RuleSetVersion } from '../domain/rule.ts';
import { type RuleTest, type RuleTestResult, type RuleTestSuite, testResult } from '../domain/rule-test.ts';
import type { Slices } from '../domain/slices.ts';
import { assuming, meaningfully, readGoal } from './asking.ts';
import { buildKnowledge } from './image.ts';

const TEST_LIMITS: Limits = { ...DEFAULT_LIMITS, millis: 200 };
/** All tests of a version together; a publication holds the lock of its organization while they run. */
const SUITE_MILLIS = 1_000;

export interface TestReport {
  readonly version: RuleSetVersion;
  readonly revision: number;
  readonly passed: boolean;
  readonly results: readonly RuleTestResult[];
}

function isCapability(text: string): boolean {
  const fact = readFact(text);
  return !('refused' in fact) && fact.predicate === 'capability/1';
}

/** The rules alone; capabilities among the assumed facts bring the shipped rules that belong to them. */
function knowledgeOf(version: RuleSetVersion, capabilities: readonly string[]): Knowledge {
  const facts = capabilities.map((text) => ({ id: null, predicate: 'capability/1', text }));
  return buildKnowledge(version, facts).knowledge;
}

function* evaluate(ctx: RulesContext, base: Knowledge, test: RuleTest, limits: Limits): Slices<RuleTestResult> {
  try {
    const { term, variables } = readGoal(test.goal);
    const named = new Map([...variables].map(([name, { variable }]) => [name, variable]));
    const knowledge = assuming(
      base,
      test.assume.filter((text) => !isCapability(text)),
      ctx.clock(),
    );
    const question = { goal: term, variables: named, limits, distinct: false };
    const { answers, stoppedBy } = yield* meaningfully(asking(knowledge, question, ctx.timer));
    return testResult(test, { found: answers.map(({ text }) => text), stoppedBy, error: null });
  } catch (error) {
    if (!(error instanceof BadInputError)) throw error;
    return testResult(test, { found: [], stoppedBy: null, error: error.message });
  }
}

/** Every test is run, also behind one that failed; others get their turn in between. */
export async function runTests(
  ctx: RulesContext,
  version: RuleSetVersion,
  suite: Pick<RuleTestSuite, 'revision' | 'cases'>,
): Promise<TestReport> {
  const results = await ctx.turns.begin(ctx.viewer.organizationId, testing(ctx, version, suite.cases));
  return { version, revision: suite.revision, passed: results.every(({ passed }) => passed), results };
}

function* testing(
  ctx: RulesContext,
  version: RuleSetVersion,
  cases: readonly RuleTest[],
): Slices<readonly RuleTestResult[]> {
  const shared = new SharedMillis(SUITE_MILLIS, ctx.timer);
  const bases = new Map<string, Knowledge>();
  const results: RuleTestResult[] = [];
  for (const test of cases) {
    const capabilities = test.assume.filter(isCapability).toSorted();
    const key = capabilities.join('\n');
    const base = bases.get(key) ?? knowledgeOf(version, capabilities);
    bases.set(key, base);
    results.push(yield* shared.spend(TEST_LIMITS, (limits) => evaluate(ctx, base, test, limits)));
    yield;
  }
  return results;
}

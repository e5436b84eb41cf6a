import { BadInputError } from '#platform/errors/index.ts';
import type { RulesContext } from '../context.ts';
import { findVersions, lockKnowledge } from '../data/knowledge-repository.ts';
import { createSuite, findLastSuite } from '../data/test-repository.ts';
import { readFact } from '../domain/facts.ts';
import type { RuleTest, RuleTestSuite } from '../domain/rule-test.ts';
import { VariableNames, writeTerm } from '../domain/writer.ts';
import { rulesTested } from '../events.ts';
import { readGoal } from './asking.ts';
import { type ChangeRefused, refused } from './change-refused.ts';
import { checkCount, checkReason } from './input.ts';
import { runTests, type TestReport } from './run-tests.ts';

const MAX_CASES = 100;
const MAX_NAME = 200;
const MAX_ASSUMED = 200;
const MAX_EXPECTED = 200;

export interface TestRules {
  readonly versionId: string;
  /** Null: run those that are kept. */
  readonly cases: readonly RuleTest[] | null;
  /** The revision that the cases replace; 0: there was none. Null: whatever there is. */
  readonly expectedRevision: number | null;
  readonly reason: string | null;
  readonly idempotencyKey: string | null;
}

function checkLength(place: string, items: readonly string[], most: number): void {
  if (items.length <= most) return;
  throw new BadInputError(`${place} has ${items.length} items; ${most} are allowed.`);
}

/** The case in canonical text. @throws BadInputError naming what cannot be read. */
function checkedCase({ name, goal, assume, expected }: RuleTest, at: number): RuleTest {
  const place = `cases[${at}]`;
  const length = [...name.trim()].length;
  if (length < 1 || length > MAX_NAME) {
    throw new BadInputError(`${place}.name must have 1 to ${MAX_NAME} characters, it has ${length}.`);
  }
  checkLength(`${place}.assume`, assume, MAX_ASSUMED);
  checkLength(`${place}.expected`, expected, MAX_EXPECTED);
  readGoal(goal, `${place}.goal`);
  assume.forEach((text, i) => {
    const fact = readFact(text);
    if ('refused' in fact) throw new BadInputError(`${place}.assume[${i}]: ${fact.refused}`);
  });
  const canonical = expected.map((text, i) => {
    const { term, variables } = readGoal(text, `${place}.expected[${i}]`);
    const written = writeTerm(term, VariableNames.asWritten(variables));
    if (written.isWellFormed()) return written;
    throw new BadInputError(`${place}.expected[${i}] holds half of a surrogate pair, which is no text.`);
  });
  return { name: name.trim(), goal, assume, expected: canonical };
}

function sameCases(a: readonly RuleTest[], b: readonly RuleTest[]): boolean {
  const parts = (cases: readonly RuleTest[]) => cases.map((c) => [c.name, c.goal, c.assume, c.expected]);
  return JSON.stringify(parts(a)) === JSON.stringify(parts(b));
}

/** Runs the tests of a version. Cases that are given are kept with it, whether they pass or not. */
export function testRules(ctx: RulesContext, input: TestRules): Promise<TestReport | ChangeRefused> {
  return input.cases === null ? runKept(ctx, input.versionId) : keepAndRun(ctx, input, input.cases);
}

async function runKept(ctx: RulesContext, versionId: string): Promise<TestReport | ChangeRefused> {
  const version = await ctx.loaders.versionById.load(versionId);
  if (version === null) return noSuchVersion(versionId);
  const suite = await ctx.loaders.suiteByVersion.load(version.id);
  if (suite === null) return refused('NO_TESTS', `Version ${version.number} has no tests: send "cases".`);
  return runTests(ctx, version, suite);
}

function noSuchVersion(id: string): ChangeRefused {
  return refused('NOT_FOUND', `No RuleSetVersion with id ${JSON.stringify(id)} in your organization.`);
}

async function keepAndRun(
  ctx: RulesContext,
  input: TestRules,
  given: readonly RuleTest[],
): Promise<TestReport | ChangeRefused> {
  checkCount('cases', given, MAX_CASES);
  const cases = given.map(checkedCase);
  if (input.reason !== null) checkReason(input.reason);
  const { idempotencyKey: key, ...request } = input;
  const { organizationId } = ctx.viewer;
  return ctx.db.write({ ...ctx.viewer, requestId: ctx.requestId }, (unit) =>
    unit.once({ operation: 'testRules', key, request }, async () => {
      await lockKnowledge(unit.tx, organizationId);
      const [version] = await findVersions(unit.tx, [input.versionId]);
      if (!version) return noSuchVersion(input.versionId);
      if (version.status !== 'DRAFT') {
        const message = `Version ${version.number} was published: the tests it passed stay what they were. Save another version.`;
        return refused('NOT_DRAFT', message);
      }
      const last = await findLastSuite(unit.tx, version.id);
      const found = last?.revision ?? 0;
      if (input.expectedRevision !== null && input.expectedRevision !== found) {
        const message = `Expected revision ${input.expectedRevision} of the tests, found ${found}: look at them, then decide again.`;
        return refused('STALE', message);
      }
      if (last !== null && sameCases(last.cases, cases)) return runTests(ctx, version, last);
      const suite = newSuite(ctx, input, cases, found + 1);
      await createSuite(unit.tx, organizationId, suite);
      const report = await runTests(ctx, version, suite);
      await unit.announce([rulesTested(report, input.reason)]);
      return report;
    }),
  );
}

function newSuite(ctx: RulesContext, input: TestRules, cases: readonly RuleTest[], revision: number): RuleTestSuite {
  const { versionId, reason } = input;
  return { id: ctx.newId(), versionId, revision, cases, savedAt: ctx.clock(), savedBy: ctx.viewer.userId, reason };
}

import type { RuleTestSuite } from '../domain/rule-test.ts';
import type { RulesReader, RulesTx } from './client.ts';

/** The newest tests of each version; versions without tests are left out. */
export async function findLastSuites(tx: RulesReader, versionIds: readonly string[]): Promise<RuleTestSuite[]> {
  const rows = await tx.ruleTestSuite.findMany({
    where: { versionId: { in: [...versionIds] } },
    orderBy: [{ versionId: 'asc' }, { revision: 'desc' }],
    distinct: ['versionId'],
  });
  // The column holds only what `createSuite` wrote.
  return rows.map(({ organizationId: _, ...row }) => row as unknown as RuleTestSuite);
}

export async function findLastSuite(tx: RulesReader, versionId: string): Promise<RuleTestSuite | null> {
  return (await findLastSuites(tx, [versionId]))[0] ?? null;
}

export async function createSuite(tx: RulesTx, organizationId: string, suite: RuleTestSuite): Promise<void> {
  const cases = suite.cases.map(({ name, goal, assume, expected }) => ({
    name,
    goal,
    assume: [...assume],
    expected: [...expected],
  }));
  await tx.ruleTestSuite.createMany({ data: [{ ...suite, cases, organizationId }] });
}

import type { UnitOfWork } from '#platform/database/index.ts';
import type { RulesContext } from '../context.ts';
import { createActivation } from '../data/activation-repository.ts';
import type { RulesReader, RulesTx } from '../data/client.ts';
import { publishVersion } from '../data/knowledge-repository.ts';
import { findLastSuite } from '../data/test-repository.ts';
import { readProgram } from '../domain/program.ts';
import type { RuleSetVersion } from '../domain/rule.ts';
import { type ActivatedOverrides, type ActivationKind, ruleActivated } from '../events.ts';
import { reviewRules } from '../library/shipped-version.ts';
import { type ChangeRefused, refused } from './change-refused.ts';
import { overridesOf } from './overrides.ts';
import { runTests } from './run-tests.ts';
import { type NamedSignature, signatureObjection } from './signed-activation.ts';

/** Why a version cannot come into force; null: nothing stands in the way. Version 0, the shipped rules alone, fits always. */
export async function obstacleTo(
  ctx: RulesContext,
  tx: RulesReader,
  version: RuleSetVersion,
  signature: NamedSignature | null,
): Promise<ChangeRefused | null> {
  const unsigned = await signatureObjection(ctx, tx, version, signature);
  if (unsigned !== null || version.number === 0) return unsigned;
  return doesNotFit(version) ?? (await failsTests(ctx, tx, version));
}

/** The shipped rules beneath a version may have changed since it was saved. */
function doesNotFit(version: RuleSetVersion): ChangeRefused | null {
  const { diagnostics } = reviewRules(version.ruleSet, readProgram(version.text), () => true);
  const error = diagnostics.find(({ severity }) => severity === 'ERROR');
  if (error === undefined) return null;
  const place = `line ${error.line}, column ${error.column}`;
  const message = `Version ${version.number} no longer fits the shipped rules (${place}): ${error.message}`;
  return refused('NO_LONGER_FITS', message);
}

async function failsTests(ctx: RulesContext, tx: RulesReader, version: RuleSetVersion): Promise<ChangeRefused | null> {
  const suite = await findLastSuite(tx, version.id);
  if (suite === null) return null;
  const report = await runTests(ctx, version, suite);
  if (report.passed) return null;
  const failed = report.results.filter(({ passed }) => !passed).map(({ name }) => JSON.stringify(name));
  const message = `${failed.length} of ${report.results.length} tests of version ${version.number} fail: ${failed.slice(0, 5).join(', ')}. Mend the rules or the tests (testRules).`;
  return refused('TESTS_FAILED', message, { report });
}

export interface ActivationInput {
  readonly version: RuleSetVersion;
  /** The version in force until now; null for none of the organization's own. */
  readonly before: RuleSetVersion | null;
  readonly kind: ActivationKind;
  readonly reason: string;
  readonly signatureId: string | null;
}

/** Puts a version in force, as one more activation, with its event. */
export async function activate(
  ctx: RulesContext,
  unit: UnitOfWork<RulesTx>,
  { version: wanted, before, kind, reason, signatureId }: ActivationInput,
): Promise<RuleSetVersion> {
  const { organizationId, userId } = ctx.viewer;
  const at = ctx.clock();
  const version: RuleSetVersion = {
    ...wanted,
    status: 'PUBLISHED',
    publishedAt: at,
    publishedBy: userId,
    publishReason: reason,
    signatureId,
  };
  const { ruleSet, number } = version;
  await publishVersion(unit.tx, organizationId, version);
  await createActivation(unit.tx, organizationId, {
    id: ctx.newId(),
    ruleSet,
    number,
    at,
    by: userId,
    reason,
    signatureId,
  });
  await unit.announce([ruleActivated(version, before, kind, overridesNow(version, before))]);
  return version;
}

function overridesNow(version: RuleSetVersion, before: RuleSetVersion | null): ActivatedOverrides {
  const overrides = overridesOf(version);
  const was = before === null ? [] : overridesOf(before);
  const restored = was.map(({ ruleId }) => ruleId).filter((id) => !overrides.some(({ ruleId }) => ruleId === id));
  return { overrides, restored };
}

import type { RulesContext } from '../context.ts';
import { findActiveVersions, findVersion, lockKnowledge } from '../data/knowledge-repository.ts';
import { DEFAULT_RULE_SET, type RuleSetVersion } from '../domain/rule.ts';
import { SHIPPED_VERSION } from '../library/shipped-version.ts';
import { activate, obstacleTo } from './activation.ts';
import { type ChangeRefused, refused } from './change-refused.ts';
import { checkReason } from './input.ts';
import { namedSignature } from './signed-activation.ts';

export interface RollbackRules {
  readonly ruleSet: string;
  /** 0, of the set `default`: the shipped rules alone. */
  readonly toVersion: number;
  /** Number of the version in force on which the decision rests. */
  readonly expectedActive: number;
  readonly reason: string;
  readonly signatureId: string | null;
  readonly idempotencyKey: string | null;
}

/** Puts an earlier version in force again. Nothing is rewritten: it is one more activation. */
export async function rollbackRules(ctx: RulesContext, input: RollbackRules): Promise<RuleSetVersion | ChangeRefused> {
  checkReason(input.reason);
  const { idempotencyKey: key, ...request } = input;
  const { ruleSet, toVersion, reason, signatureId } = input;
  const { organizationId } = ctx.viewer;
  const signature = await namedSignature(ctx, signatureId);
  return ctx.db.write({ ...ctx.viewer, requestId: ctx.requestId }, (unit) =>
    unit.once({ operation: 'rollbackRules', key, request }, async () => {
      await lockKnowledge(unit.tx, organizationId);
      const inForce = await findActiveVersions(unit.tx, organizationId);
      const before = inForce.find((version) => version.ruleSet === ruleSet) ?? null;
      const shipped = ruleSet === DEFAULT_RULE_SET && toVersion === 0;
      const target = shipped ? SHIPPED_VERSION : await findVersion(unit.tx, organizationId, ruleSet, toVersion);
      const objection = objectionTo(input, target, before?.number ?? 0);
      if (objection !== null) return objection;
      const version = target!; // objectionTo has looked at it
      const obstacle = await obstacleTo(ctx, unit.tx, version, signature);
      if (obstacle !== null) return obstacle;
      const activated = await activate(ctx, unit, {
        version,
        before,
        kind: 'rollback',
        reason,
        signatureId: signature?.found?.id ?? null,
      });
      return shipped ? SHIPPED_VERSION : activated;
    }),
  );
}

function objectionTo(
  { ruleSet, toVersion, expectedActive }: RollbackRules,
  target: RuleSetVersion | null,
  active: number,
): ChangeRefused | null {
  if (target === null) return refused('NOT_FOUND', `"${ruleSet}" has no version ${toVersion}.`, { active });
  if (expectedActive !== active) {
    const message = `Expected version ${expectedActive} of "${ruleSet}" to be in force, found ${active}: look at it, then decide again.`;
    return refused('STALE', message, { active });
  }
  if (toVersion === active) {
    return refused('IN_FORCE', `Version ${toVersion} of "${ruleSet}" is in force already.`, { active });
  }
  if (toVersion > 0 && target.publishedAt === null) {
    const message = `Version ${toVersion} of "${ruleSet}" was never in force: publish it (publishRules).`;
    return refused('NEVER_PUBLISHED', message, { active });
  }
  return null;
}

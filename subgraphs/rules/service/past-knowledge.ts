import { BadInputError, NotFoundError } from '#platform/errors/index.ts';
import type { RulesContext } from '../context.ts';
import { findActivationAt } from '../data/activation-repository.ts';
import { findFactsAt, findVersion } from '../data/knowledge-repository.ts';
import { DEFAULT_RULE_SET, type RuleSetVersion } from '../domain/rule.ts';
import { SHIPPED_VERSION } from '../library/shipped-version.ts';
import { FactDigests } from './answer-cache.ts';
import { type Built, buildKnowledge, knowledgeAt, loadImage } from './image.ts';

/** What a question is asked of. */
export interface Asked extends Omit<Built, 'until'> {
  /** The instant for which the answers hold. */
  readonly at: Date;
}

/** The knowledge in force, or with `asOf` as it was then. @throws NotFoundError, BadInputError for an instant to come */
export async function knowledgeFor(ctx: RulesContext, ruleSet: string, now: Date, asOf: Date | null): Promise<Asked> {
  if (asOf !== null) return knowledgeAsOf(ctx, ruleSet, now, asOf);
  const built = knowledgeAt(await loadImage(ctx), ruleSet, now);
  if (built === null) throw new NotFoundError('published RuleSet', ruleSet);
  return { ...built, at: now };
}

/** What was asserted later plays no part, what was ended later still holds, and the version is the one then in force. */
async function knowledgeAsOf(ctx: RulesContext, ruleSet: string, now: Date, asOf: Date): Promise<Asked> {
  if (asOf > now) {
    throw new BadInputError(`"asOf" must not lie in the future: got ${asOf.toISOString()} at ${now.toISOString()}.`);
  }
  const version = await versionAsOf(ctx, ruleSet, asOf);
  const facts = await ctx.db.read(ctx.viewer, (tx) => findFactsAt(tx, ctx.viewer.organizationId, asOf));
  return { ...buildKnowledge(version, facts), version, digests: new FactDigests(facts), at: asOf };
}

async function versionAsOf(ctx: RulesContext, ruleSet: string, asOf: Date): Promise<RuleSetVersion> {
  const { organizationId } = ctx.viewer;
  const version = await ctx.db.read(ctx.viewer, async (tx) => {
    const activation = await findActivationAt(tx, organizationId, ruleSet, asOf);
    return activation === null || activation.number === 0
      ? null
      : findVersion(tx, organizationId, ruleSet, activation.number);
  });
  if (version !== null) return version;
  if (ruleSet === DEFAULT_RULE_SET) return SHIPPED_VERSION;
  throw new NotFoundError(`RuleSet published by ${asOf.toISOString()}`, ruleSet);
}

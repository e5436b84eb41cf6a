import type { RulesContext } from '../context.ts';
import { findSignedActivation } from '../data/activation-repository.ts';
import type { RulesReader } from '../data/client.ts';
import { findSameFacts } from '../data/knowledge-repository.ts';
import { findSignature } from '../data/signatures.ts';
import type { RuleSetVersion } from '../domain/rule.ts';
import { faultOfSignature, policyTexts, type Signature } from '../domain/signature.ts';
import { isValidAt } from '../domain/standing-fact.ts';
import { type ChangeRefused, refused } from './change-refused.ts';

/** The signature that somebody names; looked up before anything is locked. */
export interface NamedSignature {
  readonly id: string;
  /** Null: the organization has none of this id. */
  readonly found: Signature | null;
}

/** @throws UnavailableError when accounts does not answer: nothing comes into force with a signature that nobody checked */
export async function namedSignature(ctx: RulesContext, id: string | null): Promise<NamedSignature | null> {
  return id === null ? null : { id, found: await findSignature(ctx.ask, id) };
}

/** Why a version cannot come into force with this signature, or without one; null: it can. Call it under the lock. */
export async function signatureObjection(
  ctx: RulesContext,
  tx: RulesReader,
  version: RuleSetVersion,
  signature: NamedSignature | null,
): Promise<ChangeRefused | null> {
  if (signature === null) {
    if (!(await isRequired(ctx, tx, version.ruleSet))) return null;
    const message = `Your organization requires a signature for "${version.ruleSet}" (fact signature_required): sign RuleSetVersion ${version.id} with the mutation sign, and send its id as "signatureId".`;
    return refused('SIGNATURE_REQUIRED', message);
  }
  const { organizationId, userId } = ctx.viewer;
  const id = JSON.stringify(signature.id.slice(0, 100));
  if (signature.found === null) {
    return refused('SIGNATURE_INVALID', `Your organization has no signature ${id}: sign with the mutation sign.`);
  }
  const fault = faultOfSignature(signature.found, version, userId, ctx.clock());
  if (fault !== null) return refused('SIGNATURE_INVALID', `The signature ${id} does not count here. ${fault}`);
  const used = await findSignedActivation(tx, organizationId, signature.found.id);
  if (used === null) return null;
  const message = `The signature ${id} was used for version ${used.number} of "${used.ruleSet}" on ${used.at.toISOString()}: sign again.`;
  return refused('SIGNATURE_INVALID', message);
}

async function isRequired(ctx: RulesContext, tx: RulesReader, ruleSet: string): Promise<boolean> {
  const now = ctx.clock();
  const policies = await findSameFacts(tx, ctx.viewer.organizationId, policyTexts(ruleSet), now);
  return policies.some((fact) => isValidAt(fact, now));
}

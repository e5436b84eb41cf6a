import { idOf, isId } from '#platform/identity/index.ts';
import type { Fact } from './facts.ts';
import { isRuleSetName, type RuleSetVersion } from './rule.ts';
import { argsOf, atom, struct, text } from './term.ts';
import { writeTerm } from './writer.ts';

/** What accounts says of an electronic signature. */
export interface Signature {
  readonly id: string;
  readonly signer: { readonly id: string };
  readonly meaning: string;
  readonly subjectType: string;
  readonly subjectId: string;
  readonly contentHash: string;
  readonly signedAt: Date;
}

/** Who signs does so for what happens now. */
const FRESH_MS = 10 * 60_000;
/** So far the clocks of two machines may lie apart. */
const AHEAD_MS = 60_000;

/** A fact `signature_required(Set)` is an organization's policy: no version of the set comes into force unsigned. */
const POLICY = 'signature_required';

/** The facts, any of which requires a signature for this set. In double quotes it was accepted once, and was meant. */
export function policyTexts(ruleSet: string): string[] {
  return [atom(ruleSet), text(ruleSet)].map((set) => writeTerm(struct(POLICY, [set])));
}

/** Why a fact cannot be asserted as such a policy: it would be kept and require nothing. Null for every other fact. */
export function faultOfPolicy({ term, predicate }: Fact): string | null {
  if (predicate !== `${POLICY}/1`) return null;
  const [set] = argsOf(term);
  if (set?.kind === 'atom' && isRuleSetName(set.name)) return null;
  return 'Expected the name of a rule set as an atom, such as signature_required(default).';
}

/**
 * Why a signature is none under this activation; null when it is: the acting person's, an approval, under the very text of
 * this version, and recent.
 */
export function faultOfSignature(
  signature: Signature,
  version: Pick<RuleSetVersion, 'id' | 'hash' | 'number'>,
  actorId: string,
  now: Date,
): string | null {
  const { signer, meaning, subjectType, contentHash, signedAt } = signature;
  const subjectId = isId(signature.subjectId) ? idOf(signature.subjectId) : signature.subjectId;
  if (signer.id !== actorId) return "It is another person's: whoever acts signs.";
  if (meaning !== 'APPROVAL') return `It means ${meaning}, and APPROVAL is needed.`;
  if (subjectType !== 'RuleSetVersion' || subjectId !== version.id || contentHash !== version.hash) {
    return `It is under something else (${subjectType} ${subjectId}): sign version ${version.number}, RuleSetVersion ${version.id}, with its hash.`;
  }
  if (signedAt.getTime() - now.getTime() > AHEAD_MS) {
    return `It is of ${signedAt.toISOString()}, which lies ahead: mend the clocks and sign again.`;
  }
  if (now.getTime() - signedAt.getTime() > FRESH_MS) return `It is of ${signedAt.toISOString()}: sign again.`;
  return null;
}

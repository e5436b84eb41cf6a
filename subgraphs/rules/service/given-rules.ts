import { BadInputError } from '#platform/errors/index.ts';
import type { RulesContext } from '../context.ts';
import { readFact } from '../domain/facts.ts';
import { type Diagnostic, readProgram } from '../domain/program.ts';
import { isRuleSetName, ownRules, type Rule, type RuleSetVersion } from '../domain/rule.ts';
import { isValidAt } from '../domain/standing-fact.ts';
import { capabilityOf } from '../library/index.ts';
import { reviewRules, SHIPPED_VERSION } from '../library/shipped-version.ts';
import { FactDigests } from './answer-cache.ts';
import { checkAssumed } from './asking.ts';
import { buildKnowledge, type Image, loadImage } from './image.ts';
import type { Asked } from './past-knowledge.ts';

/** Less than can be saved: the text is kept with every question that brings it. */
const MAX_GIVEN = 50_000;
/** Where other rules have the id of their version: rules that a question brings are in none. */
const GIVEN_ID = 'rules';

/** @throws BadInputError unless it can name a rule set. */
export function checkRuleSetName(name: string): void {
  if (isRuleSetName(name)) return;
  throw new BadInputError(
    `"ruleSet" must be a letter, then letters, digits, "_" and "-", at most 60; got ${JSON.stringify(name.slice(0, 100))}.`,
  );
}

/** What is to be said of a text, over the predicates of which the organization has facts, and of which some are assumed. */
export function reviewText(image: Image, ruleSet: string, text: string, assume: readonly string[] = []) {
  const known = new Set(image.facts.map(({ predicate }) => predicate)).add('now/1');
  for (const assumed of assume) {
    const fact = readFact(assumed);
    if (!('refused' in fact)) known.add(fact.predicate);
  }
  return reviewRules(ruleSet, readProgram(text), (predicate) => known.has(predicate));
}

export async function checkRules(
  ctx: RulesContext,
  { ruleSet, text, assume }: { readonly ruleSet: string; readonly text: string; readonly assume: readonly string[] },
): Promise<readonly Diagnostic[]> {
  checkRuleSetName(ruleSet);
  checkAssumed(assume);
  return reviewText(await loadImage(ctx), ruleSet, text, assume).diagnostics;
}

/** A text in the place of a version, as the engine takes it. */
export function givenVersion(inPlaceOf: RuleSetVersion, ruleSet: string, text: string): RuleSetVersion {
  return { ...inPlaceOf, id: GIVEN_ID, ruleSet, number: 1, text };
}

/** The rules of a text by the ids that proofs call them; none without a text. */
export function givenRules(text: string | null): ReadonlyMap<string, Rule> {
  if (text === null) return new Map();
  return new Map(ownRules(GIVEN_ID, readProgram(text), capabilityOf).map((rule) => [rule.id, rule]));
}

/** The facts of the present and these rules. @throws BadInputError for a text that `saveRules` would refuse */
export async function knowledgeGiven(ctx: RulesContext, ruleSet: string, text: string, now: Date): Promise<Asked> {
  checkRuleSetName(ruleSet);
  if (text.length > MAX_GIVEN) {
    throw new BadInputError(`"rules" has ${text.length} characters; ${MAX_GIVEN} are allowed.`);
  }
  const image = await loadImage(ctx);
  const fault = reviewText(image, ruleSet, text).diagnostics.find(({ severity }) => severity === 'ERROR');
  if (fault) {
    const { line, column, message } = fault;
    throw new BadInputError(`"rules", line ${line}, column ${column}: ${message}`, { line, column });
  }
  const version = image.active.get(ruleSet) ?? SHIPPED_VERSION;
  const facts = image.facts.filter((fact) => isValidAt(fact, now));
  const built = buildKnowledge(givenVersion(version, ruleSet, text), facts);
  return { ...built, version, digests: new FactDigests(facts), at: now };
}

import type { RulesContext } from '../context.ts';
import { findActiveVersions, findEpoch, findFactsFrom } from '../data/knowledge-repository.ts';
import type { Abducibles } from '../domain/abducibles.ts';
import type { Clause } from '../domain/clause.ts';
import { compileClause } from '../domain/clause.ts';
import { readFact } from '../domain/facts.ts';
import { Knowledge } from '../domain/knowledge.ts';
import { type Diagnostic, readProgram } from '../domain/program.ts';
import { DEFAULT_RULE_SET, ownClauses, type RuleSetVersion } from '../domain/rule.ts';
import { isValidAt, nextChange, type StandingFact } from '../domain/standing-fact.ts';
import { argsOf } from '../domain/term.ts';
import { DEFAULT_CAPABILITIES, isCapability, shippedClauses } from '../library/index.ts';
import { layeredClauses, lostOverrides } from '../library/overrides.ts';
import { abduciblesOf, SHIPPED_VERSION } from '../library/shipped-version.ts';
import { FactDigests } from './answer-cache.ts';

/** An organization's knowledge in memory. Valid while the stored epoch is the same. */
export interface Image {
  readonly epoch: bigint;
  readonly facts: readonly StandingFact[];
  /** The versions in force by the name of their set. */
  readonly active: ReadonlyMap<string, RuleSetVersion>;
  /** What was built of it, by rule set. */
  readonly built: Map<string, Built>;
}

/** Rules and facts as the engine uses them, until the next fact begins or ends. */
export interface Built {
  readonly knowledge: Knowledge;
  readonly version: RuleSetVersion;
  readonly capabilities: ReadonlySet<string>;
  readonly abducible: Abducibles;
  readonly digests: FactDigests;
  readonly until: Date | null;
}

/** One cheap read tells whether what is in memory still holds; else everything is read again. */
export async function loadImage(ctx: RulesContext): Promise<Image> {
  const { organizationId } = ctx.viewer;
  const known = ctx.images.get(organizationId);
  return ctx.db.read(ctx.viewer, async (tx, query) => {
    const epoch = await findEpoch(query, organizationId);
    if (known?.epoch === epoch) return known;
    // Read after the epoch: it can only be newer than the epoch says, and then the next reader reads it again.
    const facts = await findFactsFrom(tx, organizationId, ctx.clock());
    const versions = await findActiveVersions(tx, organizationId);
    const active = new Map([
      [DEFAULT_RULE_SET, SHIPPED_VERSION],
      ...versions.map((version) => [version.ruleSet, version] as const),
    ]);
    warnOfLost(ctx, active.get(DEFAULT_RULE_SET));
    const image: Image = { epoch, facts, active, built: new Map() };
    ctx.images.set(organizationId, image);
    return image;
  });
}

/** Another release may ship other rules than those that a version in force overrides: people must learn of it. */
function warnOfLost(ctx: RulesContext, version: RuleSetVersion | undefined): void {
  for (const { message, line } of version === undefined ? [] : lostOverridesOf(version)) {
    ctx.logger.warn({ version: version?.number, line }, `an override in force has no effect: ${message}`);
  }
}

/** What a version overrides without effect, because this release ships other rules than the one for which it was written. */
export function lostOverridesOf({ ruleSet, number, text }: RuleSetVersion): readonly Diagnostic[] {
  return ruleSet === DEFAULT_RULE_SET && number > 0 ? lostOverrides(readProgram(text)) : [];
}

/** What the engine needs to know of a fact; an assumed one has no id. */
interface StatedFact {
  readonly id: string | null;
  readonly predicate: string;
  readonly text: string;
}

/** The capabilities that an organization uses: those of everybody, and those its facts name. */
export function capabilitiesOf(facts: readonly StatedFact[]): ReadonlySet<string> {
  const named = facts.filter(({ predicate }) => predicate === 'capability/1').map(({ text }) => capabilityNamed(text));
  return new Set([...DEFAULT_CAPABILITIES, ...named.filter((name) => name !== null)]);
}

/** The capability that a fact `capability(Name)` names; null when there is none of this name. */
export function capabilityNamed(text: string): string | null {
  const fact = readFact(text);
  const name = 'refused' in fact ? undefined : argsOf(fact.term)[0];
  return name?.kind === 'atom' && isCapability(name.name) ? name.name : null;
}

function factClauses(facts: readonly StatedFact[]): Clause[] {
  return facts.flatMap(({ id, text }) => {
    const fact = readFact(text);
    return 'refused' in fact ? [] : [compileClause(fact.term, [], { kind: 'fact', id })];
  });
}

/** The engine's knowledge of one version and these facts. */
export function buildKnowledge(
  { id, ruleSet, number, text }: RuleSetVersion,
  facts: readonly StatedFact[],
): Pick<Built, 'knowledge' | 'capabilities' | 'abducible'> {
  const capabilities = capabilitiesOf(facts);
  const program = number === 0 ? null : readProgram(text);
  const knowledge = new Knowledge();
  if (program === null) knowledge.addAll(shippedClauses(capabilities));
  else if (ruleSet === DEFAULT_RULE_SET) knowledge.addAll(layeredClauses(id, program, capabilities));
  else knowledge.addAll(ownClauses(id, program));
  knowledge.addAll(factClauses(facts));
  return { knowledge, capabilities, abducible: abduciblesOf(ruleSet, new Set(program?.abducible.keys())) };
}

/** The knowledge of a rule set at `now`; null when nothing of this set was published. */
export function knowledgeAt(image: Image, ruleSet: string, now: Date): Built | null {
  const known = image.built.get(ruleSet);
  if (known !== undefined && (known.until === null || known.until > now)) return known;
  const version = image.active.get(ruleSet);
  if (version === undefined) return null;
  const facts = image.facts.filter((fact) => isValidAt(fact, now));
  const built: Built = {
    ...buildKnowledge(version, facts),
    version,
    digests: new FactDigests(facts),
    until: nextChange(image.facts, now),
  };
  image.built.set(ruleSet, built);
  return built;
}

import { BadInputError, NotFoundError } from '#platform/errors/index.ts';
import { type Connection, connectionOf, decodeKeyset, encodeKeyset, pageSize } from '#platform/graphql/index.ts';
import type { RulesContext } from '../context.ts';
import { findVersion } from '../data/knowledge-repository.ts';
import { type Diagnostic, readProgram } from '../domain/program.ts';
import {
  DEFAULT_RULE_SET,
  ownRules,
  type Rule,
  type RuleSetVersion,
  speaksAbout,
  versionOfRule,
} from '../domain/rule.ts';
import { diffRules, type RuleDiff } from '../domain/rule-diff.ts';
import { CAPABILITIES, CAPABILITY_DESCRIPTIONS, capabilityOf, isCapability, SHIPPED_RULES } from '../library/index.ts';
import { layered } from '../library/overrides.ts';
import { SHIPPED, SHIPPED_VERSION } from '../library/shipped-version.ts';
import { knowledgeAt, loadImage, lostOverridesOf } from './image.ts';
import { overridesOf, type RuleOverride } from './overrides.ts';

/** A version's own rules; of version 0 the shipped ones. */
export function rulesOfVersion(version: RuleSetVersion): readonly Rule[] {
  return version.number === 0 ? SHIPPED : ownRules(version.id, readProgram(version.text), capabilityOf);
}

/** What is to be said of a saved text: when it was saved, and by what this release ships. */
export function remarksOn(version: RuleSetVersion): readonly Diagnostic[] {
  return [...lostOverridesOf(version), ...version.diagnostics].toSorted((a, b) => a.line - b.line);
}

/** The rules that a version puts in force, in the order in which they are tried: an override stands in the place of its shipped rule. */
function rulesInForce(version: RuleSetVersion): readonly Rule[] {
  const own = rulesOfVersion(version);
  if (version.ruleSet !== DEFAULT_RULE_SET || version.number === 0) return own;
  return layered(readProgram(version.text), own, SHIPPED_RULES, ({ id }) => SHIPPED.filter((rule) => rule.id === id));
}

/** Rules by id, in any order; what is unknown is left out. */
export async function findRules(ctx: RulesContext, ids: readonly string[]): Promise<Rule[]> {
  const versionIds = [...new Set(ids.flatMap((id) => versionOfRule(id) ?? []))];
  const versions = await ctx.loaders.versionById.loadMany(versionIds);
  const own = versions.flatMap((version) => {
    if (version instanceof Error) throw version;
    return version === null ? [] : rulesOfVersion(version);
  });
  const wanted = new Set(ids);
  return [...SHIPPED, ...own].filter(({ id }) => wanted.has(id));
}

export function pageOfRules(
  rules: readonly Rule[],
  page: { readonly first: number; readonly after?: string | null | undefined },
): Connection<Rule> {
  const first = pageSize(page.first);
  let start = 0;
  if (page.after) {
    const [id] = decodeKeyset(page.after, ['text']);
    start = rules.findIndex((rule) => rule.id === id) + 1;
    if (start === 0)
      throw new BadInputError('"after" names a rule that this list no longer has: begin again without it.');
  }
  return connectionOf({
    rows: rules.slice(start, start + first + 1),
    first,
    after: page.after,
    cursor: ({ id }) => encodeKeyset([id]),
    node: (rule) => rule,
    totalCount: async () => rules.length,
  });
}

/** @throws NotFoundError when the organization has no such set, version, or version in force. */
export async function versionOf(ctx: RulesContext, ruleSet: string, number: number | null): Promise<RuleSetVersion> {
  const { organizationId } = ctx.viewer;
  if (ruleSet === DEFAULT_RULE_SET && number === 0) return SHIPPED_VERSION;
  const version =
    number === null
      ? (await loadImage(ctx)).active.get(ruleSet)
      : await ctx.db.read(ctx.viewer, (tx) => findVersion(tx, organizationId, ruleSet, number));
  if (!version)
    throw new NotFoundError(number === null ? 'published RuleSet' : `version ${number} of RuleSet`, ruleSet);
  return version;
}

export interface RuleList {
  readonly ruleSet: string;
  readonly version: number | null;
  readonly first: number;
  readonly after: string | null;
}

export async function listRules(ctx: RulesContext, list: RuleList): Promise<Connection<Rule>> {
  return pageOfRules(rulesInForce(await versionOf(ctx, list.ruleSet, list.version)), list);
}

export interface VersionDiff extends RuleDiff {
  readonly from: RuleSetVersion;
  readonly to: RuleSetVersion;
  /** Overrides of shipped rules that `from` does not override. */
  readonly overridden: readonly RuleOverride[];
  /** Overrides of shipped rules that `to` does not override. */
  readonly restored: readonly RuleOverride[];
}

/** What one version of a set says otherwise than another. @throws NotFoundError */
export async function ruleSetDiff(
  ctx: RulesContext,
  { ruleSet, from, to }: { readonly ruleSet: string; readonly from: number; readonly to: number },
): Promise<VersionDiff> {
  const [before, after] = await Promise.all([versionOf(ctx, ruleSet, from), versionOf(ctx, ruleSet, to)]);
  const rules = diffRules(ownRulesOf(before), ownRulesOf(after));
  const [was, is] = [overridesOf(before), overridesOf(after)];
  return { from: before, to: after, ...rules, overridden: without(is, was), restored: without(was, is) };
}

function without(overrides: readonly RuleOverride[], others: readonly RuleOverride[]): RuleOverride[] {
  const named = new Set(others.map(({ ruleId }) => ruleId));
  return overrides.filter(({ ruleId }) => !named.has(ruleId));
}

/** Version 0 of the set `default` has nothing of the organization's own. */
function ownRulesOf(version: RuleSetVersion): readonly Rule[] {
  return version.number === 0 ? [] : rulesOfVersion(version);
}

/** The rules in force that speak about a stage, a capability or a predicate. */
export async function businessRules(ctx: RulesContext, context: string): Promise<readonly Rule[]> {
  const image = await loadImage(ctx);
  const built = knowledgeAt(image, DEFAULT_RULE_SET, ctx.clock());
  if (built === null) return [];
  // A stage may come as the enumerations of other subgraphs spell it.
  const wanted = /^[A-Z_]+$/.test(context) ? context.toLowerCase() : context;
  return rulesInForce(built.version).filter(
    (rule) =>
      speaksAbout(rule, wanted) &&
      (rule.capability === null || built.capabilities.has(rule.capability) || isCapability(wanted)),
  );
}

export interface CapabilityState {
  readonly name: string;
  readonly description: string;
  readonly inUse: boolean;
}

export async function ruleCapabilities(ctx: RulesContext): Promise<CapabilityState[]> {
  const built = knowledgeAt(await loadImage(ctx), DEFAULT_RULE_SET, ctx.clock());
  return CAPABILITIES.map((name) => ({
    name,
    description: CAPABILITY_DESCRIPTIONS[name],
    inUse: built?.capabilities.has(name) ?? false,
  }));
}

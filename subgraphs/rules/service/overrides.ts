import { readProgram } from '../domain/program.ts';
import { DEFAULT_RULE_SET, ownRules, type Rule, type RuleSetVersion } from '../domain/rule.ts';
import { capabilityOf } from '../library/index.ts';
import { judgedOverrides } from '../library/overrides.ts';
import { SHIPPED } from '../library/shipped-version.ts';

/** A shipped rule in whose place an organization's own clauses stand. */
export interface RuleOverride {
  readonly ruleId: string;
  /** Null where this release ships no such rule. */
  readonly shipped: Rule | null;
  readonly rules: readonly Rule[];
  readonly reason: string;
  readonly line: number;
  /** Why it has no effect in this release; null: it has. */
  readonly fault: string | null;
}

/** What a version overrides, in the order of its text. */
export function overridesOf({ id, ruleSet, number, text }: RuleSetVersion): readonly RuleOverride[] {
  if (ruleSet !== DEFAULT_RULE_SET || number === 0) return [];
  const program = readProgram(text);
  const own = ownRules(id, program, capabilityOf);
  return judgedOverrides(program).map(({ override: { ruleId, reason, line, from, to }, fault }) => ({
    ruleId,
    shipped: SHIPPED.find((rule) => rule.id === ruleId) ?? null,
    rules: own.slice(from, to),
    reason,
    line,
    fault,
  }));
}

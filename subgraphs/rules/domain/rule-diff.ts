import type { Rule } from './rule.ts';

export interface RuleChange {
  readonly before: Rule;
  readonly after: Rule;
}

/** What was done to a text of rules. Rules that only moved are no difference. */
export interface RuleDiff {
  readonly added: readonly Rule[];
  readonly removed: readonly Rule[];
  readonly changed: readonly RuleChange[];
}

interface Matched {
  readonly pairs: readonly RuleChange[];
  readonly before: readonly Rule[];
  readonly after: readonly Rule[];
}

/** Pairs each rule after with the first one before that has the same key; a rule without a key stays alone. */
function pairBy(before: readonly Rule[], after: readonly Rule[], keyOf: (rule: Rule) => string | null): Matched {
  const waiting = new Map<string, Rule[]>();
  for (const rule of before) {
    const key = keyOf(rule);
    if (key === null) continue;
    const same = waiting.get(key);
    if (same) same.push(rule);
    else waiting.set(key, [rule]);
  }
  const pairs: RuleChange[] = [];
  const alone = after.filter((rule) => {
    const key = keyOf(rule);
    const found = key === null ? undefined : waiting.get(key)?.shift();
    if (found === undefined) return true;
    pairs.push({ before: found, after: rule });
    return false;
  });
  const paired = new Set(pairs.map((pair) => pair.before));
  return { pairs, before: before.filter((rule) => !paired.has(rule)), after: alone };
}

function named({ predicate, label }: Rule): string | null {
  return label === null ? null : `${predicate} ${label}`;
}

/** The same clause says another thing in the place of a shipped rule, and an override another thing for another reason. */
function standing({ overrides }: Rule): string {
  return overrides === null ? '' : `${overrides.ruleId} ${overrides.reason}`;
}

/** A rule that is not the same any more is known by its name (the comment at it), else by its head. */
export function diffRules(before: readonly Rule[], after: readonly Rule[]): RuleDiff {
  const same = pairBy(before, after, (rule) => `${standing(rule)}\n${rule.label ?? ''}\n${rule.text}`);
  const byName = pairBy(same.before, same.after, named);
  const byHead = pairBy(byName.before, byName.after, ({ head }) => head);
  return { added: byHead.after, removed: byHead.before, changed: [...byName.pairs, ...byHead.pairs] };
}

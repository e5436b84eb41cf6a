import { createHash } from 'node:crypto';
import { type Clause, compileClause } from './clause.ts';
import { overrideAt } from './override.ts';
import type { Diagnostic, Program } from './program.ts';
import type { Termination } from './review.ts';
import { type Atom, argsOf, type Struct } from './term.ts';

export const DEFAULT_RULE_SET = 'default';

export type RuleSetStatus = 'DRAFT' | 'PUBLISHED' | 'RETIRED';

/** A saved text of rules. */
export interface RuleSetVersion {
  readonly id: string;
  readonly ruleSet: string;
  /** From 1; 0 stands for the shipped rules alone. */
  readonly number: number;
  readonly text: string;
  readonly hash: string;
  readonly status: RuleSetStatus;
  readonly termination: Termination;
  readonly diagnostics: readonly Diagnostic[];
  readonly savedAt: Date | null;
  readonly savedBy: string | null;
  readonly publishedAt: Date | null;
  readonly publishedBy: string | null;
  readonly publishReason: string | null;
  readonly signatureId: string | null;
}

/** A rule as people read it. */
export interface Rule {
  readonly id: string;
  readonly predicate: string;
  readonly head: string;
  readonly text: string;
  readonly line: number;
  readonly label: string | null;
  /** Null for an organization's own rules that override none. */
  readonly capability: string | null;
  readonly shipped: boolean;
  /** The shipped rule in whose place it stands, and why. */
  readonly overrides: { readonly ruleId: string; readonly reason: string } | null;
  /** The heads of its clauses. */
  readonly heads: readonly (Atom | Struct)[];
}

export function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

const SET_NAME = /^[A-Za-z][A-Za-z0-9_-]{0,59}$/;

export function isRuleSetName(name: string): boolean {
  return SET_NAME.test(name);
}

/** The id of the clause with this number (from 1) of a version. */
function ruleId(versionId: string, number: number): string {
  return `${versionId}.${number}`;
}

/** The version that an own rule's id names; null for ids of another shape. */
export function versionOfRule(id: string): string | null {
  return /^([0-9a-f-]{36})\.\d+$/.exec(id)?.[1] ?? null;
}

/** The rules of a text; `capabilityOf` tells the capability of a shipped rule. */
export function ownRules(
  versionId: string,
  program: Program,
  capabilityOf: (ruleId: string) => string | null = () => null,
): Rule[] {
  return program.clauses.map(({ key, headText, text, line, label, head }, i) => {
    const override = overrideAt(program.overrides, i);
    return {
      id: ruleId(versionId, i + 1),
      predicate: key,
      head: headText,
      text,
      line,
      label,
      capability: override === null ? null : capabilityOf(override.ruleId),
      shipped: false,
      overrides: override === null ? null : { ruleId: override.ruleId, reason: override.reason },
      heads: [head],
    };
  });
}

/** The clauses of a text, in its order: those of overrides are among them. */
export function ownClauses(versionId: string, program: Program): Clause[] {
  return program.clauses.map(({ head, body, key }, i) => {
    const override = overrideAt(program.overrides, i);
    const origin = { kind: 'rule', id: ruleId(versionId, i + 1) } as const;
    const named = override === null ? origin : { ...origin, overrides: override.ruleId };
    return compileClause(head, body, named, program.tabled.has(key));
  });
}

/** Whether a rule speaks about a stage, a capability or a predicate. */
export function speaksAbout(rule: Rule, context: string): boolean {
  if (rule.capability === context || rule.predicate === context) return true;
  if (rule.predicate.slice(0, rule.predicate.lastIndexOf('/')) === context) return true;
  return rule.heads.some((head) => argsOf(head).some((arg) => arg.kind === 'atom' && arg.name === context));
}

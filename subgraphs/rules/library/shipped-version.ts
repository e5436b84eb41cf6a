import { Abducibles } from '../domain/abducibles.ts';
import { RECORD_PREDICATES } from '../domain/decision.ts';
import { overrideAt } from '../domain/override.ts';
import type { Diagnostic, Program } from '../domain/program.ts';
import { type Review, reviewProgram } from '../domain/review.ts';
import { DEFAULT_RULE_SET, type Rule, type RuleSetVersion } from '../domain/rule.ts';
import { vocabularyOf } from './abducible.ts';
import { isShipped, LIBRARY_HASH, LIBRARY_PROGRAM, LIBRARY_TEXT, OPEN_PREDICATES, SHIPPED_RULES } from './index.ts';
import { reviewOverrides, rulesBeneath, standingOverrides } from './overrides.ts';

/** Predicates that shipped rules ask for: facts about them may come. */
const VOCABULARY = vocabularyOf(LIBRARY_PROGRAM.clauses);
const REVIEW = reviewProgram(LIBRARY_PROGRAM, [], (key) => !isShipped(key));

/** The shipped rules as a version of the set `default`: in force until an organization publishes one of its own. */
export const SHIPPED_VERSION: RuleSetVersion = {
  id: `shipped-${LIBRARY_HASH.slice(0, 12)}`,
  ruleSet: DEFAULT_RULE_SET,
  number: 0,
  text: LIBRARY_TEXT,
  hash: LIBRARY_HASH,
  status: 'PUBLISHED',
  termination: REVIEW.termination,
  diagnostics: REVIEW.diagnostics,
  savedAt: null,
  savedBy: null,
  publishedAt: null,
  publishedBy: null,
  publishReason: null,
  signatureId: null,
};

/**
 * Which facts may be missing for the rules of a set: those it declares, or where it declares none any; in the set `default`
 * of those for which shipped rules ask, what they declare.
 */
export function abduciblesOf(ruleSet: string, declared: ReadonlySet<string>): Abducibles {
  const open = declared.size === 0;
  if (ruleSet !== DEFAULT_RULE_SET) return new Abducibles(declared, () => open);
  const shipped = new Set(LIBRARY_PROGRAM.abducible.keys());
  return new Abducibles(new Set([...declared, ...shipped]), (key) => open && !VOCABULARY.has(key));
}

export const SHIPPED: readonly Rule[] = SHIPPED_RULES.map(({ clauses, ...rule }) => ({
  ...rule,
  shipped: true,
  overrides: null,
  heads: clauses.map(({ head }) => head),
}));

/** Clauses that nobody may write: what the record alone says, and shipped predicates outside of an override. */
function protectedHeads(program: Program): Diagnostic[] {
  const standing = standingOverrides(program);
  return program.clauses.flatMap(({ key, line, column }, i) => {
    const place = { severity: 'ERROR', code: 'SHIPPED', line, column } as const;
    if (RECORD_PREDICATES.has(key)) {
      return [{ ...place, message: `${key} is known from the records of samples alone: a rule cannot say it.` }];
    }
    if (!isShipped(key) || OPEN_PREDICATES.has(key) || overrideAt(standing, i) !== null) return [];
    const rules = SHIPPED_RULES.filter(({ predicate }) => predicate === key).map(({ id }) => id);
    const advice = `choose another name, add to ${[...OPEN_PREDICATES].join(', ')}, or override the rule (${rules.join(', ')}) by name: ":- overrides('${rules[0]}', 'why')." directly in front of its clauses`;
    return [{ ...place, message: `${key} belongs to the shipped rules: ${advice}.` }];
  });
}

/** A set of another name has nothing beneath it. */
function overridesNothing({ overrides }: Program): Diagnostic[] {
  return overrides.map(({ line, column }) => ({
    severity: 'ERROR',
    code: 'OVERRIDE',
    message: `Only the set "${DEFAULT_RULE_SET}" stands on shipped rules: here there is nothing to override.`,
    line,
    column,
  }));
}

/** `more` beside what was said already, in the order of the text. */
function withMore(review: Review, more: readonly Diagnostic[]): Review {
  const diagnostics = [...more, ...review.diagnostics].toSorted((a, b) => a.line - b.line || a.column - b.column);
  return { ...review, diagnostics };
}

/** What is to be said of a text of rules of a set. `known` tells the predicates of which the organization has facts. */
export function reviewRules(ruleSet: string, program: Program, known: (key: string) => boolean): Review {
  if (ruleSet !== DEFAULT_RULE_SET) return withMore(reviewProgram(program, [], known), overridesNothing(program));
  const vocabulary = (key: string) => known(key) || RECORD_PREDICATES.has(key) || VOCABULARY.has(key);
  const beneath = rulesBeneath(program).flatMap(({ clauses }) => clauses);
  const review = reviewProgram(program, beneath, vocabulary);
  return withMore(review, [...reviewOverrides(program), ...protectedHeads(program)]);
}

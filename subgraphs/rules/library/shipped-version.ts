import { RECORD_PREDICATES } from '../domain/decision.ts';
import { type Diagnostic, type Program, subgoals } from '../domain/program.ts';
import { type Review, reviewProgram } from '../domain/review.ts';
import { DEFAULT_RULE_SET, type Rule, type RuleSetVersion } from '../domain/rule.ts';
import { isCallable, keyOf } from '../domain/term.ts';
import { isShipped, LIBRARY_HASH, LIBRARY_PROGRAM, LIBRARY_TEXT, OPEN_PREDICATES, SHIPPED_RULES } from './index.ts';

/** Predicates that shipped rules ask for: facts about them may come. */
const VOCABULARY = new Set(
  LIBRARY_PROGRAM.clauses.flatMap(({ body }) =>
    body.flatMap(subgoals).flatMap(({ goal }) => (isCallable(goal) ? [keyOf(goal)] : [])),
  ),
);
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

export const SHIPPED: readonly Rule[] = SHIPPED_RULES.map(({ clauses, ...rule }) => ({
  ...rule,
  shipped: true,
  heads: clauses.map(({ head }) => head),
}));

function protectedHeads(program: Program): Diagnostic[] {
  return program.clauses.flatMap(({ key, line, column }) => {
    const place = { severity: 'ERROR', code: 'SHIPPED', line, column } as const;
    if (RECORD_PREDICATES.has(key)) {
      return [{ ...place, message: `${key} is known from the records of samples alone: a rule cannot say it.` }];
    }
    if (!isShipped(key) || OPEN_PREDICATES.has(key)) return [];
    const open = [...OPEN_PREDICATES].join(', ');
    return [{ ...place, message: `${key} belongs to the shipped rules: choose another name, or add to ${open}.` }];
  });
}

/** What is to be said of a text of rules of a set. `known` tells the predicates of which the organization has facts. */
export function reviewRules(ruleSet: string, program: Program, known: (key: string) => boolean): Review {
  if (ruleSet !== DEFAULT_RULE_SET) return reviewProgram(program, [], known);
  const vocabulary = (key: string) => known(key) || RECORD_PREDICATES.has(key) || VOCABULARY.has(key);
  const review = reviewProgram(program, LIBRARY_PROGRAM.clauses, vocabulary);
  return { ...review, diagnostics: [...protectedHeads(program), ...review.diagnostics] };
}

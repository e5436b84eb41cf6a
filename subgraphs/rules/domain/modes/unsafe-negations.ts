import type { Diagnostic, SourceClause } from '../program.ts';
import { argsOf, deref, isCallable, type Term } from '../term.ts';
import type { Unsafe } from './mode-calls.ts';
import { ModeAnalysis } from './modes.ts';

/** The names in the terms, whether as goals or within data: a goal may be put together from a name. */
function namesIn(terms: readonly Term[], found: Set<string>): void {
  const waiting = [...terms];
  for (let term = waiting.pop(); term !== undefined; term = waiting.pop()) {
    const value = deref(term);
    if (!isCallable(value)) continue;
    found.add(value.name);
    for (const arg of argsOf(value)) waiting.push(arg);
  }
}

/** The predicates that no other one asks: people and programs do. */
function askedFromOutside(clauses: readonly SourceClause[]): string[] {
  const named = new Map<string, Set<string>>();
  for (const { key, head, body } of clauses) {
    const inside = new Set<string>();
    namesIn(body, inside);
    for (const name of inside) {
      if (name === head.name) continue;
      const by = named.get(name);
      if (by) by.add(key);
      else named.set(name, new Set([key]));
    }
  }
  return [...new Map(clauses.map(({ key, head }) => [key, head.name]))]
    .filter(([, name]) => !named.has(name))
    .map(([key]) => key);
}

/** Those, and of predicates that only ask each other in a circle the first. */
function ask(analysis: ModeAnalysis, clauses: readonly SourceClause[]): ReadonlySet<string> {
  const entries = new Set(askedFromOutside(clauses));
  for (const key of entries) analysis.ask(key, true);
  for (const { key } of clauses) {
    if (analysis.isReached(key)) continue;
    entries.add(key);
    analysis.ask(key, true);
  }
  return entries;
}

/** Whether a clause is one of the text's own: the shipped rules beneath it cannot be changed. */
type IsOwn = (clause: SourceClause) => boolean;

function sentence({ clause, variable, goal, negated }: Unsafe, isOwn: IsOwn): string {
  if (negated === null) {
    return `${variable} has no value yet where it is negated (${goal}): move the goal that gives ${variable} its value in front.`;
  }
  if (!isOwn(clause)) {
    const asked = negated.variable;
    return `${asked} has no value where it is negated (${negated.negation}), because shipped rules ask ${negated.clause.key} without one: put a goal that gives ${asked} its value in front.`;
  }
  const place = isOwn(negated.clause) ? `line ${negated.clause.line}` : 'the shipped rules';
  return `${goal} is asked without a value for ${variable}, which is negated in ${place} (${negated.negation}): put a goal that gives ${variable} its value in front of ${goal}, or in front of the negation.`;
}

/** Of a variable that only a question can give its value, or a goal that comes too late. */
function advice({ clause, variable, goal, negated, late }: Unsafe, isOwn: IsOwn): string {
  const place =
    negated === null || negated.clause === clause
      ? ''
      : isOwn(negated.clause)
        ? ` in line ${negated.clause.line}`
        : ' in the shipped rules';
  const where = `${variable} has no value where it is negated${place} (${negated?.negation})`;
  return late
    ? `${where}, unless ${goal} is asked with one: move the goal that gives ${variable} its value in front.`
    : `${where}, unless ${goal} is asked with one: the answer is about all ${variable} at once then. Put a goal in front that gives ${variable} its value.`;
}

/** What was told already is told once, of shipped rules once for each negation of one's own. */
class Remarks {
  readonly #isOwn: IsOwn;
  readonly #told = new Map<string, Diagnostic>();

  constructor(isOwn: IsOwn) {
    this.#isOwn = isOwn;
  }

  get all(): Diagnostic[] {
    return [...this.#told.values()];
  }

  add(severity: Diagnostic['severity'], { clause, variable, goal, negated }: Unsafe, message: string): void {
    const isOwn = this.#isOwn(clause);
    const at = isOwn ? clause : negated?.clause;
    if (at === undefined || !this.#isOwn(at)) return;
    const { line, column } = at;
    const what = isOwn ? `${variable} ${goal}` : negated?.variable;
    const key = `${line} ${column} ${what} ${negated?.negation}`;
    if (!this.#told.has(key)) this.#told.set(key, { severity, code: 'UNSAFE_NEGATION', message, line, column });
  }
}

/**
 * Negations that are asked before a variable of theirs has a value. An error where that is so whoever asks, or where the
 * rule itself gives it one too late; a warning where only a question can give it one.
 */
export function unsafeNegations(own: readonly SourceClause[], shipped: readonly SourceClause[]): Diagnostic[] {
  const clauses = [...shipped, ...own];
  const mine = new Set(own);
  const isOwn: IsOwn = (clause) => mine.has(clause);
  const remarks = new Remarks(isOwn);
  const analysis = new ModeAnalysis(clauses);
  const entries = ask(analysis, clauses);
  for (const unsafe of analysis.unsafe()) remarks.add('ERROR', unsafe, sentence(unsafe, isOwn));
  const asked = [...entries].filter((key) => own.some((clause) => clause.key === key));
  for (const key of asked) analysis.ask(key, false);
  for (const key of asked) {
    for (const need of analysis.needs(key)) remarks.add(need.late ? 'ERROR' : 'WARNING', need, advice(need, isOwn));
  }
  for (const unsafe of analysis.unsafe()) {
    remarks.add('WARNING', unsafe, `Where a question leaves arguments open: ${sentence(unsafe, isOwn)}`);
  }
  return remarks.all;
}

import { isReserved } from '../domain/builtins.ts';
import { type SourceClause, subgoals } from '../domain/program.ts';
import { isCallable, keyOf } from '../domain/term.ts';
import { quoteAtom } from '../domain/writer.ts';

/** The clock, the question and the moves of the workflow say these, never a person. */
const NOT_STATED: ReadonlySet<string> = new Set(['now/1', 'actor/1', 'stage/2']);

/** The predicates that rules ask for, without those of the language. */
export function vocabularyOf(clauses: readonly SourceClause[]): ReadonlySet<string> {
  const goals = clauses.flatMap(({ body }) => body.flatMap(subgoals)).map(({ goal }) => goal);
  return new Set(goals.flatMap((goal) => (isCallable(goal) && !isReserved(keyOf(goal)) ? [keyOf(goal)] : [])));
}

/** The declaration of what people can state of that for which shipped rules ask. */
export function abducibleDeclaration(clauses: readonly SourceClause[]): string {
  const defined = new Set(clauses.map(({ key }) => key));
  const stated = [...vocabularyOf(clauses)].filter((key) => !defined.has(key) && !NOT_STATED.has(key)).toSorted();
  const indicators = stated.map((key) => {
    const slash = key.lastIndexOf('/');
    return `${quoteAtom(key.slice(0, slash))}${key.slice(slash)}`;
  });
  return `% Facts that may be named as missing\n:- abducible ${indicators.join(', ')}.\n`;
}

import type { Options } from './builtin.ts';
import type { Clause } from './clause.ts';
import type { Environment, Step } from './environment.ts';
import type { JoinRun } from './join/join-run.ts';
import type { Term } from './term.ts';

/** What a choice goes on with. */
export const KIND = {
  /** The clauses of a predicate that have not been tried. */
  clauses: 0,
  /** A place in some code. */
  place: 1,
  /** The options of a predicate of the engine's own. */
  options: 2,
  /** Nothing: it only shows how far an error unwinds. */
  catching: 3,
  /** The end of a round of a table. */
  table: 4,
  /** Nothing any more. */
  closed: 5,
  /** The solutions of a join. */
  join: 6,
} as const;

/** One place to go back to. Used again and again, which is why everything in it changes. */
export class ChoicePoint {
  kind: (typeof KIND)[keyof typeof KIND] = KIND.closed;
  trail = 0;
  guard = 0;
  log: Step | null = null;
  environment: Environment | null = null;
  at = 0;
  clauses: readonly Clause[] = [];
  from = 0;
  name = '';
  args: readonly Term[] = [];
  step: Step | null = null;
  hidden = false;
  options: Options | null = null;
  join: JoinRun | null = null;
  goal: Term | null = null;
}

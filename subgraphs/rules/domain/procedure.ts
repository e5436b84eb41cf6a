import type { Builtin } from './builtin.ts';
import type { ReadyJoin } from './join/join-plans.ts';
import type { Predicate } from './knowledge.ts';

/** What an indicator stands for in one evaluation. */
export interface Procedure {
  readonly key: string;
  readonly builtin: Builtin | null;
  /** The clauses of each layer of knowledge, those beneath first; of the library for what is written in Prolog. */
  readonly layers: readonly Predicate[];
  /** Its answers are found as a set, once. */
  readonly tabled: boolean;
  /** Its plans by the arguments that are known (a bit each), null where there is none; null for what can have none. */
  readonly joins: Map<number, ReadyJoin | null> | null;
}

import type { Clause } from '../clause.ts';
import { Constants } from '../constants.ts';
import type { Knowledge } from '../knowledge.ts';
import { FactTable } from './fact-table.ts';
import { type CompiledJoin, compileJoin, type JoinSource } from './join-compiler.ts';
import type { JoinPlan } from './join-step.ts';

/** A smaller layer is proved step by step as fast as a plan for it is made. */
export const JOIN_FROM = 512;
/** More arguments are not planned for: each combination of known ones has a plan of its own. */
const MAX_ARGUMENTS = 12;
/** Beyond so many, no further plans are made of one layer. */
const MAX_PLANS = 2_000;

export interface ReadyJoin {
  readonly plan: JoinPlan;
  readonly constants: Constants;
}

/** The plans that were made for one layer of knowledge, with its facts as tables. */
class LayerJoins implements JoinSource {
  readonly constants = new Constants();
  readonly size: number;
  readonly #knowledge: Knowledge;
  readonly #tables = new Map<string, FactTable | null>();
  readonly #compiled = new Map<string, CompiledJoin>();

  constructor(knowledge: Knowledge) {
    this.#knowledge = knowledge;
    this.size = sizeOf(knowledge);
  }

  clausesOf(key: string): readonly Clause[] {
    return this.#knowledge.clausesOf(key);
  }

  tableOf(key: string, arity: number): FactTable | null {
    let table = this.#tables.get(key);
    if (table === undefined) {
      table = FactTable.of(this.clausesOf(key), arity, this.constants);
      this.#tables.set(key, table);
    }
    return table;
  }

  compiled(key: string, bound: readonly boolean[]): CompiledJoin | null {
    const name = `${key} ${bound.map(Number).join('')}`;
    const known = this.#compiled.get(name);
    if (known !== undefined) return known;
    if (this.#compiled.size >= MAX_PLANS) return null;
    const made = compileJoin(this, key, bound);
    this.#compiled.set(name, made);
    return made;
  }
}

function sizeOf(knowledge: Knowledge): number {
  return knowledge.size + (knowledge.base === null ? 0 : sizeOf(knowledge.base));
}

const layers = new WeakMap<Knowledge, LayerJoins>();

function joinsOf(knowledge: Knowledge): LayerJoins {
  const known = layers.get(knowledge);
  if (known !== undefined && known.size === sizeOf(knowledge)) return known;
  const made = new LayerJoins(knowledge);
  layers.set(knowledge, made);
  return made;
}

/** Whether some layer has so many clauses that there may be plans. */
export function mayJoin(knowledge: Knowledge, joinFrom: number): boolean {
  return knowledge.size >= joinFrom || (knowledge.base !== null && mayJoin(knowledge.base, joinFrom));
}

/**
 * The plan for calls of a predicate, kept with the lowest layer that knows everything the plan needs; null where the
 * predicate is no join, or the facts are few. `bound`: which arguments are constants.
 */
export function joinFor(
  knowledge: Knowledge,
  key: string,
  bound: readonly boolean[],
  joinFrom: number,
): ReadyJoin | null {
  if (bound.length > MAX_ARGUMENTS) return null;
  const found = findJoin(knowledge, key, bound, joinFrom);
  return found === null || found.compiled.plan === null
    ? null
    : { plan: found.compiled.plan, constants: found.joins.constants };
}

function findJoin(
  knowledge: Knowledge,
  key: string,
  bound: readonly boolean[],
  joinFrom: number,
): { joins: LayerJoins; compiled: CompiledJoin } | null {
  if (knowledge.base !== null) {
    const below = findJoin(knowledge.base, key, bound, joinFrom);
    if (below !== null && ![...below.compiled.keys].some((used) => knowledge.speaksOf(used))) return below;
  }
  if (knowledge.size < joinFrom) return null;
  const joins = joinsOf(knowledge);
  const compiled = joins.compiled(key, bound);
  return compiled === null ? null : { joins, compiled };
}

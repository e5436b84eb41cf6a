import type { Frame } from './bindings.ts';
import type { Budget } from './budget.ts';
import type { Environment, Step } from './environment.ts';
import { BudgetStop } from './faults.ts';
import { buildProof, type Proof } from './proof.ts';
import { goalOf, type Term } from './term.ts';

const MAX_STEPS = 300_000;
/** Proofs shown below a goal that collects answers. */
const MAX_MEMBERS = 100;

/** What has been proved on the way to the answer at hand, where proofs are wanted. */
export class StepLog {
  readonly keeps: boolean;
  /** The newest step; set back where the engine goes back to a choice. */
  newest: Step | null = null;
  readonly #budget: Budget;

  constructor(keeps: boolean, budget: Budget) {
    this.keeps = keeps;
    this.#budget = budget;
  }

  /** @throws BudgetStop */
  record(goal: Term, by: Step['by'], parent: Step | null, vars: Frame | null = null): Step {
    const count = (this.newest?.count ?? 0) + 1;
    if (count > MAX_STEPS) throw new BudgetStop('MEMORY');
    this.newest = { goal, by, vars, parent, previous: this.newest, count };
    return this.newest;
  }

  /** Notes that a goal of the engine's own holds. Null: nothing is noted. */
  note(name: string, args: readonly Term[], key: string, caller: Environment): Step | null {
    if (!this.keeps || caller.hidden || key === 'true/0') return null;
    return this.record(goalOf(name, args, key), 'builtin', caller.step);
  }

  /** How the answer that a goal collects was proved; the goal's own step shows them when it has them all. */
  keepMember({ collection }: Environment): void {
    const { members, since } = collection!;
    if (members.length < MAX_MEMBERS) members.push(...buildProof(this.newest, this.#budget, since));
  }

  showMembers({ collection, step }: Environment): void {
    for (const proof of collection!.members) this.record(proof.goal, proof, step);
  }

  /** The proof of the answer that a round of a table has just found. */
  tableProof({ table }: Environment): Proof | null {
    return this.keeps ? (buildProof(this.newest, this.#budget, table!.log)[0] ?? null) : null;
  }
}

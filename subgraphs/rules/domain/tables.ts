import { copyTerm } from './bindings.ts';
import type { Budget } from './budget.ts';
import type { Environment, Step } from './environment.ts';
import { OP, systemCode } from './instructions.ts';
import type { Procedure } from './procedure.ts';
import type { Proof } from './proof.ts';
import type { Term } from './term.ts';
import { variantKey } from './variant.ts';

export interface TableAnswer {
  readonly term: Term;
  /** How it was found first: never by itself, so that a proof is finite on any cycle. */
  readonly proof: Proof | null;
}

/** The answers of one call of a tabled predicate, each once. */
export interface Table {
  readonly key: string;
  readonly procedure: Procedure;
  readonly answers: TableAnswer[];
  readonly known: Set<string>;
  /** The newest step when it was opened. */
  log: Step | null;
  complete: boolean;
  /** Its place among the tables at work; -1 when it is not at work. */
  position: number;
  /** The place of the oldest table at work that it has asked: both are complete only together. */
  leader: number;
  /** Whether somebody has read its answers before they were complete. */
  consumed: boolean;
  round: number;
  addedBefore: number;
}

/** Rounds: the clauses are tried, each answer is kept, and when all ways are tried it is seen whether to go round again. */
export const TABLE_CODE = systemCode([OP.tableRound, { target: 3 }], [OP.tableClauses], [OP.tableAdd], [OP.tableDone]);

/**
 * Answers of tabled predicates, found by repeating: a call that meets itself reads the answers found so far, and the
 * oldest such call goes round again until a round finds nothing new. Ends whenever the answers are finitely many.
 */
export class Tables {
  readonly #budget: Budget;
  readonly #byKey = new Map<string, Table>();
  /** Those at work, each called by the one before. */
  readonly #stack: Table[] = [];
  /** Those that may still grow, in the order in which they were opened. */
  #growing: Table[] = [];
  #added = 0;
  #round = 0;

  constructor(budget: Budget) {
    this.#budget = budget;
  }

  /** The answers of a call, as far as they are known; null when the table has to be opened. */
  call(goal: Term): { key: string; answers: readonly TableAnswer[] | null } {
    const key = variantKey(goal, this.#budget);
    const table = this.#byKey.get(key);
    if (table === undefined) return { key, answers: null };
    if (table.complete) return { key, answers: table.answers };
    const caller = this.#stack.at(-1);
    if (table.position < 0 && table.round !== this.#round) return { key, answers: null };
    table.consumed = true;
    if (caller !== undefined) {
      caller.leader = Math.min(caller.leader, table.position >= 0 ? table.position : table.leader);
    }
    return { key, answers: table.answers };
  }

  open(key: string, environment: Environment, procedure: Procedure, log: Step | null): void {
    const position = this.#stack.length;
    let table = this.#byKey.get(key);
    if (table === undefined) {
      table = {
        key,
        procedure,
        answers: [],
        known: new Set(),
        log,
        complete: false,
        position,
        leader: position,
        consumed: false,
        round: 0,
        addedBefore: 0,
      };
      this.#byKey.set(key, table);
      this.#growing.push(table);
    }
    table.position = position;
    table.leader = position;
    table.log = log;
    this.#stack.push(table);
    environment.table = table;
  }

  beginRound({ table }: Environment): void {
    table!.round = this.#round;
    table!.addedBefore = this.#added;
  }

  /** Keeps an answer, once. @throws BudgetStop */
  add({ table, vars }: Environment, proof: Proof | null): void {
    const goal = vars[0]!;
    const key = variantKey(goal, this.#budget);
    if (table!.known.has(key)) return;
    this.#budget.row();
    this.#budget.keep(4 + (key.length >> 3));
    table!.known.add(key);
    table!.answers.push({ term: copyTerm(goal, this.#budget), proof });
    this.#added += 1;
  }

  /** The answers; null when another round may find more. */
  endRound({ table: current }: Environment): readonly TableAnswer[] | null {
    const table = current!;
    const leads = table.leader === table.position;
    if (leads && table.consumed && this.#added > table.addedBefore) {
      this.#round += 1;
      return null;
    }
    this.#stack.pop();
    if (leads) {
      const oldest = this.#growing.indexOf(table);
      for (const done of this.#growing.splice(oldest)) done.complete = true;
    } else {
      const caller = this.#stack.at(-1)!;
      caller.leader = Math.min(caller.leader, table.leader);
    }
    table.position = -1;
    return table.answers;
  }

  /** Forgets a table that an error has left, and all that were opened after it. */
  abandon({ table }: Environment): void {
    const oldest = this.#growing.indexOf(table!);
    if (oldest >= 0) for (const gone of this.#growing.splice(oldest)) this.#byKey.delete(gone.key);
    if (table!.position >= 0) this.#stack.length = table!.position;
  }
}

import { evaluateIn } from '../arithmetic/evaluate.ts';
import { orderOf } from '../arithmetic/numeric.ts';
import { type Frame, instantiate } from '../bindings.ts';
import type { Budget } from '../budget.ts';
import { type Constants, LocalConstants } from '../constants.ts';
import { clauseProof, goalProof, type Proof } from '../proof.ts';
import { isNumber, type Term, variable } from '../term.ts';
import { JOIN, type JoinPlan, type JoinStep, type Pairs, type ProofShape } from './join-step.ts';

/** Inferences taken from the budget at a time. */
const AT_ONCE = 256;
const NONE = -1;
const NO_CHILDREN: readonly Proof[] = [];

/** One call of a predicate by its plan. Solutions come one after the other, in the order of facts and clauses. */
export class JoinRun {
  readonly #plan: JoinPlan;
  readonly #constants: LocalConstants;
  readonly #budget: Budget;
  readonly #registers: Int32Array;
  readonly #slots: Int32Array;
  /** The step that has another way open, and through its slots those before it. */
  #choice = NONE;
  #pausedAt = NONE;
  /** Inferences taken from the budget and not used yet; rows looked at in vain and not taken from it yet. */
  #allowed = 0;
  #skipped = 0;

  constructor(plan: JoinPlan, constants: Constants, budget: Budget) {
    this.#plan = plan;
    this.#constants = new LocalConstants(constants);
    this.#budget = budget;
    this.#registers = plan.registers.slice();
    this.#slots = new Int32Array(plan.slots);
  }

  /** Gives an argument of the goal its constant, before the first solution. */
  give(position: number, constant: Term): void {
    this.#registers[position] = this.#constants.numberOf(constant);
  }

  /** An argument's value in the solution at hand. */
  argument(position: number): Term {
    return this.#constants.termOf(this.#registers[position]!);
  }

  /** Whether there may be more solutions. */
  get open(): boolean {
    return this.#choice !== NONE || this.paused;
  }

  /** Whether it has stopped before it knew, so that others have their turn: `next` goes on. */
  get paused(): boolean {
    return this.#pausedAt !== NONE;
  }

  /** Whether there is a solution. @throws BudgetStop @throws RuleFault when a calculation has no meaning */
  first(): boolean {
    return this.#go(0);
  }

  /** Whether there is another. @throws BudgetStop @throws RuleFault when a calculation has no meaning */
  next(): boolean {
    const paused = this.#pausedAt;
    this.#pausedAt = NONE;
    return this.#go(paused === NONE ? this.#back() : paused);
  }

  /** What has been allowed and not been used goes back to the budget. */
  settle(): void {
    this.#budget.calls(-this.#allowed);
    this.#allowed = 0;
  }

  #go(start: number): boolean {
    const { steps } = this.#plan;
    const registers = this.#registers;
    const slots = this.#slots;
    const budget = this.#budget;
    let at = start;
    while (at !== NONE) {
      if (budget.sliceSpent) {
        this.#pausedAt = at;
        this.settle();
        return false;
      }
      const step = steps[at]!;
      switch (step.op) {
        case JOIN.lookup:
          this.#count();
          at = this.#enter(step, at, this.#agreeing(step, firstRow(step, registers)));
          break;
        case JOIN.alternatives:
          this.#count();
          at = this.#choose(step, at, nextClause(step, 0, registers));
          break;
        case JOIN.compare:
          this.#count();
          at = this.#compares(step) ? at + 1 : this.#back();
          break;
        case JOIN.is:
          this.#count();
          registers[step.left] = this.#constants.numberOf(this.#value(step, 1));
          at += 1;
          break;
        case JOIN.same:
          at = registers[step.left] === registers[step.right] ? at + 1 : this.#back();
          break;
        case JOIN.different:
          at = registers[step.left] !== registers[step.right] ? at + 1 : this.#back();
          break;
        case JOIN.copy:
          registers[step.left] = registers[step.right]!;
          at += 1;
          break;
        case JOIN.mark:
          slots[step.slot] = this.#choice;
          at += 1;
          break;
        case JOIN.condition:
          this.#count();
          slots[step.slot] = this.#choice;
          slots[step.slot + 1] = 0;
          this.#choice = at;
          at += 1;
          break;
        case JOIN.cut:
          this.#choice = slots[step.slot]!;
          at += 1;
          break;
        case JOIN.jump:
          at = step.target;
          break;
        case JOIN.fail:
          at = this.#back();
          break;
        case JOIN.solution:
          this.settle();
          return true;
      }
    }
    this.settle();
    return false;
  }

  #count(): void {
    if (this.#allowed === 0) {
      this.#allowed = Math.max(1, Math.min(AT_ONCE, this.#budget.limits.inferences - this.#budget.inferences));
      this.#budget.calls(this.#allowed);
    }
    this.#allowed -= 1;
  }

  /** The other way of the newest choice. */
  #back(): number {
    const at = this.#choice;
    if (at === NONE) return NONE;
    const step = this.#plan.steps[at]!;
    const { slot } = step;
    const slots = this.#slots;
    if (step.op === JOIN.condition) {
      this.#choice = slots[slot]!;
      slots[slot + 1] = 1;
      return step.target;
    }
    this.#choice = slots[slot + 2]!;
    return step.op === JOIN.lookup ? this.#enter(step, at, slots[slot + 1]!) : this.#choose(step, at, slots[slot + 1]!);
  }

  #enter(step: JoinStep, at: number, row: number): number {
    if (row === NONE) return this.#back();
    const { slot, loads } = step;
    const columns = step.table!.columns;
    const registers = this.#registers;
    const slots = this.#slots;
    const following = this.#agreeing(step, followingRow(step, row));
    slots[slot] = row;
    if (following !== NONE) {
      slots[slot + 1] = following;
      slots[slot + 2] = this.#choice;
      this.#choice = at;
    }
    for (let i = 0; i < loads.length; i += 2) registers[loads[i + 1]!] = columns[loads[i]!]![row]!;
    return at + 1;
  }

  /** The first row from this one on that has what the step tests. */
  #agreeing(step: JoinStep, from: number): number {
    const { tests, equal } = step;
    if (tests.length === 0 && equal.length === 0) return from;
    const { columns } = step.table!;
    let row = from;
    while (row !== NONE && !agrees(columns, row, tests, equal, this.#registers)) {
      row = followingRow(step, row);
      this.#skipped += 1;
    }
    if (this.#skipped >= AT_ONCE) {
      this.#budget.work(this.#skipped);
      this.#skipped = 0;
    }
    return row;
  }

  #choose(step: JoinStep, at: number, clause: number): number {
    if (clause === NONE) return this.#back();
    const { slot } = step;
    const slots = this.#slots;
    const following = nextClause(step, clause + 1, this.#registers);
    slots[slot] = clause;
    if (following !== NONE) {
      slots[slot + 1] = following;
      slots[slot + 2] = this.#choice;
      this.#choice = at;
    }
    return step.clauses[clause]!.target;
  }

  #compares(step: JoinStep): boolean {
    // The left side first, as SWI-Prolog does: it decides which of two errors is told.
    const left = this.#value(step, 0);
    return step.order!(orderOf(left, this.#value(step, 1)));
  }

  #value(step: JoinStep, side: 0 | 1): ReturnType<typeof evaluateIn> {
    const expression = step.expressions[side];
    if (expression !== null) return evaluateIn(expression, this.#frame(step.uses), this.#budget);
    const term = this.#constants.termOf(this.#registers[side === 0 ? step.left : step.right]!);
    return isNumber(term) ? term : evaluateIn(term, [], this.#budget);
  }

  #frame(uses: readonly number[]): Frame {
    const frame: Frame = [];
    for (const register of uses) frame[register] = this.#constants.termOf(this.#registers[register]!);
    return frame;
  }

  /** The proof of the solution at hand. @throws BudgetStop */
  proof(): Proof {
    const registers = this.#registers;
    const frame: Frame = new Array(registers.length);
    for (let i = 0; i < registers.length; i++) frame[i] = this.#constants.termOf(registers[i]!);
    for (const register of this.#plan.open) frame[register] = variable();
    const proofs: Proof[] = [];
    this.#prove([this.#plan.proof], frame, proofs);
    return proofs[0]!;
  }

  /** Adds the proofs of these goals. */
  #prove(shapes: readonly ProofShape[], frame: Frame, proofs: Proof[]): void {
    for (const shape of shapes) {
      this.#budget.work();
      switch (shape.kind) {
        case 'row': {
          const clause = shape.table.clauses[this.#slots[shape.slot]!]!;
          proofs.push(clauseProof(clause, clause.head, null, NO_CHILDREN));
          break;
        }
        case 'call':
          proofs.push(this.#callProof(shape, frame));
          break;
        case 'ways':
          this.#prove(shape.ways[this.#slots[shape.slot]!]!, frame, proofs);
          break;
        default:
          proofs.push(goalProof(shape.kind, instantiate(shape.goal, frame), NO_CHILDREN));
      }
    }
  }

  #callProof({ goal, slot, clauses }: Extract<ProofShape, { kind: 'call' }>, frame: Frame): Proof {
    const { clause, registers, goals } = clauses[slot < 0 ? 0 : this.#slots[slot]!]!;
    const { names } = clause;
    const values = new Array<Term | undefined>(registers.length);
    for (let i = 0; i < values.length; i++) values[i] = frame[registers[i]!];
    const children: Proof[] = [];
    this.#prove(goals, frame, children);
    return clauseProof(clause, instantiate(goal, frame), names.length === 0 ? null : { names, values }, children);
  }
}

function firstRow(step: JoinStep, registers: Int32Array): number {
  const { index, table } = step;
  if (index === null) return table!.clauses.length === 0 ? NONE : 0;
  const value = registers[step.left]!;
  return value < 0 || value >= index.heads.length ? NONE : index.heads[value]!;
}

function followingRow({ index, table }: JoinStep, row: number): number {
  if (index !== null) return index.next[row]!;
  return row + 1 < table!.clauses.length ? row + 1 : NONE;
}

function agrees(
  columns: readonly Int32Array[],
  row: number,
  tests: readonly number[],
  equal: readonly number[],
  registers: Int32Array,
): boolean {
  for (let i = 0; i < tests.length; i += 2) {
    if (columns[tests[i]!]![row] !== registers[tests[i + 1]!]) return false;
  }
  for (let i = 0; i < equal.length; i += 2) {
    if (columns[equal[i]!]![row] !== columns[equal[i + 1]!]![row]) return false;
  }
  return true;
}

function nextClause({ clauses }: JoinStep, from: number, registers: Int32Array): number {
  let at = from;
  while (at < clauses.length && !agreesOn(clauses[at]!.agree, registers)) at += 1;
  return at < clauses.length ? at : NONE;
}

function agreesOn(pairs: Pairs, registers: Int32Array): boolean {
  for (let i = 0; i < pairs.length; i += 2) if (registers[pairs[i]!] !== registers[pairs[i + 1]!]) return false;
  return true;
}

import type { Budget } from './budget.ts';
import { BudgetStop } from './faults.ts';
import { deref, type Struct, sameConstant, struct, type Term, type Variable, variable } from './term.ts';

const MAX_TERM_DEPTH = 1_000;
const MAX_TRAIL = 2_000_000;

/** What one use of a clause has bound its variables to. */
export type Frame = (Term | undefined)[];

/** Binds variables and takes the bindings back. */
export class Bindings {
  readonly #trail: Variable[] = [];
  readonly #budget: Budget;

  constructor(budget: Budget) {
    this.#budget = budget;
  }

  mark(): number {
    return this.#trail.length;
  }

  undo(mark: number): void {
    while (this.#trail.length > mark) this.#trail.pop()!.ref = null;
  }

  /** False when the value contains the variable: ALIMS has no cyclic terms. */
  bind(target: Variable, value: Term): boolean {
    if (value.kind === 'struct' && !value.ground && this.#occurs(target, value, 0)) return false;
    target.ref = value;
    this.#trail.push(target);
    if (this.#trail.length > MAX_TRAIL) throw new BudgetStop('MEMORY');
    return true;
  }

  #occurs(target: Variable, within: Struct, depth: number): boolean {
    if (depth > MAX_TERM_DEPTH) throw new BudgetStop('DEPTH');
    let current: Struct = within;
    for (;;) {
      this.#budget.work();
      const last = current.args.length - 1;
      for (let i = 0; i < last; i++) {
        const arg = deref(current.args[i]!);
        if (arg === target) return true;
        if (arg.kind === 'struct' && !arg.ground && this.#occurs(target, arg, depth + 1)) return true;
      }
      const tail = deref(current.args[last]!);
      if (tail === target) return true;
      if (tail.kind !== 'struct' || tail.ground) return false;
      current = tail;
    }
  }

  /** Makes two terms equal. After false, undo to the mark taken before. @throws BudgetStop */
  unify(a: Term, b: Term, depth = 0): boolean {
    if (depth > MAX_TERM_DEPTH) throw new BudgetStop('DEPTH');
    let left = deref(a);
    let right = deref(b);
    for (;;) {
      if (left === right) return true;
      if (left.kind === 'var') return this.bind(left, right);
      if (right.kind === 'var') return this.bind(right, left);
      if (left.kind !== 'struct') return sameConstant(left, right);
      if (right.kind !== 'struct' || left.key !== right.key) return false;
      this.#budget.work();
      const last = left.args.length - 1;
      for (let i = 0; i < last; i++) if (!this.unify(left.args[i]!, right.args[i]!, depth + 1)) return false;
      const nextLeft: Term = deref(left.args[last]!);
      right = deref(right.args[last]!);
      left = nextLeft;
    }
  }

  /** Makes a clause's head, or a part of it, equal to a goal, filling the frame. After false, undo. @throws BudgetStop */
  match(pattern: Term, target: Term, frame: Frame): boolean {
    if (pattern.kind === 'local') {
      const bound = frame[pattern.index];
      if (bound !== undefined) return this.unify(bound, target);
      frame[pattern.index] = deref(target);
      return true;
    }
    const value = deref(target);
    if (value.kind === 'var') return this.bind(value, instantiate(pattern, frame));
    if (pattern.kind !== 'struct') return sameConstant(pattern, value);
    if (value.kind !== 'struct' || value.key !== pattern.key) return false;
    if (pattern.ground) return this.unify(pattern, value);
    this.#budget.work();
    for (let i = 0; i < pattern.args.length; i++) {
      if (!this.match(pattern.args[i]!, value.args[i]!, frame)) return false;
    }
    return true;
  }
}

/** A clause's term with the frame's values in the place of its variables. */
export function instantiate(pattern: Term, frame: Frame): Term {
  if (pattern.kind === 'local') {
    const known = frame[pattern.index];
    if (known !== undefined) return known;
    const fresh = variable();
    frame[pattern.index] = fresh;
    return fresh;
  }
  if (pattern.kind !== 'struct' || pattern.ground) return pattern;
  const args = new Array<Term>(pattern.args.length);
  for (let i = 0; i < args.length; i++) args[i] = instantiate(pattern.args[i]!, frame);
  return struct(pattern.name, args, pattern.key);
}

/** A copy that keeps its value when bindings are taken back; its unbound variables are new. @throws BudgetStop */
export function copyTerm(term: Term, budget: Budget, renamed: Map<Variable, Variable> = new Map(), depth = 0): Term {
  if (depth > MAX_TERM_DEPTH) throw new BudgetStop('DEPTH');
  const value = deref(term);
  if (value.kind === 'var') {
    let fresh = renamed.get(value);
    if (fresh === undefined) {
      fresh = variable(value.name);
      renamed.set(value, fresh);
    }
    return fresh;
  }
  if (value.kind !== 'struct' || value.ground) return value;
  budget.work();
  if (value.name === '[|]' && value.args.length === 2) return copyList(value, budget, renamed, depth);
  return struct(
    value.name,
    value.args.map((arg) => copyTerm(arg, budget, renamed, depth + 1)),
    value.key,
  );
}

/** Lists are copied in a loop: they may be longer than terms may be deep. */
function copyList(term: Struct, budget: Budget, renamed: Map<Variable, Variable>, depth: number): Term {
  const items: Term[] = [];
  let current: Term = term;
  while (current.kind === 'struct' && current.key === term.key && !current.ground) {
    budget.work();
    items.push(copyTerm(current.args[0]!, budget, renamed, depth + 1));
    current = deref(current.args[1]!);
  }
  let result = copyTerm(current, budget, renamed, depth + 1);
  for (let i = items.length - 1; i >= 0; i--) result = struct('[|]', [items[i]!, result], term.key);
  return result;
}

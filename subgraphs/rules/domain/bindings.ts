import type { Budget } from './budget.ts';
import { BudgetStop } from './faults.ts';
import { PATTERN, type Pattern } from './pattern.ts';
import {
  deref,
  isGroundNow,
  type Struct,
  sameConstant,
  struct,
  structOf,
  type Term,
  type Variable,
  variable,
  variableCount,
} from './term.ts';

const MAX_TRAIL = 2_000_000;
/** What copying a compound takes beside looking at one. */
const STEPS_PER_COPY = 4;

/** What one use of a clause has bound its variables to. */
export type Frame = (Term | undefined)[];

interface Place {
  readonly guard: number;
  readonly mark: number;
}

/** Binds variables and takes the bindings back. */
export class Bindings {
  readonly #trail: Variable[] = [];
  readonly #budget: Budget;
  /** Bindings of younger variables need not be taken back: nothing that is gone back to knows them. */
  #guard = 0;

  constructor(budget: Budget) {
    this.#budget = budget;
  }

  /** A place to go back to. Until `release`, every binding of what is older is remembered. */
  mark(): number {
    this.#guard = variableCount();
    return this.#trail.length;
  }

  /** Variables with ids above this one may be bound for good. */
  release(guard: number): void {
    this.#guard = guard;
  }

  /** Does something and takes its bindings back. */
  tentatively<T>(work: () => T): T {
    const place = this.place();
    try {
      return work();
    } finally {
      this.returnTo(place);
    }
  }

  /** The bindings as they are, to be returned to by whoever makes some for a time. */
  place(): Place {
    const guard = this.#guard;
    return { guard, mark: this.mark() };
  }

  returnTo({ guard, mark }: Place): void {
    this.undo(mark);
    this.#guard = guard;
  }

  get guard(): number {
    return this.#guard;
  }

  undo(mark: number): void {
    const trail = this.#trail;
    while (trail.length > mark) trail.pop()!.ref = null;
  }

  /** False when the value contains the variable: ALIMS has no cyclic terms. */
  bind(target: Variable, value: Term): boolean {
    if (value.kind === 'struct' && !value.ground && this.#occurs(target, value)) return false;
    if (value.kind === 'var' && value.id > target.id) return this.#set(value, target);
    return this.#set(target, value);
  }

  /** Makes what a target stands for equal to a constant. */
  matchConstant(pattern: Term, target: Term): boolean {
    const value = deref(target);
    if (value === pattern) return true;
    return value.kind === 'var' ? this.#set(value, pattern) : sameConstant(pattern, value);
  }

  #set(target: Variable, value: Term): boolean {
    target.ref = value;
    if (target.id <= this.#guard) {
      this.#trail.push(target);
      if (this.#trail.length > MAX_TRAIL) throw new BudgetStop('MEMORY');
    }
    return true;
  }

  #occurs(target: Variable, within: Struct): boolean {
    let stack: Struct[] | null = null;
    let current: Struct = within;
    for (;;) {
      let next: Struct | null = null;
      const { args } = current;
      for (let i = args.length - 1; i >= 0; i--) {
        const arg = deref(args[i]!);
        if (arg === target) return true;
        if (arg.kind !== 'struct' || arg.ground) continue;
        if (next === null) next = arg;
        else {
          stack ??= [];
          stack.push(arg);
        }
      }
      next ??= stack?.pop() ?? null;
      if (next === null) return false;
      this.#budget.work();
      current = next;
    }
  }

  /** Makes two terms equal. After false, undo to the mark taken before. @throws BudgetStop */
  unify(a: Term, b: Term): boolean {
    let left = deref(a);
    let right = deref(b);
    let stack: Term[] | null = null;
    for (;;) {
      if (left !== right) {
        if (left.kind === 'var') {
          if (!this.bind(left, right)) return false;
        } else if (right.kind === 'var') {
          if (!this.bind(right, left)) return false;
        } else if (left.kind !== 'struct') {
          if (!sameConstant(left, right)) return false;
        } else {
          if (right.kind !== 'struct' || left.key !== right.key) return false;
          this.#budget.work();
          const last: number = left.args.length - 1;
          for (let i: number = last; i > 0; i--) {
            stack ??= [];
            stack.push(left.args[i]!, right.args[i]!);
          }
          const first: Term = left.args[0]!;
          right = deref(right.args[0]!);
          left = deref(first);
          continue;
        }
      }
      if (stack === null || stack.length === 0) return true;
      right = deref(stack.pop()!);
      left = deref(stack.pop()!);
    }
  }

  /** Makes the arguments of a clause's head equal to a goal's, filling the frame. After false, undo. @throws BudgetStop */
  matchAll(patterns: readonly Pattern[], args: readonly Term[], frame: Frame): boolean {
    for (let i = 0; i < patterns.length; i++) {
      const pattern = patterns[i]!;
      if (pattern.op === PATTERN.first) frame[pattern.index] = args[i]!;
      else if (!this.#match(pattern, args[i]!, frame)) return false;
    }
    return true;
  }

  #match(pattern: Pattern, target: Term, frame: Frame): boolean {
    switch (pattern.op) {
      case PATTERN.first:
        frame[pattern.index] = target;
        return true;
      case PATTERN.local:
        return this.unify(frame[pattern.index]!, target);
      case PATTERN.constant:
        return this.matchConstant(pattern.term, target);
      case PATTERN.given:
        return this.unify(pattern.term, target);
      case PATTERN.compound:
        return this.#matchCompound(pattern, target, frame);
    }
  }

  #matchCompound(pattern: Pattern, target: Term, frame: Frame): boolean {
    const value = deref(target);
    if (value.kind === 'var') return this.bind(value, build(pattern, frame));
    if (value.kind !== 'struct' || value.key !== pattern.key) return false;
    return this.matchAll(pattern.args, value.args, frame);
  }
}

/** What a pattern becomes with the frame's values in the place of its variables. */
export function build(pattern: Pattern, frame: Frame): Term {
  switch (pattern.op) {
    case PATTERN.first: {
      const fresh = variable();
      frame[pattern.index] = fresh;
      return fresh;
    }
    case PATTERN.local:
      return deref(frame[pattern.index]!);
    case PATTERN.constant:
    case PATTERN.given:
      return pattern.term;
    case PATTERN.compound: {
      const patterns = pattern.args;
      const args = new Array<Term>(patterns.length);
      let ground = true;
      for (let i = 0; i < args.length; i++) {
        const inner = patterns[i]!;
        const arg = build(inner, frame);
        args[i] = arg;
        if (inner.op === PATTERN.first || (inner.op !== PATTERN.constant && !isGroundNow(arg))) ground = false;
      }
      return structOf(pattern.name, args, pattern.key, ground);
    }
  }
}

/** A clause's term with the frame's values in the place of its variables. */
export function instantiate(pattern: Term, frame: Frame): Term {
  if (pattern.kind === 'local') {
    const known = pattern.first ? undefined : frame[pattern.index];
    if (known !== undefined) return known.kind === 'var' && known.ref !== null ? deref(known) : known;
    const fresh = variable();
    frame[pattern.index] = fresh;
    return fresh;
  }
  if (pattern.kind !== 'struct' || pattern.ground) return pattern;
  const args = new Array<Term>(pattern.args.length);
  for (let i = 0; i < args.length; i++) args[i] = instantiate(pattern.args[i]!, frame);
  return struct(pattern.name, args, pattern.key);
}

interface Copying {
  readonly source: Struct;
  readonly args: Term[];
  next: number;
}

/** A copy that keeps its value when bindings are taken back; its unbound variables are new. @throws BudgetStop */
export function copyTerm(term: Term, budget: Budget, renamed: Map<Variable, Variable> = new Map()): Term {
  const root = deref(term);
  if (root.kind !== 'struct') return copyConstant(root, renamed);
  if (root.ground) return root;
  const open: Copying[] = [{ source: root, args: [], next: 0 }];
  for (;;) {
    const top = open.at(-1)!;
    if (top.next < top.source.args.length) {
      const arg = deref(top.source.args[top.next++]!);
      if (arg.kind !== 'struct' || arg.ground) top.args.push(copyConstant(arg, renamed));
      else {
        budget.work(STEPS_PER_COPY);
        open.push({ source: arg, args: [], next: 0 });
      }
      continue;
    }
    const copied = struct(top.source.name, top.args, top.source.key);
    open.pop();
    const parent = open.at(-1);
    if (parent === undefined) return copied;
    parent.args.push(copied);
  }
}

/** The copy of what has no arguments, or nothing in them that could change. */
function copyConstant(value: Term, renamed: Map<Variable, Variable>): Term {
  if (value.kind !== 'var') return value;
  let fresh = renamed.get(value);
  if (fresh === undefined) {
    fresh = variable(value.name);
    renamed.set(value, fresh);
  }
  return fresh;
}

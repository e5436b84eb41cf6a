import { deref, type Term, type Variable, variablesOf } from '../term.ts';

const NONE: readonly Variable[] = [];

/** What is known, at one place of a rule, of its variables: which of them have a value, and which are one. */
export class KnownValues {
  readonly #bound: Set<Variable>;
  readonly #same = new Map<Variable, Variable>();
  /** Those without a value that a predicate was asked with: somebody meant it to give them one. */
  readonly asked = new Set<Variable>();
  /** True behind a goal that never holds. */
  #dead = false;

  constructor(bound: Iterable<Variable>) {
    this.#bound = new Set(bound);
  }

  copy(): KnownValues {
    const copy = new KnownValues(this.#bound);
    for (const [one, other] of this.#same) copy.#same.set(one, other);
    for (const variable of this.asked) copy.asked.add(variable);
    copy.#dead = this.#dead;
    return copy;
  }

  /** Nothing behind is ever reached. */
  die(): void {
    this.#dead = true;
  }

  has(variable: Variable): boolean {
    return this.#dead || this.#bound.has(this.#root(variable));
  }

  /** The variables of a term that have no value. */
  open(term: Term): readonly Variable[] {
    const value = deref(term);
    if (value.kind === 'var') return this.has(value) ? NONE : [value];
    if (value.kind !== 'struct' || value.ground) return NONE;
    return [...variablesOf(term)].filter((variable) => !this.has(variable));
  }

  bind(term: Term): void {
    const value = deref(term);
    if (value.kind === 'var') this.#bound.add(this.#root(value));
    else if (value.kind === 'struct' && !value.ground)
      for (const variable of variablesOf(term)) this.#bound.add(this.#root(variable));
  }

  /** `A = B`: what has a value on one side gives it to the other. */
  unify(a: Term, b: Term): void {
    const left = deref(a);
    const right = deref(b);
    if (left.kind === 'struct' && right.kind === 'struct') {
      for (const [i, arg] of left.args.entries()) if (right.args[i] !== undefined) this.unify(arg, right.args[i]);
    } else if (left.kind === 'var' && right.kind === 'var') this.#join(left, right);
    else if (left.kind === 'var') this.#take(left, right);
    else if (right.kind === 'var') this.#take(right, left);
  }

  /** A variable that is a compound has a value; where it had one before, so have the parts. */
  #take(variable: Variable, value: Term): void {
    if (this.has(variable)) this.bind(value);
    this.bind(variable);
  }

  #join(a: Variable, b: Variable): void {
    const [left, right] = [this.#root(a), this.#root(b)];
    if (left === right) return;
    this.#same.set(right, left);
    if (this.#bound.has(right)) this.#bound.add(left);
  }

  #root(variable: Variable): Variable {
    let root = variable;
    for (let next = this.#same.get(root); next !== undefined; next = this.#same.get(root)) root = next;
    return root;
  }

  /** Behind alternatives only that has a value to which each gives one. */
  meet(branches: readonly KnownValues[], variables: Iterable<Variable>): void {
    const alive = branches.filter((branch) => !branch.#dead);
    if (alive.length === 0) this.die();
    for (const branch of alive) for (const variable of branch.asked) this.asked.add(variable);
    for (const variable of variables) if (alive.every((branch) => branch.has(variable))) this.bind(variable);
  }
}

import type { Budget } from './budget.ts';
import { BudgetStop } from './faults.ts';
import { argsOf, deref, type Term } from './term.ts';

const MAX_DEPTH = 1_000;
const ORDER: Readonly<Record<Term['kind'], number>> = {
  var: 0,
  local: 0,
  float: 1,
  int: 1,
  string: 3,
  atom: 4,
  struct: 5,
};

/** Compares by code point, as Prolog orders atoms. */
function compareText(a: string, b: string): number {
  if (a === b) return 0;
  const left = [...a];
  const right = [...b];
  for (let i = 0; i < left.length && i < right.length; i++) {
    const difference = left[i]!.codePointAt(0)! - right[i]!.codePointAt(0)!;
    if (difference !== 0) return Math.sign(difference);
  }
  return Math.sign(left.length - right.length);
}

function compareNumbers(a: Term, b: Term): number {
  const left = a.kind === 'int' || a.kind === 'float' ? a.value : 0;
  const right = b.kind === 'int' || b.kind === 'float' ? b.value : 0;
  if (left < right) return -1;
  if (left > right) return 1;
  // Equal by value: a float stands before the integer.
  if (a.kind === b.kind) return 0;
  return a.kind === 'float' ? -1 : 1;
}

const ages = new WeakMap<object, number>();
let nextAge = 1;

/** Unbound variables are ordered by when they were first compared. */
function ageOf(term: object): number {
  let age = ages.get(term);
  if (age === undefined) {
    age = nextAge;
    nextAge += 1;
    ages.set(term, age);
  }
  return age;
}

/** Null when the terms are compounds of the same name and arity: their arguments decide. */
function compareOutside(left: Term, right: Term): number | null {
  if (left === right) return 0;
  const order = ORDER[left.kind] - ORDER[right.kind];
  if (order !== 0) return order;
  if (left.kind === 'string' && right.kind === 'string') return compareText(left.text, right.text);
  if (left.kind === 'atom' && right.kind === 'atom') return compareText(left.name, right.name);
  if (left.kind === 'var') return ageOf(left) - ageOf(right);
  if (left.kind !== 'struct' || right.kind !== 'struct') return compareNumbers(left, right);
  if (left.args.length !== right.args.length) return left.args.length - right.args.length;
  return compareText(left.name, right.name) || null;
}

/** The standard order of terms: variables, numbers, strings, atoms, compounds. Negative, zero or positive. @throws BudgetStop */
export function compareTerms(a: Term, b: Term, budget: Budget, depth = 0): number {
  if (depth > MAX_DEPTH) throw new BudgetStop('DEPTH');
  let left = deref(a);
  let right = deref(b);
  // The last argument is compared in the loop, so that a long list needs no deep recursion.
  for (;;) {
    const outside = compareOutside(left, right);
    if (outside !== null) return outside;
    budget.work();
    const leftArgs = argsOf(left);
    const rightArgs = argsOf(right);
    const last = leftArgs.length - 1;
    for (let i = 0; i < last; i++) {
      const result = compareTerms(leftArgs[i]!, rightArgs[i]!, budget, depth + 1);
      if (result !== 0) return result;
    }
    left = deref(leftArgs[last]!);
    right = deref(rightArgs[last]!);
  }
}

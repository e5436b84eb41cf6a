import type { Budget } from './budget.ts';
import { argsOf, deref, NIL, type Term } from './term.ts';

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
export function compareText(a: string, b: string): number {
  if (a === b) return 0;
  let i = 0;
  while (i < a.length && i < b.length && a.charCodeAt(i) === b.charCodeAt(i)) i += 1;
  // The halves of one character beyond the basic plane are compared as that character.
  if (i > 0 && isHighSurrogate(a.charCodeAt(i - 1))) i -= 1;
  return (a.codePointAt(i) ?? -1) - (b.codePointAt(i) ?? -1);
}

function isHighSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdbff;
}

function compareNumbers(a: Term, b: Term): number {
  const left = a.kind === 'int' || a.kind === 'float' ? a.value : 0;
  const right = b.kind === 'int' || b.kind === 'float' ? b.value : 0;
  if (left < right) return -1;
  if (left > right) return 1;
  // Equal by value: a float stands before the integer.
  if (a.kind === b.kind) return Object.is(left, right) || a.kind === 'int' ? 0 : Object.is(left, -0) ? -1 : 1;
  return a.kind === 'float' ? -1 : 1;
}

/** Null when the terms are compounds of the same name and arity: their arguments decide. */
function compareOutside(left: Term, right: Term): number | null {
  if (left === right) return 0;
  const order = ORDER[left.kind] - ORDER[right.kind];
  if (order !== 0) return order;
  if (left.kind === 'string' && right.kind === 'string') return compareText(left.text, right.text);
  // The empty list stands before all atoms.
  if (left.kind === 'atom' && right.kind === 'atom')
    return left === NIL ? -1 : right === NIL ? 1 : compareText(left.name, right.name);
  if (left.kind === 'var' && right.kind === 'var') return left.id - right.id;
  if (left.kind !== 'struct' || right.kind !== 'struct') return compareNumbers(left, right);
  if (left.args.length !== right.args.length) return left.args.length - right.args.length;
  return compareText(left.name, right.name) || null;
}

/** The standard order of terms: variables, numbers, strings, atoms, compounds. Negative, zero or positive. @throws BudgetStop */
export function compareTerms(a: Term, b: Term, budget: Budget): number {
  let left = deref(a);
  let right = deref(b);
  let stack: Term[] | null = null;
  for (;;) {
    const outside = compareOutside(left, right);
    if (outside !== null && outside !== 0) return outside;
    if (outside === null) {
      budget.work();
      const leftArgs = argsOf(left);
      const rightArgs = argsOf(right);
      for (let i = leftArgs.length - 1; i > 0; i--) {
        stack ??= [];
        stack.push(leftArgs[i]!, rightArgs[i]!);
      }
      left = deref(leftArgs[0]!);
      right = deref(rightArgs[0]!);
      continue;
    }
    if (stack === null || stack.length === 0) return 0;
    right = deref(stack.pop()!);
    left = deref(stack.pop()!);
  }
}

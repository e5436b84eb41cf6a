import { type Frame, instantiate } from '../bindings.ts';
import type { Budget } from '../budget.ts';
import { instantiationError, notEvaluable, shown, typeError } from '../errors.ts';
import { BudgetStop } from '../faults.ts';
import { argsOf, deref, int, LIST_KEY, NIL, type Term } from '../term.ts';
import { BINARY, CONSTANTS, UNARY } from './functions.ts';
import { fault, type Numeric, requireWhole } from './numeric.ts';
import { modularPower } from './whole-numbers.ts';

/** Expressions nested deeper than this end the evaluation: they are evaluated by recursion. */
export const MAX_DEPTH = 2_000;

/** The value of a clause's own expression, whose variables have their values in `vars`. @throws RuleFault, as `evaluate` */
export function evaluateIn(term: Term, vars: Frame, budget: Budget): Numeric {
  if (term.kind === 'int' || term.kind === 'float') return term;
  if (term.kind === 'local') return evaluate(instantiate(term, vars), budget);
  if (term.kind !== 'struct' || term.ground) return evaluate(term, budget);
  if (term.args.length === 2) {
    const operation = BINARY.get(term.name);
    if (operation !== undefined) {
      const right = evaluateIn(term.args[1]!, vars, budget);
      return operation(evaluateIn(term.args[0]!, vars, budget), right, budget);
    }
  }
  return evaluate(instantiate(term, vars), budget);
}

/** The value of an arithmetic expression. @throws RuleFault when a variable is unbound, a term is no expression, or the result is no number. */
export function evaluate(term: Term, budget: Budget, depth = 0): Numeric {
  const value = deref(term);
  if (value.kind === 'int' || value.kind === 'float') return value;
  if (depth > MAX_DEPTH) throw new BudgetStop('DEPTH');
  if (value.kind === 'struct' && value.args.length === 2) {
    const operation = BINARY.get(value.name);
    if (operation !== undefined) {
      budget.work();
      // The right side first, as SWI-Prolog does: it decides which of two errors is told.
      const right = evaluate(value.args[1]!, budget, depth + 1);
      return operation(evaluate(value.args[0]!, budget, depth + 1), right, budget);
    }
  }
  if (value.kind === 'struct' && value.args.length === 1) {
    const operation = UNARY.get(value.name);
    if (operation !== undefined) {
      budget.work();
      return operation(evaluate(value.args[0]!, budget, depth + 1), budget);
    }
  }
  return evaluateOther(value, budget, depth);
}

/** The one item of a list: a character stands for its code. */
export function evaluateItem(item: Term, budget: Budget, depth: number): Numeric {
  if (item.kind !== 'atom' && item.kind !== 'string') return evaluate(item, budget, depth);
  const point = item.kind === 'atom' ? item.name.codePointAt(0) : undefined;
  if (item.kind !== 'atom' || point === undefined || String.fromCodePoint(point) !== item.name)
    throw typeError('character', item);
  return int(point);
}

export function evaluateOther(value: Exclude<Term, Numeric>, budget: Budget, depth: number): Numeric {
  if (value.kind === 'var') {
    throw instantiationError('A calculation or comparison met a variable that has no value yet.');
  }
  if (value.kind === 'atom') {
    const constant = CONSTANTS.get(value.name);
    if (constant !== undefined) return constant;
    throw value === NIL ? typeError('evaluable', value) : notEvaluable(value.name, 0, value);
  }
  // A list of one number or character, and a string of one character, stand for that number and the character's code.
  if (value.kind === 'struct' && value.key === LIST_KEY) {
    const tail = deref(value.args[1]!);
    if (tail === NIL) return evaluateItem(deref(value.args[0]!), budget, depth + 1);
    throw typeError(NIL, value);
  }
  if (value.kind === 'string') {
    const code = value.text.codePointAt(0);
    if (code !== undefined && String.fromCodePoint(code).length === value.text.length) return int(code);
    throw typeError(NIL, value, `Expected a number or one character, but found ${shown(value)}.`);
  }
  if (value.kind === 'struct' && value.key === 'powm/3') {
    const [base, exponent, modulus] = argsOf(value).map((arg) => requireWhole(evaluate(arg, budget, depth + 1)));
    if (modulus === 0) throw fault('zero_divisor');
    return modularPower(base!, exponent!, modulus!, budget);
  }
  throw notEvaluable(value.kind === 'struct' ? value.name : '?', argsOf(value).length, value);
}

/** True for what can be calculated: functions by name and arity, constants with arity 0. */
export function hasFunction(name: string, arity: number): boolean {
  if (arity === 0) return CONSTANTS.has(name);
  return arity === 1 ? UNARY.has(name) : arity === 2 ? BINARY.has(name) : name === 'powm' && arity === 3;
}

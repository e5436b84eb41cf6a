import type { Budget } from './budget.ts';
import { deref, NIL, type Term, type Variable } from './term.ts';

/** A text that two terms share exactly when they differ in nothing but the names of their variables. @throws BudgetStop */
export function variantKey(term: Term, budget: Budget): string {
  const numbers = new Map<Variable, number>();
  const open: Term[] = [term];
  let key = '';
  while (open.length > 0) {
    const value = deref(open.pop()!);
    budget.work();
    switch (value.kind) {
      case 'atom':
        key += value === NIL ? '[]' : `a${value.name.length}:${value.name}`;
        break;
      case 'string':
        key += `s${value.text.length}:${value.text}`;
        break;
      case 'int':
        key += `i${value.value};`;
        break;
      case 'float':
        key += `d${Object.is(value.value, -0) ? '-0' : value.value};`;
        break;
      case 'local':
      case 'var':
        key += `_${value.kind === 'var' ? numberOf(value, numbers) : value.index};`;
        break;
      case 'struct':
        key += `f${value.key.length}:${value.key}`;
        for (let i = value.args.length - 1; i >= 0; i--) open.push(value.args[i]!);
    }
  }
  return key;
}

function numberOf(variable: Variable, numbers: Map<Variable, number>): number {
  let number = numbers.get(variable);
  if (number === undefined) {
    number = numbers.size;
    numbers.set(variable, number);
  }
  return number;
}

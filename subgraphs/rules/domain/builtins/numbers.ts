import { evaluate } from '../arithmetic/evaluate.ts';
import type { Builtin, Choices, Test } from '../builtin.ts';
import { domainError, instantiationError } from '../errors.ts';
import { orderIn } from '../quantities.ts';
import { deref, int, type Term } from '../term.ts';
import { optionalInt, requireInt } from './arguments.ts';

/** Calculation and comparison of numbers. */

function comparison(order: (order: number) => boolean): Builtin {
  return {
    kind: 'test',
    order,
    test: ([a, b], { budget }) => order(orderIn(a!, b!, [], budget)),
  };
}

const is: Test = ([result, expression], { bindings, budget }) => bindings.unify(result!, evaluate(expression!, budget));

function* numbersBetween(low: bigint, high: bigint | null): Generator<Term, undefined> {
  for (let value = low; high === null || value <= high; value++) yield int(value);
}

const between: Choices = ([low, high, value]) => {
  const from = BigInt(requireInt(low!).value);
  const bound = deref(high!);
  const endless = bound.kind === 'atom' && (bound.name === 'inf' || bound.name === 'infinite');
  const to = endless ? null : BigInt(requireInt(high!).value);
  const chosen = optionalInt(value!);
  if (chosen === null) return { pattern: value!, options: numbersBetween(from, to) };
  return chosen.value >= from && (to === null || chosen.value <= to)
    ? { pattern: value!, options: [chosen].values() }
    : null;
};

const successor: Test = ([before, after], { bindings, budget }) => {
  const low = natural(before!);
  const high = natural(after!);
  if (low !== null) return bindings.unify(after!, int(BigInt(low) + 1n));
  if (high === null) throw instantiationError();
  budget.work();
  return high !== 0 && bindings.unify(before!, int(BigInt(high) - 1n));
};

function natural(term: Term): number | bigint | null {
  const found = optionalInt(term);
  if (found !== null && found.value < 0) throw domainError('not_less_than_zero', found);
  return found?.value ?? null;
}

const plus: Test = ([a, b, sum], { bindings }) => {
  const [x, y, z] = [optionalInt(a!), optionalInt(b!), optionalInt(sum!)];
  if (x !== null && y !== null) return bindings.unify(sum!, int(BigInt(x.value) + BigInt(y.value)));
  if (z === null) throw instantiationError();
  if (x !== null) return bindings.unify(b!, int(BigInt(z.value) - BigInt(x.value)));
  if (y !== null) return bindings.unify(a!, int(BigInt(z.value) - BigInt(y.value)));
  throw instantiationError();
};

export const NUMBERS: readonly (readonly [string, Builtin])[] = [
  ['is/2', { kind: 'test', test: is }],
  ['=:=/2', comparison((order) => order === 0)],
  ['=\\=/2', comparison((order) => order !== 0)],
  ['</2', comparison((order) => order < 0)],
  ['>/2', comparison((order) => order > 0)],
  ['=</2', comparison((order) => order <= 0)],
  ['>=/2', comparison((order) => order >= 0)],
  ['between/3', { kind: 'choices', choices: between }],
  ['succ/2', { kind: 'test', test: successor }],
  ['plus/3', { kind: 'test', test: plus }],
];

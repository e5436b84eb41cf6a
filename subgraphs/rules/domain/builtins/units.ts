import type { Builtin, Test } from '../builtin.ts';
import { inUnit } from '../quantities.ts';

/** Quantities with units. They compare within one unit; this predicate is the only way from one to another. */

const inUnitTest: Test = ([quantity, unit, result], { bindings, budget }) => {
  budget.work();
  return bindings.unify(result!, inUnit(quantity!, unit!));
};

export const UNITS: readonly (readonly [string, Builtin])[] = [['in_unit/3', { kind: 'test', test: inUnitTest }]];

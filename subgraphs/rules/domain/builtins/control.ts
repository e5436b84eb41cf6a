import { copyTerm } from '../bindings.ts';
import type { Builtin, Control, Scope, SystemStep, Test } from '../builtin.ts';
import { instantiationError, thrown } from '../errors.ts';
import { OP, systemCode } from '../instructions.ts';
import type { Slices } from '../slices.ts';
import { deref, type Local, list, type Term } from '../term.ts';

/** Predicates that call other goals, and those that steer how goals are tried. */

export function slot(index: number): Local {
  return { kind: 'local', index, first: false };
}

function step(run: SystemStep): Builtin {
  return { kind: 'test', step: run };
}

/**
 * A predicate that tries all answers of a goal: `vars` are its variables, of which the second is the goal; `collect` sees
 * each answer while its bindings stand; `finish` goes on when there are no more.
 */
export function collecting(vars: Control['vars'], collect: SystemStep, finish: SystemStep): Control {
  const code = systemCode(
    [OP.tryElse, { target: 4 }],
    [OP.callTerm, { args: [slot(1)] }],
    [OP.system, { builtin: step(collect) }],
    [OP.fail],
    [OP.system, { builtin: step(finish) }],
    [OP.proceed],
  );
  return { code, vars };
}

/** A predicate of one step that may take long. */
export function working(run: (args: readonly Term[], scope: Scope) => Slices<boolean>): Control {
  const code = systemCode([OP.system, { builtin: step(({ vars }, scope) => run(vars, scope)) }], [OP.proceed]);
  return { code, vars: (args) => args };
}

/** Keeps a copy of the first variable. */
export const keepTemplate: SystemStep = ({ vars, bag }, { budget }) => {
  const copy = copyTerm(vars[0]!, budget);
  budget.row();
  budget.keep(copy.kind === 'struct' ? 4 : 1);
  bag.push(copy);
  return true;
};

function unifyWith(result: Term, value: Term, { bindings }: Scope): boolean {
  return bindings.unify(result, value);
}

const FINDALL = collecting(
  (args) => args,
  keepTemplate,
  ({ vars, bag }, scope) => unifyWith(vars[2]!, list(bag), scope),
);

const FINDALL_WITH_TAIL = collecting(
  (args) => args,
  keepTemplate,
  ({ vars, bag }, scope) => unifyWith(vars[2]!, list(bag, vars[3]!), scope),
);

/** The recovery goal's place is known to the engine. */
const CATCH: Control = {
  code: systemCode(
    [OP.catchErrors],
    [OP.callTerm, { args: [slot(0)] }],
    [OP.exitCatch],
    [OP.proceed],
    [OP.callTerm, { args: [slot(2)] }],
    [OP.proceed],
  ),
  vars: (args) => args,
};

const throwBall: Test = ([ball], { budget }) => {
  if (deref(ball!).kind === 'var')
    throw instantiationError('throw/1 needs an error, but met a variable that has no value yet.');
  throw thrown(copyTerm(ball!, budget));
};

/** `not/1` and others as goals of a term: the engine compiles them where they stand. */
const INLINE = [
  ',/2',
  ';/2',
  '|/2',
  '->/2',
  '*->/2',
  '\\+/1',
  'not/1',
  'call/1',
  'once/1',
  'ignore/1',
  'forall/2',
  '!/0',
];
const CALLS = Array.from({ length: 15 }, (_, i) => `call/${i + 2}`);

export const CONTROL: readonly (readonly [string, Builtin])[] = [
  ...INLINE.map((key) => [key, { kind: 'inline' }] as const),
  ...CALLS.map((key) => [key, { kind: 'call' }] as const),
  ['true/0', { kind: 'test', test: () => true }],
  ['otherwise/0', { kind: 'test', test: () => true }],
  ['fail/0', { kind: 'test', test: () => false }],
  ['false/0', { kind: 'test', test: () => false }],
  ['findall/3', { kind: 'control', control: FINDALL }],
  ['findall/4', { kind: 'control', control: FINDALL_WITH_TAIL }],
  ['catch/3', { kind: 'control', control: CATCH }],
  ['throw/1', { kind: 'control', test: throwBall }],
];

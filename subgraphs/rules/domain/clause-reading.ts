import { type Bindings, build, type Frame } from './bindings.ts';
import { type Clause, headOf } from './clause.ts';
import { PATTERN, type Pattern } from './pattern.ts';
import { deref, type Term } from './term.ts';

/** Clauses that are used now and then: what is done with them is read from their patterns each time. */

/** The frame of a clause whose head matches; null: undo. @throws BudgetStop */
export function readFrame(clause: Clause, args: readonly Term[], bindings: Bindings): Frame | null {
  const frame: Frame = new Array(clause.size);
  return bindings.matchAll(headOf(clause).args, args, frame) ? frame : null;
}

/** The arguments of the call that is all of a clause's body, where its head matches; null: undo. @throws BudgetStop */
export function readChain(
  clause: Clause,
  call: readonly Pattern[],
  args: readonly Term[],
  bindings: Bindings,
): Term[] | null {
  const frame = readFrame(clause, args, bindings);
  return frame === null ? null : readArguments(call, frame);
}

/** The arguments of a call in a body. */
export function readArguments(call: readonly Pattern[], frame: Frame): Term[] {
  const read = new Array<Term>(call.length);
  for (let i = 0; i < call.length; i++) {
    const pattern = call[i]!;
    read[i] = pattern.op === PATTERN.local ? deref(frame[pattern.index]!) : build(pattern, frame);
  }
  return read;
}

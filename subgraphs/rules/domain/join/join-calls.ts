import { type ChoicePoint, KIND } from '../choice-point.ts';
import type { Environment, Step } from '../environment.ts';
import { OP, systemCode } from '../instructions.ts';
import type { Machine } from '../machine.ts';
import { deref, goalOf, type Term } from '../term.ts';
import type { JoinRun } from './join-run.ts';

/** Nothing but going back to the newest choice. */
const BACK_CODE = systemCode([OP.fail]);

/** Calls of predicates by their plans. */
export class JoinCalls {
  readonly #machine: Machine;

  constructor(machine: Machine) {
    this.#machine = machine;
  }

  /** The first solution of a call; false when it has none. */
  call(
    run: JoinRun,
    name: string,
    args: readonly Term[],
    key: string,
    next: Environment,
    nextAt: number,
    caller: Environment,
  ): boolean {
    const found = run.first();
    if (!found && !run.paused) return false;
    const goal = this.#machine.log.keeps && !caller.hidden ? goalOf(name, args, key) : null;
    if (run.open) {
      const choice = this.#machine.choices.push(KIND.join);
      choice.join = run;
      choice.args = args;
      choice.environment = next;
      choice.at = nextAt;
      choice.goal = goal;
      choice.step = caller.step;
    }
    if (!found) return this.#pauseJoin(next);
    return this.#takeSolution(run, args, next, nextAt, goal, caller.step);
  }

  /** Others have their turn before the newest choice, a join, goes on. */
  #pauseJoin(next: Environment): boolean {
    this.#machine.goInto(BACK_CODE, [], next, 0, { step: null, hidden: true });
    return true;
  }

  /** The next solution of a choice. */
  next(choice: ChoicePoint): boolean {
    const { join, args, environment, at, goal, step } = choice;
    const height = this.#machine.choices.top;
    this.#machine.environment = environment;
    if (!join!.next()) {
      if (join!.paused) return this.#pauseJoin(environment!);
      this.#machine.choices.cutTo(height - 1);
      return false;
    }
    if (!join!.open) this.#machine.choices.cutTo(height - 1);
    else this.#machine.bindings.release(choice.guard);
    return this.#takeSolution(join!, args, environment!, at, goal, step);
  }

  #takeSolution(
    run: JoinRun,
    args: readonly Term[],
    next: Environment,
    nextAt: number,
    goal: Term | null,
    step: Step | null,
  ): boolean {
    for (let i = 0; i < args.length; i++) {
      const arg = deref(args[i]!);
      if (arg.kind === 'var') this.#machine.bindings.bind(arg, run.argument(i));
    }
    if (goal !== null) this.#machine.log.record(goal, run.proof(), step);
    this.#machine.goOn(next, nextAt);
    return true;
  }
}

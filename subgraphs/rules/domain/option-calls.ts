import type { Options } from './builtin.ts';
import { type ChoicePoint, KIND } from './choice-point.ts';
import type { Environment, Step } from './environment.ts';
import type { Machine } from './machine.ts';
import type { Term } from './term.ts';

/** Goals that hold for each option that unifies with a pattern. */
export class OptionCalls {
  readonly #machine: Machine;

  constructor(machine: Machine) {
    this.#machine = machine;
  }

  /** Tries options in turn, going on in `next` with each; `goal` is what a proof says of the one that holds. */
  offer(
    options: Options,
    next: Environment,
    nextAt: number,
    goal: Term | null = null,
    step: Step | null = null,
  ): boolean {
    const choice = this.#machine.choices.push(KIND.options);
    choice.options = options;
    choice.environment = next;
    choice.at = nextAt;
    choice.goal = goal;
    choice.step = step;
    return this.next(choice);
  }

  /** The next option of a choice that unifies. */
  next(choice: ChoicePoint): boolean {
    const { pattern, options } = choice.options!;
    const height = this.#machine.choices.top;
    const { goal, step, environment, at, trail } = choice;
    this.#machine.goOn(environment!, at);
    for (let option = options.next(); !option.done; option = options.next()) {
      this.#machine.budget.call(environment!.depth);
      if (this.#machine.bindings.unify(pattern, option.value)) {
        if (goal !== null) this.#machine.log.record(goal, 'builtin', step);
        return true;
      }
      this.#machine.bindings.undo(trail);
    }
    this.#machine.choices.cutTo(height - 1);
    return false;
  }
}

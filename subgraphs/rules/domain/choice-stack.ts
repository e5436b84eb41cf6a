import type { Bindings } from './bindings.ts';
import { ChoicePoint } from './choice-point.ts';
import { BudgetStop } from './faults.ts';
import type { StepLog } from './step-log.ts';

const MAX_CHOICES = 1_000_000;

/** The places to go back to, the newest on top. Those of a nested run lie above those of the run that waits for it. */
export class ChoiceStack {
  top = 0;
  /** The choices of the run at hand begin here; what is older stays. */
  base = 0;
  readonly #choices: ChoicePoint[] = [];
  readonly #bindings: Bindings;
  readonly #log: StepLog;
  #baseGuard = 0;

  constructor(bindings: Bindings, log: StepLog) {
    this.#bindings = bindings;
    this.#log = log;
  }

  /** Begins a run above the choices there are. The bindings must have been marked. Answers what `leave` needs. */
  enter(): { base: number; baseGuard: number } {
    const outer = { base: this.base, baseGuard: this.#baseGuard };
    this.base = this.top;
    this.#baseGuard = this.#bindings.guard;
    return outer;
  }

  /** Forgets the choices of the run at hand. */
  leave({ base, baseGuard }: { base: number; baseGuard: number }): void {
    this.top = this.base;
    this.base = base;
    this.#baseGuard = baseGuard;
  }

  /** @throws BudgetStop */
  push(kind: ChoicePoint['kind']): ChoicePoint {
    if (this.top >= MAX_CHOICES) throw new BudgetStop('MEMORY');
    let choice = this.#choices[this.top];
    if (choice === undefined) {
      choice = new ChoicePoint();
      this.#choices.push(choice);
    }
    this.top += 1;
    choice.kind = kind;
    choice.trail = this.#bindings.mark();
    choice.guard = this.#bindings.guard;
    choice.log = this.#log.newest;
    return choice;
  }

  /** A choice by its place from the bottom. */
  at(place: number): ChoicePoint {
    return this.#choices[place]!;
  }

  /** The newest choice of the run; null when it has none. */
  get newest(): ChoicePoint | null {
    return this.top > this.base ? this.#choices[this.top - 1]! : null;
  }

  /** Forgets the choices above a height. */
  cutTo(height: number): void {
    if (height >= this.top) return;
    this.top = height;
    if (height > this.base) this.#bindings.release(this.#choices[height - 1]!.guard);
    else this.#bindings.release(this.#baseGuard);
  }

  /** Takes back what was bound and noted since a choice. */
  goBackTo(choice: ChoicePoint): void {
    this.#bindings.undo(choice.trail);
    this.#log.newest = choice.log;
  }
}

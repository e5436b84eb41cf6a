import { Bindings, type Frame } from './bindings.ts';
import { Budget, type Limits } from './budget.ts';
import { ChoiceStack } from './choice-stack.ts';
import { Environment } from './environment.ts';
import type { Code } from './instructions.ts';
import { StepLog } from './step-log.ts';

/** The state of one evaluation: what is bound, noted and left open, and where it goes on. */
export class Machine {
  readonly budget: Budget;
  readonly bindings: Bindings;
  readonly log: StepLog;
  readonly choices: ChoiceStack;
  environment: Environment | null = null;
  /** The place in the environment's code. */
  at = 0;

  /** `clock`: milliseconds, never running backwards. `keepsSteps`: proofs will be wanted. */
  constructor(limits: Limits, clock: () => number, keepsSteps: boolean) {
    this.budget = new Budget(limits, clock);
    this.bindings = new Bindings(this.budget);
    this.log = new StepLog(keepsSteps, this.budget);
    this.choices = new ChoiceStack(this.bindings, this.log);
  }

  goOn(environment: Environment | null, at: number): void {
    this.environment = environment;
    this.at = at;
  }

  /** Goes on in some code, and after it in `next` at `nextAt`; a cut in it leaves the choices there are now. */
  goInto(
    code: Code,
    vars: Frame,
    next: Environment | null,
    nextAt: number,
    { step, hidden }: Pick<Environment, 'step' | 'hidden'>,
  ): Environment {
    const environment = new Environment(code, vars, next, nextAt, this.choices.top, step, hidden);
    this.goOn(environment, 0);
    return environment;
  }
}

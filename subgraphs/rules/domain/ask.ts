import { copyTerm } from './bindings.ts';
import type { Limits } from './budget.ts';
import { Engine } from './engine.ts';
import { BudgetStop, type StopReason } from './faults.ts';
import type { Knowledge } from './knowledge.ts';
import { buildProof, type Proof } from './proof.ts';
import { atOnce, type Slices } from './slices.ts';
import type { Term, Variable } from './term.ts';
import { VariableNames, writeTerm } from './writer.ts';

export interface Question {
  readonly goal: Term;
  /** The goal's named variables in the order in which they are answered. */
  readonly variables: ReadonlyMap<string, Variable>;
  readonly limits: Limits;
  /** Leaves out answers whose text was given before. */
  readonly distinct: boolean;
  /** The number of the answer (from 0) whose proof is wanted. */
  readonly prove?: number;
}

export interface Answer {
  /** The goal with this answer's values. */
  readonly text: string;
  /** Without variables whose names begin with `_`. */
  readonly bindings: readonly { readonly variable: string; readonly value: string }[];
  readonly proof: readonly Proof[] | null;
  /** How unbound variables are called in its texts, for the proof's to follow; null without a proof. */
  readonly names: VariableNames | null;
}

export interface Answers {
  readonly answers: readonly Answer[];
  /** Null when all answers were found. */
  readonly stoppedBy: StopReason | null;
  readonly inferences: number;
  /** Milliseconds, without those in which others had their turn. */
  readonly elapsedMs: number;
}

/** Every answer of a goal within the limits. `clock`: milliseconds, never backwards. @throws RuleFault, TermTooLarge */
export function ask(knowledge: Knowledge, question: Question, clock: () => number): Answers {
  return atOnce(asking(knowledge, question, clock));
}

/** `ask` in slices. */
export function* asking(knowledge: Knowledge, question: Question, clock: () => number): Slices<Answers> {
  const engine = new Engine(knowledge, { limits: question.limits, clock, steps: question.prove !== undefined });
  const answers: Answer[] = [];
  const seen = new Set<string>();
  let stoppedBy: StopReason | null = null;
  try {
    yield* engine.solving(question.goal, () => {
      const answer = readAnswer(engine, question, answers.length);
      if (question.distinct && seen.has(answer.text)) return false;
      if (answers.length >= question.limits.answers) throw new BudgetStop('ANSWERS');
      seen.add(answer.text);
      answers.push(answer);
      return answers.length - 1 === question.prove;
    });
  } catch (error) {
    if (!(error instanceof BudgetStop)) throw error;
    stoppedBy = error.reason;
  }
  const { inferences, elapsed } = engine.budget;
  return { answers, stoppedBy, inferences, elapsedMs: elapsed };
}

function readAnswer(engine: Engine, question: Question, number: number): Answer {
  const { budget } = engine;
  // What is copied with one map, and written with one set of names, shows which variables are the same.
  const renamed = new Map<Variable, Variable>();
  const names = new VariableNames();
  const written = (term: Term) => {
    const text = writeTerm(copyTerm(term, budget, renamed), names);
    budget.keep(text.length >> 2);
    return text;
  };
  const text = written(question.goal);
  const shown = [...question.variables].filter(([variable]) => !variable.startsWith('_'));
  const bindings = shown.map(([variable, asked]) => ({ variable, value: written(asked) }));
  if (question.prove !== number) return { text, bindings, proof: null, names: null };
  return { text, bindings, proof: buildProof(engine.steps, budget, null, renamed), names };
}

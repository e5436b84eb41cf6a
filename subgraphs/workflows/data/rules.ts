import type { Ask } from '#platform/graphql/index.ts';
import type { Question } from '../domain/machine.ts';
import type { Blocker } from '../domain/workflow.ts';

/** One decision for the rules, with the facts that belong to it alone. */
export interface RuleQuestion {
  readonly sampleId: string;
  readonly question: Question;
  readonly facts: readonly string[];
}

/** What-if: facts that hold for this question alone. */
export interface ConditionalQuestion extends RuleQuestion {
  readonly conditions: readonly string[];
}

/** A decision with what it rests on. */
export interface RuleVerdict {
  readonly blockers: readonly Blocker[];
  /** Left out where it was not asked for. */
  readonly proof?: { readonly text: string; readonly tree: unknown } | null;
  readonly ruleSetVersion: { readonly id: string; readonly number: number };
}

export interface RulesPort {
  /**
   * The blockers of each question, in its order; none: allowed. `shared` are facts of all questions.
   * @throws UnavailableError when rules does not answer.
   */
  decide(questions: readonly RuleQuestion[], shared: readonly string[]): Promise<readonly (readonly Blocker[])[]>;
  /**
   * As `decide`, with what each decision rests on; `proved`: also with its proof, which costs as much again.
   * @throws BadInputError for a condition that is no fact, UnavailableError when rules does not answer.
   */
  explain(
    questions: readonly ConditionalQuestion[],
    shared: readonly string[],
    proved: boolean,
  ): Promise<readonly RuleVerdict[]>;
}

const DOCUMENT = `query DecideTransitions($shared: [String!]!, $questions: [TransitionQuestionInput!]!) {
  decideTransitions(shared: $shared, questions: $questions) { blockers { code message ruleId missingFacts } }
}`;

const EXPLAIN = `query ExplainTransitions($shared: [String!]!, $questions: [TransitionQuestionInput!]!, $proved: Boolean!) {
  decideTransitions(shared: $shared, questions: $questions) {
    blockers { code message ruleId missingFacts } proof @include(if: $proved) { text tree } ruleSetVersion { id number }
  }
}`;

interface Answer<Verdict> {
  readonly decideTransitions: readonly Verdict[];
}

/** Asks the rules subgraph as the caller. */
export function createRules(ask: Ask): RulesPort {
  return {
    async decide(questions, shared) {
      const variables = {
        shared,
        questions: questions.map(({ sampleId, question, facts }) => ({ sampleId, ...question, facts })),
      };
      const { decideTransitions } = await ask<Answer<Pick<RuleVerdict, 'blockers'>>>('rules', DOCUMENT, variables);
      return decideTransitions.map(({ blockers }) => blockers);
    },
    async explain(questions, shared, proved) {
      const variables = {
        shared,
        proved,
        questions: questions.map(({ sampleId, question, facts, conditions }) => ({
          sampleId,
          ...question,
          facts,
          conditions,
        })),
      };
      return (await ask<Answer<RuleVerdict>>('rules', EXPLAIN, variables)).decideTransitions;
    },
  };
}

import type { Ask } from '#platform/graphql/index.ts';
import type { Question } from '../domain/machine.ts';
import type { Blocker } from '../domain/workflow.ts';

/** One decision for the rules, with the facts that belong to it alone. */
export interface RuleQuestion {
  readonly sampleId: string;
  readonly question: Question;
  readonly facts: readonly string[];
}

export interface RulesPort {
  /**
   * The blockers of each question, in its order; none: allowed. `shared` are facts of all questions.
   * @throws UnavailableError when rules does not answer.
   */
  decide(questions: readonly RuleQuestion[], shared: readonly string[]): Promise<readonly (readonly Blocker[])[]>;
}

const DOCUMENT = `query DecideTransitions($shared: [String!]!, $questions: [TransitionQuestionInput!]!) {
  decideTransitions(shared: $shared, questions: $questions) { blockers { code message ruleId missingFacts } }
}`;

interface Answer {
  readonly decideTransitions: readonly { readonly blockers: readonly Blocker[] }[];
}

/** Asks the rules subgraph as the caller. */
export function createRules(ask: Ask): RulesPort {
  return {
    async decide(questions, shared) {
      const variables = {
        shared,
        questions: questions.map(({ sampleId, question, facts }) => ({ sampleId, ...question, facts })),
      };
      const { decideTransitions } = await ask<Answer>('rules', DOCUMENT, variables);
      return decideTransitions.map(({ blockers }) => blockers);
    },
  };
}

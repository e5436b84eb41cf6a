import { operationFromDocument, type Schema, type Supergraph } from '@apollo/federation-internals';
import { type QueryPlan, QueryPlanner } from '@apollo/query-planner';
import { type DocumentNode, GraphQLError } from 'graphql';

export interface Planner {
  /**
   * For a valid document of one operation and its fragments; `labels` are those of @override that are on. Throws, or
   * rejects with, PlanningRefused.
   */
  plan(document: DocumentNode, labels?: readonly string[]): QueryPlan | Promise<QueryPlan>;
}

/** There is no plan, and the client is told why. */
export class PlanningRefused extends Error {
  readonly refusal: GraphQLError;
  /** Milliseconds for which the same operation is refused without trying again. */
  readonly rememberMs: number;

  /** `cause` is for the log: it may name subgraphs, which is no client's business. */
  constructor(refusal: GraphQLError, rememberMs: number, cause?: string) {
    super(refusal.message, { cause });
    this.name = 'PlanningRefused';
    this.refusal = refusal;
    this.rememberMs = rememberMs;
  }
}

// Planning blocks its thread. Of 60 generated operations over types that several subgraphs share the slowest took
// 8 to 9 s with the planner's default of 10,000, and 0.2 to 0.6 s with a bound between 100 and 1,000.
const MAX_EVALUATED_PLANS = 500;

/** Plans at once, in the thread that asks. `schema` is the supergraph's as clients see it. */
export function createPlanner(supergraph: Supergraph, schema: Schema): Planner {
  const planner = new QueryPlanner(supergraph, { debug: { maxEvaluatedPlans: MAX_EVALUATED_PLANS } });
  return {
    plan(document, labels = []) {
      const operation = operationFromDocument(schema, document, { validate: false });
      try {
        return planner.buildQueryPlan(operation, { overrideConditions: new Map(labels.map((label) => [label, true])) });
      } catch (error) {
        if (error instanceof Error && error.message.includes(NO_WAY)) throw unresolvable(error);
        throw error;
      }
    },
  };
}

const NO_WAY = 'Was not able to find any options';

// A shared field of an interface may be composed of which no subgraph knows all types: then the planner gives up.
function unresolvable(error: Error): PlanningRefused {
  const message =
    'No combination of subgraphs can resolve this operation. Select the fields of interfaces and unions in fragments ' +
    'on their types, or mend the supergraph: the log says what the planner lacks.';
  return new PlanningRefused(
    new GraphQLError(message, { extensions: { code: 'BAD_INPUT' } }),
    Number.POSITIVE_INFINITY,
    error.message,
  );
}

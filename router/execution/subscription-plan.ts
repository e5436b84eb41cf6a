import type { SubscriptionNode } from '@apollo/query-planner';
import { cursorIn, type Resume } from '../operation/resume.ts';
import { isObject, mergeInto } from './data.ts';
import type { SubgraphError } from './errors.ts';
import type { Execution } from './execution.ts';
import { type FetchPlan, planFetch, reportRootErrors, type Step } from './fetch.ts';
import { compilePlan } from './plan.ts';
import { compileRewrites, type IsOfType } from './rewrites.ts';

/** A stream from one subgraph whose every event is completed by the rest of the plan. */
export interface SubscriptionPlan {
  readonly primary: FetchPlan;
  /** Null when the stream cannot be resumed. */
  readonly resume: Resume | null;
  /** Where a stream that is lost after this event goes on. */
  cursorOf(event: SubscriptionEvent): string | null;
  /** Puts one event of the stream into the execution and fetches what other subgraphs hold of it. */
  runEvent(execution: Execution, event: SubscriptionEvent): Promise<void>;
}

/** One result as the subgraph sent it. */
export interface SubscriptionEvent {
  readonly data?: unknown;
  readonly errors?: unknown;
}

export function compileSubscriptionPlan(
  node: SubscriptionNode,
  isOfType: IsOfType,
  resume: Resume | null,
): SubscriptionPlan {
  const primary = planFetch(node.primary);
  const rewriteOutput = compileRewrites(node.primary.outputRewrites, isOfType);
  const rest: Step | undefined = node.rest && compilePlan(node.rest, isOfType);
  return {
    primary,
    resume,
    cursorOf: ({ data }) => resume && cursorIn(data, resume),
    async runEvent(execution, event) {
      if (Array.isArray(event.errors)) {
        const errors: readonly SubgraphError[] = event.errors.filter(isObject);
        reportRootErrors(execution, primary, [], [execution.root], errors);
      }
      if (!isObject(event.data)) return;
      rewriteOutput?.(event.data);
      mergeInto(execution.root, event.data);
      await rest?.(execution, [execution.root]);
    },
  };
}

import { parentPort, workerData } from 'node:worker_threads';
import { ROUTER_SUPPORTED_SUPERGRAPH_FEATURES, Supergraph } from '@apollo/federation-internals';
import { parse } from 'graphql';
import { createPlanner, PlanningRefused } from './planner.ts';

/** What the thread is asked: the text of one operation with its fragments, and the labels of @override that are on. */
export interface PlanningJob {
  readonly text: string;
  readonly labels: readonly string[];
}

/** Null first, when the thread is ready; then the plan, or what went wrong, for each job. */
export type PlanningAnswer =
  | null
  | { readonly plan: unknown }
  | { readonly refusal: string; readonly cause: unknown }
  | { readonly error: string };

const supergraph = Supergraph.build(String(workerData), {
  supportedFeatures: ROUTER_SUPPORTED_SUPERGRAPH_FEATURES,
  // Whoever started the thread has built the supergraph too.
  validateSupergraph: false,
});
const planner = createPlanner(supergraph, supergraph.apiSchema());

function answer(message: PlanningAnswer): void {
  parentPort?.postMessage(message);
}

async function run({ text, labels }: PlanningJob): Promise<void> {
  try {
    answer({ plan: await planner.plan(parse(text, { noLocation: true }), labels) });
  } catch (error) {
    if (error instanceof PlanningRefused) answer({ refusal: error.message, cause: error.cause });
    else answer({ error: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  }
}

parentPort?.on('message', (job: PlanningJob) => void run(job));
answer(null);

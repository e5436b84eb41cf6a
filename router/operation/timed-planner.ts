import type { RouterMetrics } from '../metrics.ts';
import type { Planner } from './planner.ts';

/** Tells how long each plan takes, with the wait for the planner's turn. */
export function timed(planner: Planner, metrics: RouterMetrics | undefined): Planner {
  if (!metrics) return planner;
  const measure = (started: number, outcome: 'ok' | 'refused') =>
    metrics.planned(outcome, (performance.now() - started) / 1000);
  return {
    async plan(document, labels) {
      const started = performance.now();
      try {
        const plan = await planner.plan(document, labels);
        measure(started, 'ok');
        return plan;
      } catch (error) {
        measure(started, 'refused');
        throw error;
      }
    },
  };
}

/**
 * `validateTransition` through the router at 200 requests a second: the plan asks for a p95 of 5 ms.
 *
 *   npm run bench:validate-transition        embedded PostgreSQL, everything in one process but the load
 *
 * BENCH_PER_SECOND (default 200) and BENCH_SECONDS (default 20) change the load.
 */
import { startDatabase, startLaboratory } from './support/laboratory.ts';
import { startWorkflows } from './support/start-workflows.ts';
import { measureSteadily, print, save } from './support/table.ts';

const PER_SECOND = Number(process.env.BENCH_PER_SECOND ?? 200);
const SECONDS = Number(process.env.BENCH_SECONDS ?? 20);
const WARM_UP_SECONDS = 5;
const SAMPLES = 500;

const VERDICT = `query Verdict($workflowId: ID!) {
  validateTransition(workflowId: $workflowId, to: SAMPLE_RECEPTION) {
    allowed blockers { code message rule { id } missingFacts } ruleSetVersion { number }
  }
}`;
const PROVED = VERDICT.replace('ruleSetVersion', 'proof { text tree } ruleSetVersion');

await using stack = new AsyncDisposableStack();
const urls = await startDatabase(stack);
const { endpoint, manager } = stack.use(await startLaboratory(urls));
const variables = await startWorkflows(manager, SAMPLES, urls.ownerUrl);
const order = {
  endpoint,
  token: manager.accessToken ?? '',
  variables,
  perSecond: PER_SECOND,
  seconds: SECONDS,
  warmUpSeconds: WARM_UP_SECONDS,
  expect: '"allowed":true',
};
const rows = [
  await measureSteadily('verdict', { ...order, query: VERDICT }),
  await measureSteadily('verdict with its proof', { ...order, query: PROVED }),
];
print(`validateTransition, ${PER_SECOND} requests a second, each about another sample`, rows);
save('validate-transition', { perSecond: PER_SECOND, seconds: SECONDS, rows });

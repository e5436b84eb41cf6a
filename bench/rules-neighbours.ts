/**
 * What questions of one organization that never end cost another: its `validateTransition` and its own questions, alone
 * and beside them, at the same steady rates.
 *
 *   npm run bench:rules-neighbours               about 3 minutes
 *   npm run bench:rules-neighbours -- --quick    shorter: nothing is saved
 */
import { parseArgs } from 'node:util';
import { type GraphQLClient, signedIn } from '#demo/graphql-client.ts';
import { DEMO_PASSWORD } from '#demo/people.ts';
import { type Laboratory, startDatabase, startLaboratory } from './support/laboratory.ts';
import { startWorkflows } from './support/start-workflows.ts';
import type { SteadyOrder } from './support/steady-load.ts';
import { measureSteadily, print, type Row, save } from './support/table.ts';

const { quick } = parseArgs({ options: { quick: { type: 'boolean', default: false } } }).values;
const ROUNDS = quick ? 1 : 3;
const SECONDS = quick ? 5 : 15;
const WARM_UP_SECONDS = quick ? 2 : 4;
/** Far less than the machine can do: what is measured is how late answers are, not how many there are. */
const PER_SECOND = 50;
const SAMPLES = 200;
/** Runaways that the neighbour keeps open at all times; an organization has one goal at work, the others wait. */
const RUNAWAYS_AT_ONCE = 4;

const VERDICT = `query Verdict($workflowId: ID!) {
  validateTransition(workflowId: $workflowId, to: SAMPLE_RECEPTION) { allowed blockers { code } ruleSetVersion { number } }
}`;
const QUESTION = `query Question($goal: String!) { executeQuery(input: { goal: $goal }) { stoppedBy answers { text } } }`;
/** Each for the whole second that a question may take. */
const RUNAWAYS = [
  'between(1, inf, X), X < 0',
  'findall(X, between(1, inf, X), L)',
  'repeat, atom_codes(abcdefgh, L), msort(L, M), fail',
  'length(L, N), N < 0',
].map(
  (goal) => `executeQuery(input: { goal: "${goal}", limits: { millis: 1000, inferences: 5000000 } }) { stoppedBy }`,
);

/** Asks one runaway after the other until told to stop; tells how many ended. */
async function runWild(neighbour: GraphQLClient, stop: AbortSignal): Promise<number> {
  let ended = 0;
  const one = async (first: number) => {
    for (let turn = first; !stop.aborted; turn++) {
      await neighbour.request(`{ ${RUNAWAYS[turn % RUNAWAYS.length]} }`);
      ended += 1;
    }
  };
  await Promise.all(Array.from({ length: RUNAWAYS_AT_ONCE }, (_, first) => one(first)));
  return ended;
}

interface Round {
  readonly rows: readonly Row[];
  readonly runaways: number;
}

async function measureAll({ endpoint, manager }: Laboratory, workflows: readonly object[], beside: string) {
  const pace = { endpoint, token: manager.accessToken ?? '', perSecond: PER_SECOND, seconds: SECONDS };
  const orders: readonly (readonly [string, SteadyOrder])[] = [
    [
      'validateTransition',
      { ...pace, query: VERDICT, variables: workflows, expect: '"allowed":true', warmUpSeconds: WARM_UP_SECONDS },
    ],
    [
      'a question',
      {
        ...pace,
        query: QUESTION,
        // Each time another, so that none is answered from the cache.
        variables: Array.from({ length: 10_000 }, (_, i) => ({
          goal: `X is ${i} + ${Math.random()}, edge(A, testing)`,
        })),
        expect: '"stoppedBy":null',
        warmUpSeconds: WARM_UP_SECONDS,
      },
    ],
  ];
  const rows: Row[] = [];
  for (const [what, order] of orders) rows.push(await measureSteadily(`${what}, ${beside}`, order));
  return rows;
}

async function round(laboratory: Laboratory, neighbour: GraphQLClient, workflows: readonly object[]): Promise<Round> {
  const alone = await measureAll(laboratory, workflows, 'alone');
  const stop = new AbortController();
  const wild = runWild(neighbour, stop.signal);
  const beside = await measureAll(laboratory, workflows, 'beside runaways');
  stop.abort();
  return { rows: [...alone, ...beside], runaways: await wild };
}

/** The middle of the rounds, figure by figure: a round that something else disturbed does not count. */
function middle(rounds: readonly Round[]): Row[] {
  const [first] = rounds;
  return (first?.rows ?? []).map((row, at) => {
    const of = (figure: 'requestsPerSecond' | 'unitsPerSecond' | 'p50' | 'p95' | 'p99') => {
      const values = rounds.map(({ rows }) => rows[at]![figure]).toSorted((a, b) => a - b);
      return values[Math.floor(values.length / 2)]!;
    };
    return {
      what: row.what,
      requestsPerSecond: of('requestsPerSecond'),
      unitsPerSecond: of('unitsPerSecond'),
      p50: of('p50'),
      p95: of('p95'),
      p99: of('p99'),
      failures: rounds.reduce((sum, { rows }) => sum + rows[at]!.failures, 0),
    };
  });
}

await using stack = new AsyncDisposableStack();
const urls = await startDatabase(stack);
const laboratory = stack.use(await startLaboratory(urls));
const workflows = await startWorkflows(laboratory.manager, SAMPLES, urls.ownerUrl);
const neighbour = await signedIn(laboratory.endpoint, 'manager@other.test', DEMO_PASSWORD);
const rounds: Round[] = [];
for (let i = 0; i < ROUNDS; i++) rounds.push(await round(laboratory, neighbour, workflows));
const rows = middle(rounds);
const runaways = rounds.reduce((sum, each) => sum + each.runaways, 0);
print(
  `${PER_SECOND} requests a second of one organization, with and without ${RUNAWAYS_AT_ONCE} runaways of another`,
  rows,
);
console.log(`\n${runaways} runaways ended meanwhile by their limits.`);
if (!quick) save('rules-neighbours', { perSecond: PER_SECOND, seconds: SECONDS, rounds: ROUNDS, runaways, rows });

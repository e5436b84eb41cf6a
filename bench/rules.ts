/**
 * Our engine, native SWI-Prolog where it is installed, and engines of npm, on the same programs in one run.
 *
 *   npm run bench:rules                 everything: about 15 minutes
 *   npm run bench:rules -- --quick      short rounds, small programs: nothing is saved
 *   npm run bench:rules -- --only nrev  those whose name holds the word
 */
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { compileClause } from '../subgraphs/rules/domain/clause.ts';
import { Knowledge } from '../subgraphs/rules/domain/knowledge.ts';
import { clock, factOf, measureOurs } from './support/rules/engine.ts';
import type { Measured, Measurement } from './support/rules/measurement.ts';
import { laboratoryOf } from './support/rules/moves.ts';
import { hasPeer, measurePeer, PEERS } from './support/rules/peers.ts';
import {
  CLOSURE_RULES,
  graphEdges,
  LABORATORY_RULES,
  laboratoryFacts,
  NREV_INFERENCES,
  NREV_RULES,
  ZEBRA_RULES,
} from './support/rules/programs.ts';
import { endRunaways } from './support/rules/runaway.ts';
import { factBytes, hasSwipl, measureAssertz, measureSwipl } from './support/rules/swipl.ts';
import { printTable, save } from './support/table.ts';

const { quick = false, only = '' } = parseArgs({
  options: { quick: { type: 'boolean' }, only: { type: 'string' } },
}).values;
const ROUNDS = quick ? 2 : 7;
/** Milliseconds that a peer may take for one question, with loading. */
const PEER_LIMIT = quick ? 20_000 : 60_000;
const LABORATORY = `${laboratoryFacts()}\n${LABORATORY_RULES}`;
const NREV_TIMES = quick ? 500 : 5_000;
const SAMPLES = quick ? 1_000 : 10_000;

const MEASUREMENTS: readonly Measurement[] = [
  {
    what: 'three rules deep over 10,000 facts, all answers',
    program: LABORATORY,
    goal: 'abnormal(S)',
    times: 20,
    joined: 'all',
  },
  { what: 'the same with proofs', program: LABORATORY, goal: 'abnormal(S)', times: 10, proofs: true },
  { what: 'three rules deep, one sample', program: LABORATORY, goal: 'abnormal(s7)', times: 2_000, joined: 's7' },
  { what: 'one fact', program: LABORATORY, goal: 'sample(s7, T, S)', times: 5_000 },
  { what: 'one fact with its proof', program: LABORATORY, goal: 'sample(s7, T, S)', times: 5_000, proofs: true },
  { what: 'negation over 10,000 facts, all answers', program: LABORATORY, goal: 'clean(S)', times: 20 },
  {
    what: `nrev of 30 items, ${NREV_TIMES} times`,
    program: NREV_RULES,
    goal: `repeat_nrev(${NREV_TIMES})`,
    times: 1,
    small: { goal: 'repeat_nrev(10)', share: 10 / NREV_TIMES },
  },
  { what: 'zebra', program: ZEBRA_RULES, goal: 'zebra(X)', times: 5 },
  {
    what: 'closure of 1,000 nodes and 5,000 edges in cycles',
    program: `${graphEdges()}\n${CLOSURE_RULES}`,
    goal: 'aggregate_all(count, path(X, Y), N)',
    times: 1,
    small: null,
  },
  {
    what: `can_transition over ${SAMPLES} samples, shipped rules`,
    program: laboratoryOf(SAMPLES),
    goal: 'can_transition(S, From, To)',
    times: 1,
  },
];

interface Row extends Measured {
  readonly what: string;
  readonly others: Readonly<Record<string, Measured | null>>;
}

function measure(measurement: Measurement, native: boolean): Row {
  const others: Record<string, Measured | null> = {
    'SWI-Prolog': native && !measurement.proofs ? measureSwipl(measurement, ROUNDS) : null,
  };
  for (const peer of PEERS) others[peer] = measurePeer(peer, measurement, ROUNDS, PEER_LIMIT);
  return { what: measurement.what, ...measureOurs(measurement, ROUNDS), others };
}

/** The best of the rounds in which the facts are added to empty knowledge. */
function bestOf(add: (knowledge: Knowledge) => void): number {
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < ROUNDS; round++) {
    const start = clock();
    add(new Knowledge());
    best = Math.min(best, clock() - start);
  }
  return best;
}

function measureAsserts(lines: readonly string[], native: boolean): Row[] {
  const clauses = lines.map((line) => factOf(line)!);
  const row = (what: string, millis: number, fromText: boolean): Row => {
    const theirs = native ? measureAssertz(lines, fromText, ROUNDS) : null;
    const swipl = theirs === null ? null : { millis: theirs, answers: lines.length };
    return { what, millis, answers: lines.length, others: { 'SWI-Prolog': swipl } };
  };
  const known = bestOf((knowledge) => {
    for (const { head, origin } of clauses) knowledge.add(compileClause(head, [], origin));
  });
  const read = bestOf((knowledge) => {
    for (const line of lines) knowledge.add(factOf(line)!);
  });
  return [
    row(`${lines.length} facts asserted`, known, false),
    row(`${lines.length} facts read and asserted`, read, true),
  ];
}

/** Bytes of 10,000 facts in our engine, found by a process of its own that can collect garbage. */
function memory(): number {
  const program = fileURLToPath(new URL('support/rules/memory.ts', import.meta.url));
  return Number(execFileSync(process.execPath, ['--expose-gc', program], { encoding: 'utf8' }));
}

function cells({ what, millis, answers, others }: Row): string[] {
  const theirs = ['SWI-Prolog', ...PEERS].map((name) => {
    const other = others[name];
    if (!other) return '-';
    // json-rules-engine counts results, of which a sample may have several.
    const differs = other.answers !== answers && name !== 'json-rules-engine' && !what.startsWith('nrev');
    return `${other.millis.toFixed(4)}${differs ? ` (${other.answers} answers)` : ''}`;
  });
  return [what, String(answers), millis.toFixed(4), ...theirs];
}

const native = hasSwipl();
for (const peer of PEERS) if (!hasPeer(peer)) console.log(`${peer} is not installed: npm ci --prefix bench/peers`);
// Before anything else: the collection of what the others leave behind in this process is not ours to count.
const ended = 'runaway'.includes(only) ? endRunaways(native) : [];
const chosen = MEASUREMENTS.filter(({ what }) => what.includes(only));
const lines = laboratoryFacts().split('\n');
const rows = [...('facts asserted'.includes(only) ? measureAsserts(lines, native) : [])];
for (const measurement of chosen) rows.push(measure(measurement, native));
printTable('milliseconds per question', ['what', 'answers', 'ours', 'SWI-Prolog', ...PEERS], rows.map(cells));
const nrev = rows.find(({ what }) => what.startsWith('nrev'));
const inferences = nrev === undefined ? null : (NREV_TIMES * NREV_INFERENCES) / nrev.millis / 1_000;
if (inferences !== null) console.log(`nrev: ${inferences.toFixed(2)} million inferences a second`);

const bytes = { ours: memory(), swipl: native ? factBytes(lines) : null };
const megabytes = (value: number | null) => (value === null ? '-' : (value / 1e6).toFixed(2));
console.log(
  `memory of ${lines.length} facts: ours ${megabytes(bytes.ours)} MB, SWI-Prolog ${megabytes(bytes.swipl)} MB`,
);

printTable(
  'goals that never end, within 100 ms and the default budgets',
  ['what', 'stopped by', 'ms', 'ms past the budget', 'SWI-Prolog'],
  ended.map(({ what, stoppedBy, millis, past, swipl }) => [
    what,
    stoppedBy,
    millis.toFixed(1),
    past.toFixed(1),
    swipl ?? '-',
  ]),
);
if (!quick && only === '') save('rules', { rounds: ROUNDS, rows, inferences, bytes, ended });

import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Limits } from '../subgraphs/rules/domain/budget.ts';
import { compileClause } from '../subgraphs/rules/domain/clause.ts';
import { Engine } from '../subgraphs/rules/domain/engine.ts';
import { factClause } from '../subgraphs/rules/domain/facts.ts';
import { Knowledge } from '../subgraphs/rules/domain/knowledge.ts';
import { readTerm } from '../subgraphs/rules/domain/parser.ts';
import { readProgram } from '../subgraphs/rules/domain/program.ts';
import { buildProof } from '../subgraphs/rules/domain/proof.ts';
import type { Term } from '../subgraphs/rules/domain/term.ts';
import {
  CLOSURE_RULES,
  graphEdges,
  LABORATORY_RULES,
  laboratoryFacts,
  NREV_INFERENCES,
  NREV_RULES,
  ZEBRA_RULES,
} from './support/rules/programs.ts';
import { printTable, save } from './support/table.ts';

/** Our engine and SWI-Prolog, where it is installed, on the same programs in one run. */

const quick = process.argv.includes('--quick');
const ROUNDS = quick ? 2 : 7;
const UNBOUNDED: Limits = { inferences: 1e12, answers: 1e12, depth: 1e7, millis: 1e9 };
const clock = () => performance.now();
const FACT = { kind: 'fact', id: null } as const;

interface Measurement {
  readonly what: string;
  readonly program: string;
  readonly goal: string;
  /** How often the goal is asked per round. */
  readonly times: number;
  readonly proofs?: boolean;
}

interface Row {
  readonly what: string;
  readonly answers: number;
  readonly ours: number;
  readonly swipl: number | null;
  readonly sameAnswers: boolean | null;
}

const LABORATORY = `${laboratoryFacts()}\n${LABORATORY_RULES}`;
const NREV_TIMES = quick ? 500 : 5_000;
const MEASUREMENTS: readonly Measurement[] = [
  { what: 'three rules deep over 10,000 facts, all answers', program: LABORATORY, goal: 'abnormal(S)', times: 20 },
  { what: 'the same with proofs', program: LABORATORY, goal: 'abnormal(S)', times: 10, proofs: true },
  { what: 'three rules deep, one sample', program: LABORATORY, goal: 'abnormal(s7)', times: 2_000 },
  { what: 'one fact', program: LABORATORY, goal: 'sample(s7, T, S)', times: 5_000 },
  { what: 'negation over 10,000 facts, all answers', program: LABORATORY, goal: 'clean(S)', times: 20 },
  { what: `nrev of 30 items, ${NREV_TIMES} times`, program: NREV_RULES, goal: `repeat_nrev(${NREV_TIMES})`, times: 1 },
  { what: 'zebra', program: ZEBRA_RULES, goal: 'zebra(X)', times: 5 },
  {
    what: 'closure of 1,000 nodes and 5,000 edges in cycles',
    program: `${graphEdges()}\n${CLOSURE_RULES}`,
    goal: 'aggregate_all(count, path(X, Y), N)',
    times: 1,
  },
];

/** Facts are added one by one, as assertions are; rules are read as a text of rules. */
function knowledgeOf(program: string): Knowledge {
  const knowledge = new Knowledge();
  const rules: string[] = [];
  for (const line of program.split('\n')) {
    const clause = /^[a-z]\w*\([^()]*\)\.$/.test(line) ? factClause(line.slice(0, -1), FACT) : null;
    if (clause === null || 'refused' in clause) rules.push(line);
    else knowledge.add(clause);
  }
  const { clauses, tabled } = readProgram(rules.join('\n'));
  return knowledge.addAll(
    clauses.map(({ head, body, key }, i) => compileClause(head, body, { kind: 'rule', id: `r${i}` }, tabled.has(key))),
  );
}

function ask(knowledge: Knowledge, goal: Term, proofs = false): number {
  const engine = new Engine(knowledge, { limits: UNBOUNDED, clock, steps: proofs });
  let answers = 0;
  engine.solve(goal, () => {
    answers += 1;
    if (proofs) buildProof(engine.steps, engine.budget);
    return false;
  });
  return answers;
}

/** Milliseconds per question: the best round, since whatever else the machine does only adds. */
function measureOurs(measurement: Measurement): { millis: number; answers: number } {
  const knowledge = knowledgeOf(measurement.program);
  // Read once: SWI-Prolog, too, has its goal compiled before it is measured.
  const goal = readTerm(measurement.goal).term;
  let answers = ask(knowledge, goal, measurement.proofs);
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < ROUNDS; round++) {
    const start = clock();
    for (let i = 0; i < measurement.times; i++) answers = ask(knowledge, goal, measurement.proofs);
    best = Math.min(best, (clock() - start) / measurement.times);
  }
  return { millis: best, answers };
}

function measureSwipl({ program, goal, times }: Measurement): { millis: number; answers: number } {
  const folder = mkdtempSync(join(tmpdir(), 'alims-bench-rules-'));
  const rounds = Array.from({ length: ROUNDS }, () => 'round').join(', ');
  const main = `
ask :- abolish_all_tables, ( ${goal}, fail ; true ).
round :- statistics(cputime, A), ( between(1, ${times}, _), ask, fail ; true ), statistics(cputime, B),
  T is (B - A) * 1000 / ${times}, writeln(T).
:- aggregate_all(count, (${goal}), C), writeln(C), ${rounds}, halt.
`;
  try {
    writeFileSync(join(folder, 'bench.pl'), `${program}\n${main}`);
    const output = execFileSync('swipl', ['-q', 'bench.pl'], {
      cwd: folder,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const [answers, ...millis] = output.trim().split('\n').map(Number);
    return { millis: Math.min(...millis), answers: answers ?? 0 };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function hasSwipl(): boolean {
  try {
    execFileSync('swipl', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

function measureAsserts(): Row {
  const lines = laboratoryFacts()
    .split('\n')
    .map((line) => line.slice(0, -1));
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < ROUNDS; round++) {
    const start = clock();
    const knowledge = new Knowledge();
    for (const line of lines) {
      const clause = factClause(line, FACT);
      if (!('refused' in clause)) knowledge.add(clause);
    }
    best = Math.min(best, clock() - start);
  }
  return {
    what: `${lines.length} facts read and added`,
    answers: lines.length,
    ours: best,
    swipl: null,
    sameAnswers: null,
  };
}

const installed = hasSwipl();
const rows: Row[] = [measureAsserts()];
for (const measurement of MEASUREMENTS) {
  const ours = measureOurs(measurement);
  const theirs = installed && !measurement.proofs ? measureSwipl(measurement) : null;
  const sameAnswers = theirs === null ? null : theirs.answers === ours.answers;
  rows.push({
    what: measurement.what,
    answers: ours.answers,
    ours: ours.millis,
    swipl: theirs?.millis ?? null,
    sameAnswers,
  });
}
const nrev = rows.find(({ what }) => what.startsWith('nrev'));
if (nrev)
  console.log(`nrev: ${((NREV_TIMES * NREV_INFERENCES) / nrev.ours / 1_000).toFixed(2)} million inferences a second`);
printTable(
  'milliseconds per question',
  ['what', 'answers', 'ours', 'SWI-Prolog', 'ours/SWI', 'same answers'],
  rows.map(({ what, answers, ours, swipl, sameAnswers }) => [
    what,
    String(answers),
    ours.toFixed(4),
    swipl === null ? '-' : swipl.toFixed(4),
    swipl === null ? '-' : (ours / swipl).toFixed(2),
    sameAnswers === null ? '-' : sameAnswers ? 'yes' : 'NO',
  ]),
);
if (!quick) save('rules', { rounds: ROUNDS, rows });

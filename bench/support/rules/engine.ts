import type { Limits } from '../../../subgraphs/rules/domain/budget.ts';
import { type Clause, compileClause } from '../../../subgraphs/rules/domain/clause.ts';
import { Engine } from '../../../subgraphs/rules/domain/engine.ts';
import { factClause } from '../../../subgraphs/rules/domain/facts.ts';
import { Knowledge } from '../../../subgraphs/rules/domain/knowledge.ts';
import { readTerm } from '../../../subgraphs/rules/domain/parser.ts';
import { readProgram } from '../../../subgraphs/rules/domain/program.ts';
import { buildProof } from '../../../subgraphs/rules/domain/proof.ts';
import type { Term } from '../../../subgraphs/rules/domain/term.ts';
import type { Measured, Measurement } from './measurement.ts';

/** Our engine on the programs of bench/rules. */

const UNBOUNDED: Limits = { inferences: 1e12, answers: 1e12, rows: 1e12, depth: 1e7, memory: 1e6, millis: 1e9 };
const FACT = { kind: 'fact', id: null } as const;
export const clock = () => performance.now();

/** The clause of a line that writes a fact; null for any other line. */
export function factOf(line: string): Clause | null {
  const clause = /^[a-z]\w*\([^()]*\)\.$/.test(line) ? factClause(line.slice(0, -1), FACT) : null;
  return clause === null || 'refused' in clause ? null : clause;
}

/** Facts are added one by one, as assertions are; rules are read as a text of rules. */
export function knowledgeOf(program: string): Knowledge {
  const knowledge = new Knowledge();
  const rules: string[] = [];
  for (const line of program.split('\n')) {
    const clause = factOf(line);
    if (clause === null) rules.push(line);
    else knowledge.add(clause);
  }
  const { clauses, tabled } = readProgram(rules.join('\n'));
  return knowledge.addAll(
    clauses.map(({ head, body, key }, i) => compileClause(head, body, { kind: 'rule', id: `r${i}` }, tabled.has(key))),
  );
}

function ask(knowledge: Knowledge, goal: Term, proofs: boolean): number {
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
export function measureOurs({ program, goal, times, proofs = false }: Measurement, rounds: number): Measured {
  const knowledge = knowledgeOf(program);
  // Read once: SWI-Prolog, too, has its goal compiled before it is measured.
  const { term } = readTerm(goal);
  let answers = ask(knowledge, term, proofs);
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < rounds; round++) {
    const start = clock();
    for (let i = 0; i < times; i++) answers = ask(knowledge, term, proofs);
    best = Math.min(best, (clock() - start) / times);
  }
  return { millis: best, answers };
}

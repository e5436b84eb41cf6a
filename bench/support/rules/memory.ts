import { ask } from '../../../subgraphs/rules/domain/ask.ts';
import { DEFAULT_LIMITS } from '../../../subgraphs/rules/domain/budget.ts';
import { Knowledge } from '../../../subgraphs/rules/domain/knowledge.ts';
import { readTerm } from '../../../subgraphs/rules/domain/parser.ts';
import { clock, factOf } from './engine.ts';
import { laboratoryFacts } from './programs.ts';

/** Prints how many bytes the facts take, their texts not counted: `node --expose-gc memory.ts`. */

const collect = (globalThis as { gc?: () => void }).gc;
if (collect === undefined) throw new Error('Needs --expose-gc.');

function heap(): number {
  for (let i = 0; i < 3; i++) collect!();
  return process.memoryUsage().heapUsed;
}

/** Asked once, so that what is made at the first question (indexes) counts. */
function askOnce(knowledge: Knowledge): void {
  for (const goal of ['sample(s7, T, S)', 'test(T, s7, A)', 'result(t7, V)', 'custody(s7, P, T)', 'range(lead, L, H)'])
    ask(knowledge, { goal: readTerm(goal).term, variables: new Map(), limits: DEFAULT_LIMITS, distinct: false }, clock);
}

const lines = laboratoryFacts().split('\n');
askOnce(new Knowledge());
const before = heap();
const knowledge = new Knowledge();
for (const line of lines) knowledge.add(factOf(line)!);
askOnce(knowledge);
const after = heap();
if (knowledge.size !== lines.length) throw new Error('Not every line is a fact.');
console.log(after - before);

import { copyTerm } from '../../bindings.ts';
import { DEFAULT_LIMITS } from '../../budget.ts';
import { Engine } from '../../engine.ts';
import { BudgetStop, RuleFault } from '../../faults.ts';
import { SyntaxFault } from '../../lexer.ts';
import { readTerm } from '../../parser.ts';
import { argsOf, list, struct, type Term, type Variable, variablesOf } from '../../term.ts';
import { knowledgeOf } from '../../testing.ts';
import { VariableNames, writeTerm } from '../../writer.ts';
import type { Case } from './program.ts';

export const MAX_ANSWERS = 60;
const LIMITS = { ...DEFAULT_LIMITS, inferences: 5_000_000, depth: 100_000, millis: 20_000 };

/** `A`, `B`, … `Z`, `A1` …, as `numbervars/3` names variables. */
function nameOf(index: number): string {
  const letter = String.fromCharCode(65 + (index % 26));
  return index < 26 ? letter : `${letter}${Math.floor(index / 26)}`;
}

function canonical(term: Term): string {
  return writeTerm(term, new VariableNames([...variablesOf(term)].map((variable, i) => [variable, nameOf(i)])));
}

/** One line per answer, `Name=Value;…`; an error as the last line. Clauses are read, and then used as functions. */
export function ourAnswers(one: Case): string[] {
  const read = answersOf(one, Number.POSITIVE_INFINITY);
  const made = answersOf(one, 0);
  const differ = read.length !== made.length || read.some((line, i) => line !== made[i]);
  return differ ? [...read, 'and with functions of clauses', ...made] : read;
}

function answersOf({ program, goal }: Case, functionsFrom: number): string[] {
  const lines: string[] = [];
  try {
    const { term, variables } = readTerm(goal);
    const named = [...variables].filter(([name]) => !name.startsWith('_'));
    const engine = new Engine(knowledgeOf(program), {
      limits: LIMITS,
      clock: () => performance.now(),
      functionsFrom,
    });
    engine.solve(term, () => {
      lines.push(answerLine(named, engine));
      return lines.length >= MAX_ANSWERS;
    });
  } catch (error) {
    lines.push(errorLine(error));
  }
  return lines;
}

function answerLine(named: readonly [string, { variable: Variable }][], engine: Engine): string {
  const whole = copyTerm(list(named.map(([, { variable }]) => variable)), engine.budget);
  const names = new VariableNames([...variablesOf(whole)].map((variable, i) => [variable, nameOf(i)]));
  const values: string[] = [];
  for (let at = whole; at.kind === 'struct'; at = at.args[1]!) values.push(writeTerm(at.args[0]!, names));
  return `yes;${named.map(([name], i) => `${name}=${values[i]};`).join('')}`.replaceAll(/_(?:\d+|[A-Z]\d*)\b/g, '_1');
}

function errorLine(error: unknown): string {
  if (error instanceof SyntaxFault) return 'error: syntax_error';
  if (error instanceof BudgetStop) return `stopped: ${error.reason}`;
  if (!(error instanceof RuleFault)) throw error;
  if (error.term === null) return 'refused';
  const { term } = error;
  const formal = term.kind === 'struct' && term.key === 'error/2' ? argsOf(term)[0]! : struct('uncaught', [term]);
  return `error: ${canonical(formal)}`;
}

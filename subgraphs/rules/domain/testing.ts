import { type Answers, ask } from './ask.ts';
import { DEFAULT_LIMITS, type Limits } from './budget.ts';
import { compileClause } from './clause.ts';
import { Knowledge } from './knowledge.ts';
import { readTerm } from './parser.ts';
import { readProgram } from './program.ts';

/** Time stands still in tests unless they make it run. */
export function stoppedClock(): number {
  return 0;
}

/** The clauses of a text as knowledge: rules are named r1, r2 … and facts f1, f2 … in their order. */
export function knowledgeOf(source: string, base: Knowledge | null = null): Knowledge {
  const program = readProgram(source);
  const errors = program.diagnostics.filter(({ severity }) => severity === 'ERROR');
  if (errors.length > 0) throw new Error(errors.map(({ line, message }) => `${line}: ${message}`).join('\n'));
  let rules = 0;
  let facts = 0;
  return new Knowledge(base).addAll(
    program.clauses.map(({ head, body, key }) => {
      const kind = body.length > 0 ? 'rule' : 'fact';
      const id = kind === 'rule' ? `r${++rules}` : `f${++facts}`;
      return compileClause(head, body, { kind, id }, program.tabled.has(key));
    }),
  );
}

export function askText(
  knowledge: Knowledge,
  goal: string,
  limits: Partial<Limits> = {},
  clock: () => number = stoppedClock,
  prove?: number,
): Answers {
  const { term, variables } = readTerm(goal);
  return ask(
    knowledge,
    {
      goal: term,
      variables: new Map([...variables].map(([name, { variable }]) => [name, variable])),
      limits: { ...DEFAULT_LIMITS, ...limits },
      distinct: false,
      ...(prove === undefined ? {} : { prove }),
    },
    clock,
  );
}

/** The answers of a goal as texts. */
export function answersOf(source: string, goal: string): string[] {
  return askText(knowledgeOf(source), goal).answers.map(({ text }) => text);
}

/** The values of one variable in the answers of a goal. */
export function valuesOf(source: string, goal: string, variable = 'X'): string[] {
  return askText(knowledgeOf(source), goal).answers.map(
    ({ bindings }) => bindings.find((binding) => binding.variable === variable)?.value ?? '',
  );
}

import { isReserved } from './builtins.ts';
import { clauseVariables, type Diagnostic, type Program, type SourceClause, subgoals } from './program.ts';
import { deref, isCallable, keyOf, type Term, type Variable, variablesOf } from './term.ts';

/** TOTAL: every question ends by itself, since no predicate can call itself. BUDGETED: some may end by their budget. */
export type Termination = 'TOTAL' | 'BUDGETED';

export interface Review {
  readonly diagnostics: readonly Diagnostic[];
  readonly termination: Termination;
}

interface Call {
  readonly to: string;
  readonly negative: boolean;
}

function remark(clause: SourceClause, severity: Diagnostic['severity'], code: Diagnostic['code'], message: string) {
  return { severity, code, message, line: clause.line, column: clause.column };
}

function callsOf(clause: SourceClause): { calls: Call[]; open: boolean } {
  const goals = clause.body.flatMap(subgoals);
  const calls: Call[] = [];
  for (const { goal, negative } of goals) {
    if (isCallable(goal) && !isReserved(keyOf(goal))) calls.push({ to: keyOf(goal), negative });
  }
  return { calls, open: goals.some(({ goal }) => goal.kind === 'var') };
}

/** Which predicates call each other in a circle, found by Tarjan's algorithm without recursion. */
function components(graph: ReadonlyMap<string, readonly Call[]>): Map<string, number> {
  const component = new Map<string, number>();
  const order = new Map<string, number>();
  const low = new Map<string, number>();
  const open: string[] = [];
  for (const root of graph.keys()) {
    if (order.has(root)) continue;
    const work: { key: string; next: number }[] = [{ key: root, next: 0 }];
    while (work.length > 0) {
      const top = work.at(-1)!;
      if (top.next === 0 && !order.has(top.key)) {
        order.set(top.key, order.size);
        low.set(top.key, order.get(top.key)!);
        open.push(top.key);
      }
      const call = (graph.get(top.key) ?? [])[top.next];
      if (call !== undefined) {
        top.next += 1;
        if (!graph.has(call.to)) continue;
        if (!order.has(call.to)) work.push({ key: call.to, next: 0 });
        else if (!component.has(call.to)) low.set(top.key, Math.min(low.get(top.key)!, order.get(call.to)!));
        continue;
      }
      work.pop();
      const parent = work.at(-1);
      if (parent) low.set(parent.key, Math.min(low.get(parent.key)!, low.get(top.key)!));
      if (low.get(top.key) === order.get(top.key)) close(top.key, open, component);
    }
  }
  return component;
}

function close(root: string, open: string[], component: Map<string, number>): void {
  const number = component.size;
  for (;;) {
    const key = open.pop()!;
    component.set(key, number);
    if (key === root) return;
  }
}

function recursion(
  clauses: readonly SourceClause[],
  shipped: readonly SourceClause[],
): { diagnostics: Diagnostic[]; termination: Termination } {
  const graph = new Map<string, Call[]>();
  let open = false;
  for (const clause of [...shipped, ...clauses]) {
    const { calls, open: unknown } = callsOf(clause);
    open ||= unknown;
    graph.set(clause.key, [...(graph.get(clause.key) ?? []), ...calls]);
  }
  const component = components(graph);
  const inCircle = (from: string, to: string) => component.has(to) && component.get(from) === component.get(to);
  const circles = [...shipped, ...clauses].flatMap((clause) =>
    callsOf(clause)
      .calls.filter(({ to }) => inCircle(clause.key, to))
      .map((call) => ({ clause, ...call })),
  );
  const told = new Map<SourceClause, Diagnostic>();
  for (const { clause, to } of circles.filter(({ negative }) => negative)) {
    // A shipped rule cannot be changed: the remark goes to the rule of one's own that closes the circle.
    const own = [clause, ...circles.filter((c) => inCircle(c.clause.key, to)).map((c) => c.clause)];
    const at = own.find((candidate) => clauses.includes(candidate));
    if (at === undefined || told.has(at)) continue;
    const message = `${clause.key} would depend on the negation of itself through ${to}: such rules have no clear meaning.`;
    told.set(at, remark(at, 'ERROR', 'UNSTRATIFIED', message));
  }
  const diagnostics = [...told.values()];
  return { diagnostics, termination: circles.length > 0 || open ? 'BUDGETED' : 'TOTAL' };
}

function isNegation(goal: Term): boolean {
  const value = deref(goal);
  return value.kind === 'struct' && (value.key === '\\+/1' || value.key === 'not/1');
}

/** A negation must not be asked before the goals that give its variables their values. */
function unsafeNegations(clause: SourceClause): Diagnostic[] {
  const names = clauseVariables(clause);
  const inHead = variablesOf(clause.head);
  const bound = new Set<Variable>();
  const diagnostics: Diagnostic[] = [];
  clause.body.forEach((goal, i) => {
    if (!isNegation(goal)) {
      variablesOf(goal, bound);
      return;
    }
    const later = new Set<Variable>();
    for (const rest of clause.body.slice(i + 1)) if (!isNegation(rest)) variablesOf(rest, later);
    for (const variable of variablesOf(goal)) {
      const name = names.get(variable)?.name;
      if (bound.has(variable) || inHead.has(variable) || !later.has(variable) || name === undefined) continue;
      const message = `${name} has no value yet where it is negated: move the goal that gives ${name} its value in front.`;
      diagnostics.push(remark(clause, 'ERROR', 'UNSAFE_NEGATION', message));
    }
  });
  return diagnostics;
}

function singletons(clause: SourceClause): Diagnostic[] {
  const once = [...clause.variables].filter(([name, { count }]) => count === 1 && !name.startsWith('_'));
  if (once.length === 0) return [];
  const message = `Met only once: ${once.map(([name]) => name).join(', ')}. Write _ if that is meant.`;
  return [remark(clause, 'WARNING', 'SINGLETON', message)];
}

function unknownCalls(program: Program, known: (key: string) => boolean): Diagnostic[] {
  const own = new Set(program.clauses.map((clause) => clause.key));
  const told = new Set<string>();
  const diagnostics: Diagnostic[] = [];
  for (const clause of program.clauses) {
    for (const { to } of callsOf(clause).calls) {
      if (own.has(to) || program.declared.has(to) || known(to) || told.has(to)) continue;
      told.add(to);
      const message = `${to} is asked for but nothing defines it: it holds for nothing until facts are asserted.`;
      diagnostics.push(remark(clause, 'WARNING', 'UNKNOWN', message));
    }
  }
  return diagnostics;
}

/**
 * What is to be said of a program before it may be used. `shipped`: the rules beneath it, with which it may form a
 * circle; `known` tells the predicates for which facts exist elsewhere.
 */
export function reviewProgram(
  program: Program,
  shipped: readonly SourceClause[] = [],
  known: (key: string) => boolean = () => false,
): Review {
  const { diagnostics: circles, termination } = recursion(program.clauses, shipped);
  const diagnostics = [
    ...program.diagnostics,
    ...circles,
    ...program.clauses.flatMap(unsafeNegations),
    ...(program.silenced.has('-singleton') ? [] : program.clauses.flatMap(singletons)),
    ...unknownCalls(program, (key) => known(key) || shipped.some((clause) => clause.key === key)),
  ];
  return { diagnostics: diagnostics.toSorted((a, b) => a.line - b.line || a.column - b.column), termination };
}

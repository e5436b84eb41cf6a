import { BUILTINS, isReserved } from './builtins.ts';
import { likelyMeant } from './did-you-mean.ts';
import { unsafeNegations } from './modes/unsafe-negations.ts';
import { type Diagnostic, type Program, type SourceClause, subgoals } from './program.ts';
import { isCallable, keyOf } from './term.ts';
import { goalsEnd, makesNoValues } from './termination.ts';

/**
 * TOTAL: every question about these rules ends by itself, because no predicate can call itself but through tables of
 * finitely many values, and no goal tries ever longer lists. BUDGETED: that is not proved; some may end by their budget.
 */
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

function callsOf(clause: SourceClause): Call[] {
  return clause.body.flatMap(subgoals).flatMap(({ goal, negative }) => {
    const own = isCallable(goal) && !isReserved(keyOf(goal));
    return own ? [{ to: keyOf(goal), negative }] : [];
  });
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

/** The predicates on a way from one to the other along calls within one circle, both included. */
function wayBetween(
  from: string,
  to: string,
  graph: ReadonlyMap<string, readonly Call[]>,
  inCircle: (from: string, to: string) => boolean,
): string[] {
  const reachedFrom = new Map<string, string | null>([[from, null]]);
  for (const key of reachedFrom.keys()) {
    if (key === to) break;
    for (const { to: next } of graph.get(key) ?? []) {
      if (inCircle(key, next) && !reachedFrom.has(next)) reachedFrom.set(next, key);
    }
  }
  const way: string[] = [];
  for (let at: string | null = to; at !== null; at = reachedFrom.get(at) ?? null) way.unshift(at);
  return way;
}

function recursion(
  { clauses, tabled }: Program,
  shipped: readonly SourceClause[],
): { diagnostics: Diagnostic[]; termination: Termination } {
  const all = [...shipped, ...clauses];
  const graph = new Map<string, Call[]>();
  for (const clause of all) graph.set(clause.key, [...(graph.get(clause.key) ?? []), ...callsOf(clause)]);
  const component = components(graph);
  const inCircle = (from: string, to: string) => component.has(to) && component.get(from) === component.get(to);
  const circles = all.flatMap((clause) =>
    callsOf(clause)
      .filter(({ to }) => inCircle(clause.key, to))
      .map((call) => ({ clause, ...call })),
  );
  const told = new Map<SourceClause, Diagnostic>();
  for (const { clause, to } of circles.filter(({ negative }) => negative)) {
    // A shipped rule cannot be changed: the remark goes to the rule of one's own that closes the circle.
    const own = [clause, ...circles.filter((c) => inCircle(c.clause.key, to)).map((c) => c.clause)];
    const at = own.find((candidate) => clauses.includes(candidate));
    if (at === undefined || told.has(at)) continue;
    const [second, ...back] = wayBetween(to, clause.key, graph, inCircle);
    const circle = [clause.key, `not ${second}`, ...back].join(', ');
    const message = `${clause.key} would depend on the negation of itself (${circle}): such rules have no clear meaning.`;
    told.set(at, remark(at, 'ERROR', 'UNSTRATIFIED', message));
  }
  const finite = ({ clause, to }: { clause: SourceClause; to: string }) =>
    tabled.has(clause.key) && tabled.has(to) && makesNoValues(clause, (key) => !isReserved(key));
  const total = all.every(goalsEnd) && circles.every(finite);
  return { diagnostics: [...told.values()], termination: total ? 'TOTAL' : 'BUDGETED' };
}

function singletons(clause: SourceClause): Diagnostic[] {
  const once = [...clause.variables].filter(([name, { count }]) => count === 1 && !name.startsWith('_'));
  if (once.length === 0) return [];
  const message = `Met only once: ${once.map(([name]) => name).join(', ')}. Write _ if that is meant.`;
  return [remark(clause, 'WARNING', 'SINGLETON', message)];
}

function unknownCalls(program: Program, known: (key: string) => boolean, names: ReadonlySet<string>): Diagnostic[] {
  const told = new Set<string>();
  const diagnostics: Diagnostic[] = [];
  for (const clause of program.clauses) {
    for (const { to } of callsOf(clause)) {
      if (names.has(to) || known(to) || told.has(to)) continue;
      told.add(to);
      const meant = likelyMeant(to, names) ?? likelyMeant(to, BUILTINS.keys());
      const advice = meant === null ? '' : ` Did you mean ${meant}?`;
      const message = `${to} is asked for but nothing defines it: it holds for nothing until facts are asserted.${advice}`;
      diagnostics.push(remark(clause, 'WARNING', 'UNKNOWN', message));
    }
  }
  return diagnostics;
}

/** Declared as what may be missing, though no rule asks for it. */
function uselessDeclarations({ abducible, clauses }: Program, shipped: readonly SourceClause[]): Diagnostic[] {
  const asked = new Set([...shipped, ...clauses].flatMap(callsOf).map(({ to }) => to));
  return [...abducible].flatMap(([key, { line, column }]) => {
    if (asked.has(key)) return [];
    const meant = likelyMeant(key, asked);
    const advice = meant === null ? '' : ` Did you mean ${meant}?`;
    const message = `${key} is declared abducible, but no rule asks for it.${advice}`;
    return [{ severity: 'WARNING', code: 'UNKNOWN', message, line, column }];
  });
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
  const { diagnostics: circles, termination } = recursion(program, shipped);
  const names = new Set([
    ...[...shipped, ...program.clauses].map(({ key }) => key),
    ...program.declared,
    ...program.abducible.keys(),
  ]);
  const diagnostics = [
    ...program.diagnostics,
    ...circles,
    ...unsafeNegations(program.clauses, shipped),
    ...(program.silenced.has('-singleton') ? [] : program.clauses.flatMap(singletons)),
    ...unknownCalls(program, known, names),
    ...uselessDeclarations(program, shipped),
  ];
  return { diagnostics: diagnostics.toSorted((a, b) => a.line - b.line || a.column - b.column), termination };
}

import { BUILTINS, isReserved } from './builtins.ts';
import { splitClause } from './clause.ts';
import { type Comment, type Place, placesIn, SyntaxFault } from './lexer.ts';
import { closeOverrides, type OpenOverride, type Override, readOverride } from './override.ts';
import { Parser, type ReadTerm } from './parser.ts';
import { type Atom, argsOf, conjuncts, deref, isCallable, keyOf, listItems, type Struct, type Term } from './term.ts';
import { VariableNames, writeTerm } from './writer.ts';

export type Severity = 'ERROR' | 'WARNING' | 'INFO';
export type DiagnosticCode =
  | 'SYNTAX'
  | 'RESERVED'
  | 'UNSUPPORTED'
  | 'DIRECTIVE'
  | 'UNSAFE_NEGATION'
  | 'UNSTRATIFIED'
  | 'SHIPPED'
  | 'OVERRIDE'
  | 'SINGLETON'
  | 'UNKNOWN'
  | 'TOO_LARGE';

/** A remark on a text of rules. An ERROR refuses the text; line and column start at 1. */
export interface Diagnostic {
  readonly severity: Severity;
  readonly code: DiagnosticCode;
  readonly message: string;
  readonly line: number;
  readonly column: number;
}

/** One clause as somebody wrote it. */
export interface SourceClause {
  readonly head: Atom | Struct;
  readonly body: readonly Term[];
  readonly key: string;
  /** The clause as written, without surrounding comments. */
  readonly text: string;
  readonly headText: string;
  /** What the comment above it, or behind it on its last line, says. */
  readonly label: string | null;
  readonly line: number;
  readonly column: number;
  readonly variables: ReadTerm['variables'];
}

export interface Program {
  readonly clauses: readonly SourceClause[];
  readonly diagnostics: readonly Diagnostic[];
  /** Indicators that `:- dynamic` declares: facts may come later. */
  readonly declared: ReadonlySet<string>;
  /** Indicators that `:- table` declares: their answers are a set. */
  readonly tabled: ReadonlySet<string>;
  /** Indicators that `:- abducible` declares, and where: facts that may be named as missing. */
  readonly abducible: ReadonlyMap<string, Place>;
  /** Directives such as `style_check(-singleton)` that were met. */
  readonly silenced: ReadonlySet<string>;
  /** Clauses that stand in the place of shipped rules, in the order of the text. */
  readonly overrides: readonly Override[];
}

const MAX_TEXT = 200_000;
const MAX_FAULTS = 50;
const TOLERATED: ReadonlySet<string> = new Set(
  'dynamic/1 discontiguous/1 multifile/1 style_check/1 table/1 abducible/1 overrides/2'.split(' '),
);

class Reading {
  readonly parser: Parser;
  readonly placeOf: (offset: number) => Place;
  readonly clauses: SourceClause[] = [];
  readonly diagnostics: Diagnostic[] = [];
  readonly declared = new Set<string>();
  readonly tabled = new Set<string>();
  readonly abducible = new Map<string, Place>();
  readonly silenced = new Set<string>();
  readonly overrides: OpenOverride[] = [];

  constructor(source: string) {
    this.parser = new Parser(source);
    this.placeOf = placesIn(source);
  }

  note(severity: Severity, code: DiagnosticCode, message: string, offset: number): void {
    this.diagnostics.push({ severity, code, message, ...this.placeOf(offset) });
  }
}

/** Reads a text of facts, rules and directives. Mistakes become diagnostics; up to 50 of them are reported at once. */
export function readProgram(source: string): Program {
  const reading = new Reading(source);
  if (source.length > MAX_TEXT) {
    reading.note('ERROR', 'TOO_LARGE', `Expected at most ${MAX_TEXT} characters, but found ${source.length}.`, 0);
    return { ...reading, overrides: [] };
  }
  let faults = 0;
  while (faults < MAX_FAULTS) {
    try {
      const read = reading.parser.readClause();
      if (read === null) break;
      takeClause(reading, read);
    } catch (error) {
      if (!(error instanceof SyntaxFault)) throw error;
      faults += 1;
      reading.note('ERROR', 'SYNTAX', error.message, error.offset);
      reading.parser.recover(error);
    }
  }
  return { ...reading, clauses: labelled(reading), overrides: closeOverrides(reading.overrides, reading.clauses) };
}

function takeClause(reading: Reading, read: ReadTerm): void {
  const { term } = read;
  const refused = refusal(term);
  if (term.kind === 'struct' && (term.key === ':-/1' || term.key === '?-/1')) {
    takeDirective(reading, term.args[0]!, read.start);
  } else if (refused !== null) {
    reading.note('ERROR', refused.code, refused.message, read.start);
  } else {
    reading.clauses.push(sourceClause(reading, read));
  }
}

/** Why a term cannot be a clause; null when it can. */
function refusal(term: Term): Pick<Diagnostic, 'code' | 'message'> | null {
  if (term.kind === 'struct' && term.key === '-->/2') {
    return { code: 'UNSUPPORTED', message: 'Grammar rules (-->) are not supported.' };
  }
  const clause = splitClause(term);
  if (clause === null) {
    return { code: 'SYNTAX', message: `Expected a fact or a rule, but found ${writeTerm(term)}.` };
  }
  const key = keyOf(clause.head);
  return isReserved(key) ? { code: 'RESERVED', message: `${key} belongs to the language: choose another name.` } : null;
}

function sourceClause(reading: Reading, read: ReadTerm): SourceClause {
  const clause = splitClause(read.term)!; // refusal() has looked at it
  checkGoals(reading, clause.body, read.start);
  const names = VariableNames.asWritten(read.variables);
  return {
    ...clause,
    key: keyOf(clause.head),
    text: reading.parser.source.slice(read.start, read.end),
    headText: writeTerm(clause.head, names),
    label: null,
    ...reading.placeOf(read.start),
    variables: read.variables,
  };
}

function takeDirective(reading: Reading, directive: Term, offset: number): void {
  const goal = deref(directive);
  const key = isCallable(goal) ? keyOf(goal) : '';
  if (!TOLERATED.has(key)) {
    const message = `Directive not supported: ${writeTerm(goal)}. Rules may be declared dynamic, discontiguous, table or abducible, or override a shipped rule.`;
    reading.note('ERROR', 'DIRECTIVE', message, offset);
  }
  if (key === 'table/1') {
    for (const named of declaredBy(reading, goal, 'what to table, such as path/2', offset)) reading.tabled.add(named);
  }
  if (key === 'abducible/1') {
    const named = declaredBy(reading, goal, 'what may be missing, such as client/2', offset);
    for (const indicator of named) reading.abducible.set(indicator, reading.placeOf(offset));
  }
  if (key === 'overrides/2') override(reading, goal, offset);
  if (key === 'style_check/1') reading.silenced.add(writeTerm(argsOf(goal)[0]!));
  if (key === 'dynamic/1') for (const indicator of indicators(argsOf(goal)[0]!)) declare(reading, indicator);
}

/** What a declaration names: one, several with commas, or a list. */
function indicators(term: Term): Term[] {
  return conjuncts(term).flatMap((part) => listItems(part)?.map(deref) ?? [part]);
}

/** Each is `p/2`, or `p(_,_)`. Modes such as `min` in an argument are not carried out. */
function declaredBy(reading: Reading, directive: Term, expected: string, offset: number): string[] {
  return indicators(argsOf(directive)[0]!).flatMap((indicator) => {
    if (indicator.kind === 'struct' && indicator.key === '//2') return [indicatorText(indicator)];
    if (isCallable(indicator) && argsOf(indicator).every((arg) => deref(arg).kind === 'var')) return [keyOf(indicator)];
    reading.note('ERROR', 'DIRECTIVE', `Expected ${expected}, but found ${writeTerm(indicator)}.`, offset);
    return [];
  });
}

function override(reading: Reading, directive: Term, offset: number): void {
  const read = readOverride(directive);
  if ('fault' in read) reading.note('ERROR', 'OVERRIDE', read.fault, offset);
  else reading.overrides.push({ ...read, from: reading.clauses.length, ...reading.placeOf(offset) });
}

/** The indicator as keys of clauses are written: without quotes. */
function indicatorText(indicator: Term): string {
  const [name, arity] = argsOf(indicator).map(deref);
  return name?.kind === 'atom' && arity?.kind === 'int' ? `${name.name}/${arity.value}` : writeTerm(indicator);
}

function declare(reading: Reading, indicator: Term): void {
  if (indicator.kind === 'struct' && indicator.key === '//2') reading.declared.add(indicatorText(indicator));
}

/** Where the goals inside a goal stand among its arguments, and whether it needs all their answers or none. */
const INSIDE: Readonly<Record<string, { readonly goals: readonly number[]; readonly negative: boolean }>> = {
  ',/2': { goals: [0, 1], negative: false },
  ';/2': { goals: [0, 1], negative: false },
  '|/2': { goals: [0, 1], negative: false },
  '->/2': { goals: [0, 1], negative: false },
  '*->/2': { goals: [0, 1], negative: false },
  'call/1': { goals: [0], negative: false },
  'once/1': { goals: [0], negative: false },
  'ignore/1': { goals: [0], negative: false },
  'catch/3': { goals: [0, 2], negative: false },
  '\\+/1': { goals: [0], negative: true },
  'not/1': { goals: [0], negative: true },
  'forall/2': { goals: [0, 1], negative: true },
  'findall/3': { goals: [1], negative: true },
  'findall/4': { goals: [1], negative: true },
  'bagof/3': { goals: [1], negative: true },
  'setof/3': { goals: [1], negative: true },
  'aggregate_all/3': { goals: [1], negative: true },
};

/** The goals inside a goal: those under control constructs, and the goal itself when it is none. */
export function subgoals(goal: Term): { goal: Term; negative: boolean }[] {
  let value = deref(goal);
  while (value.kind === 'struct' && value.key === '^/2') value = deref(value.args[1]!);
  const inside = value.kind === 'struct' ? INSIDE[value.key] : undefined;
  if (value.kind !== 'struct' || inside === undefined) return [{ goal: value, negative: false }];
  return inside.goals
    .flatMap((at) => subgoals(value.args[at]!))
    .map((inner) => (inside.negative ? { ...inner, negative: true } : inner));
}

function checkGoals(reading: Reading, body: readonly Term[], offset: number): void {
  for (const { goal } of body.flatMap(subgoals)) {
    if (goal.kind === 'var') continue;
    if (!isCallable(goal)) {
      reading.note('ERROR', 'SYNTAX', `Expected a goal, but found ${writeTerm(goal)}.`, offset);
      continue;
    }
    const advice = BUILTINS.get(keyOf(goal))?.advice;
    if (advice !== undefined) reading.note('ERROR', 'UNSUPPORTED', advice, offset);
  }
}

function commentText(comment: Comment): string {
  return comment.text
    .replace(/^%+!?|^\/\*+|\*+\/$/g, '')
    .replace(/\s+/g, ' ')
    .trim();
}

/** Gives each clause the comment that stands behind it on its last line, or else directly above it. */
function labelled(reading: Reading): SourceClause[] {
  const source = reading.parser.source;
  const lineOf = (offset: number) => reading.placeOf(offset).line;
  const byEndLine = new Map(reading.parser.comments.map((c) => [lineOf(c.end), c]));
  const byStartLine = new Map(reading.parser.comments.map((c) => [lineOf(c.start), c]));
  const ownLine = (c: Comment) => source.slice(source.lastIndexOf('\n', c.start - 1) + 1, c.start).trim() === '';
  return reading.clauses.map((clause) => {
    const lastLine = clause.line + clause.text.split('\n').length - 1;
    const behind = byStartLine.get(lastLine);
    const above = byEndLine.get(clause.line - 1);
    const comment = behind && !ownLine(behind) ? behind : above && ownLine(above) ? above : null;
    return { ...clause, label: comment === null ? null : commentText(comment) || null };
  });
}

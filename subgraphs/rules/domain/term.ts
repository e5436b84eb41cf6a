import type { Budget } from './budget.ts';

/** The terms of Prolog. A term is immutable except that a variable may become bound (`ref`) and unbound again. */
export interface Atom {
  readonly kind: 'atom';
  readonly name: string;
}
export interface Int {
  readonly kind: 'int';
  /** A number as long as it is safe (up to 2^53 - 1 either way), a bigint beyond: equal integers are the same value. */
  readonly value: number | bigint;
}
export interface Float {
  readonly kind: 'float';
  readonly value: number;
}
export interface Text {
  readonly kind: 'string';
  readonly text: string;
}
export interface Struct {
  readonly kind: 'struct';
  readonly name: string;
  readonly args: readonly Term[];
  /** The predicate indicator `name/arity`. */
  readonly key: string;
  /** True when no variable can occur inside: unification needs no occurs check and instantiation no copy. */
  readonly ground: boolean;
}
export interface Variable {
  readonly kind: 'var';
  readonly name: string;
  ref: Term | null;
  /** Variables are numbered as they come into being: the order of variables, and how old a binding is. */
  readonly id: number;
}
/** A clause's own variable: an index into the bindings of one use of the clause. Never met outside clauses. */
export interface Local {
  readonly kind: 'local';
  readonly index: number;
  /** True where this is the variable's first occurrence: it has no value yet, whatever an earlier attempt left. */
  readonly first: boolean;
}
export type Term = Atom | Int | Float | Text | Struct | Variable | Local;

/**
 * All terms without arguments have the same fields in the same order: with more than four shapes of terms, JavaScript
 * would look up each field by its name.
 */
function constant<Kind extends 'atom' | 'int' | 'float' | 'string', Value extends number | bigint>(
  kind: Kind,
  name: string,
  value: Value,
  text: string,
) {
  return { kind, name, value, text };
}

/** The empty list. It is no atom to rules, and never the same as the atom '[]', which has its name. */
export const NIL: Atom = constant('atom', '[]', 0, '');
export const TRUE: Atom = constant('atom', 'true', 0, '');
export const LIST_KEY = '[|]/2';

/** Atoms met so far: the same name is then mostly one term, and comparing two atoms costs nothing. */
const atoms = new Map<string, Atom>([['true', TRUE]]);
const MAX_ATOMS = 50_000;
/** Longer names are texts that rules make: whoever kept them would keep them for ever. */
const MAX_KEPT_NAME = 64;

export function atom(name: string): Atom {
  const known = atoms.get(name);
  if (known !== undefined) return known;
  const made: Atom = constant('atom', name, 0, '');
  if (name.length <= MAX_KEPT_NAME && atoms.size < MAX_ATOMS) atoms.set(name, made);
  return made;
}

const SMALL_FROM = -128;
const SMALL_TO = 1_023;
const SMALL: readonly Int[] = Array.from({ length: SMALL_TO - SMALL_FROM + 1 }, (_, i) =>
  constant('int', '', i + SMALL_FROM, ''),
);
const MAX_SAFE = BigInt(Number.MAX_SAFE_INTEGER);

/** The integer of a bigint, or of a number that is a safe integer. */
export function int(value: bigint | number): Int {
  if (typeof value === 'bigint') {
    return value > MAX_SAFE || value < -MAX_SAFE ? constant('int', '', value, '') : int(Number(value));
  }
  if (value >= SMALL_FROM && value <= SMALL_TO) return SMALL[value - SMALL_FROM]!;
  // Adding 0 makes one zero of two.
  return constant('int', '', value + 0, '');
}

export function float(value: number): Float {
  return constant('float', '', value, '');
}

export function text(value: string): Text {
  return constant('string', '', 0, value);
}

let variables = 0;

export function variable(name = '_'): Variable {
  variables += 1;
  return { kind: 'var', name, ref: null, id: variables };
}

/** How many variables there have been: those with a smaller or equal id are older than this moment. */
export function variableCount(): number {
  return variables;
}

/** Indicators met so far: equal keys are then mostly one string, which compares and hashes at once. */
const keys = new Map<string, string[]>();
const MAX_KEYS = 10_000;

function keyFor(name: string, arity: number): string {
  const known = keys.get(name);
  const key = known?.[arity];
  if (key !== undefined) return key;
  const made = `${name}/${arity}`;
  if (arity > 16 || name.length > MAX_KEPT_NAME) return made;
  if (known !== undefined) known[arity] = made;
  else if (keys.size < MAX_KEYS) {
    const row: string[] = [];
    row[arity] = made;
    keys.set(name, row);
  }
  return made;
}

/** Whether no variable can occur in a term, as far as that is known. */
export function isGroundNow(term: Term): boolean {
  if (term.kind === 'struct') return term.ground;
  return term.kind !== 'var' && term.kind !== 'local';
}

export function struct(name: string, args: readonly Term[], key = keyFor(name, args.length)): Struct {
  let ground = true;
  for (const arg of args) {
    if (isGroundNow(arg)) continue;
    ground = false;
    break;
  }
  return structOf(name, args, key, ground);
}

/** A compound of which it is known whether variables can occur in it. */
export function structOf(name: string, args: readonly Term[], key: string, ground: boolean): Struct {
  return { kind: 'struct', name, args, key, ground };
}

/** The goal of a call: an atom where it has no arguments. */
export function goalOf(name: string, args: readonly Term[], key: string): Atom | Struct {
  return args.length === 0 ? atom(name) : struct(name, args, key);
}

export function cons(head: Term, tail: Term): Struct {
  return struct('[|]', [head, tail], LIST_KEY);
}

export function list(items: readonly Term[], tail: Term = NIL): Term {
  let result = tail;
  for (let i = items.length - 1; i >= 0; i--) result = cons(items[i]!, result);
  return result;
}

export function isNumber(term: Term): term is Int | Float {
  return term.kind === 'int' || term.kind === 'float';
}

/** Whether two terms, neither of them compound, are the same. */
export function sameConstant(a: Term, b: Term): boolean {
  if (a === b) return true;
  switch (a.kind) {
    case 'atom':
      return b.kind === 'atom' && a.name === b.name && a !== NIL && b !== NIL;
    case 'int':
      return b.kind === 'int' && a.value === b.value;
    case 'float':
      return b.kind === 'float' && Object.is(a.value, b.value);
    case 'string':
      return b.kind === 'string' && a.text === b.text;
    case 'var':
    case 'local':
    case 'struct':
      return false;
  }
}

/** Follows bound variables to what they stand for. */
export function deref(term: Term): Term {
  let current = term;
  while (current.kind === 'var' && current.ref !== null) current = current.ref;
  return current;
}

/** Whether a term is an atom to rules: the empty list is none. */
export function isAtom(term: Term): term is Atom {
  return term.kind === 'atom' && term !== NIL;
}

export function isCallable(term: Term): term is Atom | Struct {
  return term.kind === 'atom' || term.kind === 'struct';
}

/** `name/arity` of an atom or a compound. */
export function keyOf(term: Atom | Struct): string {
  return term.kind === 'struct' ? term.key : keyFor(term.name, 0);
}

export function argsOf(term: Term): readonly Term[] {
  return term.kind === 'struct' ? term.args : [];
}

/** The items of a proper list; null when the term is no proper list. */
export function listItems(term: Term): Term[] | null {
  const items: Term[] = [];
  let current = deref(term);
  while (current.kind === 'struct' && current.key === LIST_KEY) {
    items.push(current.args[0]!);
    current = deref(current.args[1]!);
  }
  return current === NIL ? items : null;
}

/** The conjuncts of `(a, b, c)` from left to right. */
export function conjuncts(term: Term): Term[] {
  const parts: Term[] = [];
  let current = deref(term);
  while (current.kind === 'struct' && current.key === ',/2') {
    parts.push(...conjuncts(current.args[0]!));
    current = deref(current.args[1]!);
  }
  parts.push(current);
  return parts;
}

/**
 * The distinct unbound variables of a term, in the order of their first occurrence. `budget`: where the term is not of
 * the program's text; parts that stand in it many times are looked at as often. @throws BudgetStop
 */
export function variablesOf(term: Term, found: Set<Variable> = new Set(), budget: Budget | null = null): Set<Variable> {
  const stack: Term[] = [term];
  while (stack.length > 0) {
    const next = deref(stack.pop()!);
    if (next.kind === 'var') found.add(next);
    else if (next.kind === 'struct' && !next.ground) {
      budget?.work();
      for (let i = next.args.length - 1; i >= 0; i--) stack.push(next.args[i]!);
    }
  }
  return found;
}

/** Whether a term has no unbound variable. Looked at as `variablesOf` looks. @throws BudgetStop */
export function isGround(term: Term, budget: Budget): boolean {
  const stack: Term[] = [term];
  while (stack.length > 0) {
    const next = deref(stack.pop()!);
    if (next.kind === 'var') return false;
    if (next.kind !== 'struct' || next.ground) continue;
    budget.work();
    for (const arg of next.args) stack.push(arg);
  }
  return true;
}

/** The goal `Name(Args…)` of a term and further arguments; null when the term is no goal. */
export function extendGoal(term: Term, extra: readonly Term[]): Atom | Struct | null {
  const value = deref(term);
  if (!isCallable(value)) return null;
  return extra.length === 0 ? value : struct(value.name, [...argsOf(value), ...extra]);
}

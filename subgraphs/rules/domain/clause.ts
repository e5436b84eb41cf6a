import type { Frame } from './bindings.ts';
import type { HeadFunction } from './clause-functions.ts';
import type { Code } from './instructions.ts';
import { type HeadPattern, headPattern } from './pattern.ts';
import type { Atom, Struct, Term, Variable } from './term.ts';
import { argsOf, conjuncts, deref, isCallable, keyOf, sameConstant, struct } from './term.ts';

/** Where a clause comes from: a proof names it. */
export interface Origin {
  readonly kind: 'rule' | 'fact';
  readonly id: string | null;
  /** The id of the shipped rule in whose place it stands. */
  readonly overrides?: string;
}

/** A clause ready to be used: its variables are indices (`local`) below `size`. */
export interface Clause {
  readonly key: string;
  readonly head: Atom | Struct;
  readonly body: readonly Term[];
  readonly size: number;
  /** Their names as they were written; `_` where there is none. */
  readonly names: readonly string[];
  /** Of them, how many the head gives values. */
  readonly headSize: number;
  readonly origin: Origin;
  /** Asked for as a set, by tabling. */
  readonly tabled: boolean;
  /** Made when the clause is first used. */
  code: Code | null;
  pattern: HeadPattern | null;
  /** How often it was used, up to where it is worth functions of its own (`clause-functions.ts`). */
  uses: number;
  frame: HeadFunction<Frame> | null;
  chain: HeadFunction<readonly Term[]> | null;
}

/** The head of a clause as a pattern, made when it is first asked for. */
export function headOf(clause: Clause): HeadPattern {
  clause.pattern ??= headPattern(argsOf(clause.head));
  return clause.pattern;
}

/** False when the head differs from the goal in some argument's constant or functor: then they cannot match. */
export function mayMatch(clause: Clause, args: readonly Term[]): boolean {
  const { tests } = headOf(clause);
  for (let i = 0; i < tests.length; i++) {
    const { position, constant, key } = tests[i]!;
    const given = deref(args[position]!);
    if (given === constant || given.kind === 'var') continue;
    if (given.kind === 'struct' ? given.key !== key : constant === null || !sameConstant(constant, given)) return false;
  }
  return true;
}

/** `heads`: mark the first occurrence of each variable. */
function localize(term: Term, indices: Map<Variable, number>, heads: boolean): Term {
  const value = deref(term);
  if (value.kind === 'var') {
    let index = indices.get(value);
    const first = heads && index === undefined;
    if (index === undefined) {
      index = indices.size;
      indices.set(value, index);
    }
    return { kind: 'local', index, first };
  }
  if (value.kind !== 'struct' || value.ground) return value;
  return struct(
    value.name,
    value.args.map((arg) => localize(arg, indices, heads)),
    value.key,
  );
}

/** Head and body of `H :- B`, or of a fact. Null when the head is no atom or compound. */
export function splitClause(term: Term): { head: Atom | Struct; body: Term[] } | null {
  const isRule = term.kind === 'struct' && term.key === ':-/2';
  const head = deref(isRule ? term.args[0]! : term);
  if (!isCallable(head)) return null;
  const body = isRule ? conjuncts(term.args[1]!) : [];
  return { head, body: body.filter((goal) => !(goal.kind === 'atom' && goal.name === 'true')) };
}

const NO_NAMES: readonly string[] = [];
const NO_VARIABLES = new Map<Variable, number>();

export function compileClause(head: Atom | Struct, body: readonly Term[], origin: Origin, tabled = false): Clause {
  // Most clauses are facts, of which a decision reads a hundred.
  const isGround = body.length === 0 && (head.kind === 'atom' || head.ground);
  const indices = isGround ? NO_VARIABLES : new Map<Variable, number>();
  const localHead = localize(head, indices, true) as Atom | Struct; // localize keeps the kind of everything but variables
  const headSize = indices.size;
  const localBody = body.map((goal) => localize(goal, indices, false));
  return {
    key: keyOf(head),
    head: localHead,
    body: localBody,
    size: indices.size,
    names: indices.size === 0 ? NO_NAMES : Array.from(indices.keys(), ({ name }) => name),
    headSize,
    origin,
    tabled,
    code: null,
    pattern: null,
    uses: 0,
    frame: null,
    chain: null,
  };
}

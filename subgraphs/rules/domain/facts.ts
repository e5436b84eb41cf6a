import { isReserved } from './builtins.ts';
import { type Clause, compileClause, type Origin } from './clause.ts';
import { SyntaxFault } from './lexer.ts';
import { MAX_ITEMS, readTerm } from './parser.ts';
import { type Atom, atom, float, int, isCallable, keyOf, type Struct, struct, type Term, variablesOf } from './term.ts';
import { writeTerm } from './writer.ts';

export interface Fact {
  readonly term: Atom | Struct;
  readonly predicate: string;
  /** The canonical text. */
  readonly text: string;
}

/** A fact that cannot be accepted: the sentence says why. */
export interface FactRefused {
  readonly refused: string;
}

const MAX_TEXT = 4_000;
const BLANK = 32;
const QUOTE = 39;
const FLAT = /^([a-z]\w*)\(([^()[\]{}"%\\|]*)\)$/;
const PLAIN = /^[a-z]\w*$/;
const INTEGER = /^-?\d{1,15}$/;
const DECIMAL = /^-?\d{1,15}\.\d{1,15}$/;

/** The atoms of one snapshot: the same name is then one term, and comparing two atoms costs nothing. */
export type Atoms = Map<string, Atom>;

function sharedAtom(name: string, atoms: Atoms | undefined): Atom {
  const known = atoms?.get(name);
  if (known !== undefined) return known;
  const made = atom(name);
  atoms?.set(name, made);
  return made;
}

/** Reads `name(constant, …)`, the shape of nearly all facts, without the parser; null when the text is not of it. */
function readFlat(source: string, atoms?: Atoms): Struct | null {
  const [, name, inside] = FLAT.exec(source) ?? [];
  if (name === undefined || inside === undefined || inside === '' || inside.endsWith(',')) return null;
  const args: Term[] = [];
  for (let at = 0; at < inside.length; ) {
    const end = endOfArgument(inside, at);
    if (args.length === MAX_ITEMS) return null;
    const arg = readArgument(inside.slice(at, end).trim(), atoms);
    if (arg === null) return null;
    args.push(arg);
    at = end + 1;
  }
  return struct(name, args);
}

/** Where the comma behind an argument stands, or the end: the commas of a quoted one are its own. */
function endOfArgument(inside: string, from: number): number {
  let at = from;
  while (inside.charCodeAt(at) === BLANK) at += 1;
  if (inside.charCodeAt(at) === QUOTE) at = inside.indexOf("'", at + 1);
  const end = at < 0 ? -1 : inside.indexOf(',', at);
  return end < 0 ? inside.length : end;
}

function readArgument(argument: string, atoms: Atoms | undefined): Term | null {
  if (argument.charCodeAt(0) === QUOTE) {
    const end = argument.length - 1;
    // A quote within is one of two, or more stands behind it.
    if (end === 0 || argument.indexOf("'", 1) !== end) return null;
    return sharedAtom(argument.slice(1, end), atoms);
  }
  if (PLAIN.test(argument)) return sharedAtom(argument, atoms);
  if (INTEGER.test(argument)) return int(Number(argument));
  return DECIMAL.test(argument) ? float(Number(argument)) : null;
}

/** Reads a ground fact such as `client(s1, c1)`; a full stop behind it may be left out. */
export function readFact(source: string): Fact | FactRefused {
  if (source.length > MAX_TEXT)
    return { refused: `Expected at most ${MAX_TEXT} characters, but found ${source.length}.` };
  const term = readFactTerm(source);
  if ('refused' in term) return term;
  return { term, predicate: keyOf(term), text: writeTerm(term) };
}

function readFactTerm(source: string, atoms?: Atoms): Atom | Struct | FactRefused {
  const flat = readFlat(source, atoms);
  if (flat !== null) return isReserved(flat.key) ? { refused: reserved(flat.key) } : flat;
  try {
    const { term } = readTerm(source);
    if (!isCallable(term)) return { refused: `Expected a fact such as client(s1,c1), but found ${writeTerm(term)}.` };
    if (isReserved(keyOf(term))) return { refused: reserved(keyOf(term)) };
    if (variablesOf(term).size > 0) return { refused: 'A fact has no variables: write a rule (saveRules) instead.' };
    return term;
  } catch (error) {
    if (!(error instanceof SyntaxFault)) throw error;
    return { refused: `${error.message} (line ${error.line}, column ${error.column})` };
  }
}

function reserved(key: string): string {
  if (key === ':-/2') return 'Expected a fact, but found a rule: use saveRules.';
  return `${key} belongs to the language: choose another name.`;
}

/** The clause of a fact of a snapshot, read as fast as it can be. */
export function factClause(source: string, origin: Origin, atoms?: Atoms): Clause | FactRefused {
  if (source.length > MAX_TEXT)
    return { refused: `Expected at most ${MAX_TEXT} characters, but found ${source.length}.` };
  const term = readFactTerm(source, atoms);
  if ('refused' in term) return term;
  return compileClause(term, [], origin);
}

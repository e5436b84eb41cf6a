import { type Comment, Lexer, SyntaxFault, type Token } from './lexer.ts';
import { INFIX, type Infix, PREFIX, type Prefix } from './operators.ts';
import { atom, float, int, list, NIL, struct, type Term, text, type Variable, variable } from './term.ts';

export interface ReadTerm {
  readonly term: Term;
  /** Offsets into the source: the first character of the term, and just behind its full stop. */
  readonly start: number;
  readonly end: number;
  /** Named variables with the number of their occurrences; `_` is never among them. */
  readonly variables: ReadonlyMap<string, { readonly variable: Variable; readonly count: number }>;
}

const MAX_NESTING = 500;
const MAX_INTEGER_DIGITS = 1_000;
/** Items of a list, or arguments. */
export const MAX_ITEMS = 1_000;
/** Of terms with variables, each item of a list a level: clauses are made of them by recursion. */
const MAX_LEVELS = 1_500;
const ARGUMENT = 999;

function describe(token: Token): string {
  switch (token.kind) {
    case 'eof':
      return 'the end of the text';
    case 'end':
      return 'the full stop';
    case 'string':
    case 'codes':
      return 'a string';
    case 'atom':
    case 'quoted':
    case 'var':
    case 'int':
    case 'float':
    case 'punct':
      return JSON.stringify(token.text.length > 40 ? `${token.text.slice(0, 40)}…` : token.text);
  }
}

function isTooDeep(term: Term): boolean {
  let level: Term[] = [term];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > MAX_LEVELS) return true;
    level = level.flatMap((one) => (one.kind === 'struct' && !one.ground ? one.args : []));
  }
  return false;
}

/** Reads terms of the Prolog subset from a text. */
export class Parser {
  readonly source: string;
  readonly #lexer: Lexer;
  #token: Token;
  #peeked: Token | null = null;
  #nesting = 0;
  #variables = new Map<string, { variable: Variable; count: number }>();

  constructor(source: string) {
    this.source = source;
    this.#lexer = new Lexer(source);
    this.#token = { kind: 'eof', text: '', start: 0, end: 0, spaced: true };
  }

  get comments(): readonly Comment[] {
    return this.#lexer.comments;
  }

  /** The next clause with its full stop; null at the end of the text. @throws SyntaxFault */
  readClause(): ReadTerm | null {
    if (this.#peek().kind === 'eof') return null;
    return this.#read(true);
  }

  /** The one term the text holds; a full stop behind it is optional. @throws SyntaxFault */
  readOnly(): ReadTerm {
    const read = this.#read(false);
    const rest = this.#peek();
    if (rest.kind !== 'eof') throw this.#fault(rest, 'the end of the text after one term');
    return read;
  }

  /** Goes on behind the clause in which `fault` was found. */
  recover(fault: SyntaxFault): void {
    const { kind, end } = this.#peeked ?? this.#token;
    this.#peeked = null;
    this.#nesting = 0;
    // Where its full stop has been read, what comes next is another clause.
    if (kind !== 'end' || end <= fault.offset) this.#lexer.skipClause(fault.offset);
  }

  #read(stopRequired: boolean): ReadTerm {
    this.#variables = new Map();
    const start = this.#peek().start;
    const term = this.#term(1200);
    const stop = this.#peek();
    if (isTooDeep(term)) {
      const expected = `lists and terms with variables of at most ${MAX_LEVELS} levels, each item of a list being one`;
      throw new SyntaxFault(this.source, start, expected, 'more');
    }
    if (stop.kind === 'end') this.#advance();
    else if (stopRequired || stop.kind !== 'eof') throw this.#fault(stop, 'an operator or the full stop "."');
    return { term, start, end: stop.kind === 'end' ? stop.end : stop.start, variables: this.#variables };
  }

  #peek(): Token {
    this.#peeked ??= this.#lexer.next();
    return this.#peeked;
  }

  #advance(): Token {
    this.#token = this.#peek();
    this.#peeked = null;
    return this.#token;
  }

  #fault(token: Token, expected: string): SyntaxFault {
    return new SyntaxFault(this.source, token.start, expected, describe(token));
  }

  #isPunct(token: Token, mark: string): boolean {
    return token.kind === 'punct' && token.text === mark;
  }

  #expect(mark: string): void {
    const token = this.#peek();
    if (!this.#isPunct(token, mark)) throw this.#fault(token, `"${mark}"`);
    this.#advance();
  }

  #term(max: number): Term {
    this.#nesting += 1;
    if (this.#nesting > MAX_NESTING) {
      throw this.#fault(this.#peek(), `at most ${MAX_NESTING} levels of nesting`);
    }
    const [left, priority] = this.#primary(max);
    const term = this.#infix(left, priority, max);
    this.#nesting -= 1;
    return term;
  }

  #infixOperator(token: Token): (Infix & { name: string }) | null {
    if (token.kind === 'punct' && (token.text === ',' || token.text === '|')) {
      return { ...INFIX.get(token.text)!, name: token.text };
    }
    if (token.kind !== 'atom' && token.kind !== 'quoted') return null;
    const operator = INFIX.get(token.text);
    return operator === undefined ? null : { ...operator, name: token.text };
  }

  #infix(first: Term, firstPriority: number, max: number): Term {
    let left = first;
    let priority = firstPriority;
    for (;;) {
      const operator = this.#infixOperator(this.#peek());
      if (operator === null || operator.priority > max || priority > operator.left) return left;
      this.#advance();
      left = struct(operator.name, [left, this.#term(operator.right)]);
      priority = operator.priority;
    }
  }

  #primary(max: number): [Term, number] {
    const token = this.#advance();
    switch (token.kind) {
      case 'int':
        return [this.#integer(token), 0];
      case 'float':
        return [this.#float(token), 0];
      case 'string':
        return [text(token.text), 0];
      case 'codes':
        return [list([...token.text].map((char) => int(char.codePointAt(0)!))), 0];
      case 'var':
        return [this.#variable(token.text), 0];
      case 'punct':
        return [this.#bracketed(token), 0];
      case 'atom':
      case 'quoted':
        return this.#name(token, max);
      case 'end':
      case 'eof':
        throw this.#fault(token, 'a term');
    }
  }

  #integer(token: Token): Term {
    if (token.text.length > MAX_INTEGER_DIGITS) {
      throw this.#fault(token, `an integer of at most ${MAX_INTEGER_DIGITS} digits`);
    }
    return int(BigInt(token.text));
  }

  #float(token: Token): Term {
    const value = Number(token.text);
    if (!Number.isFinite(value) && /\d/.test(token.text)) {
      throw this.#fault(token, 'a number within the range of double precision');
    }
    return float(value);
  }

  #variable(name: string): Variable {
    if (name === '_') return variable();
    const known = this.#variables.get(name);
    if (known !== undefined) {
      known.count += 1;
      return known.variable;
    }
    const fresh = variable(name);
    this.#variables.set(name, { variable: fresh, count: 1 });
    return fresh;
  }

  #bracketed(token: Token): Term {
    if (token.text === '(') {
      const inner = this.#term(1200);
      this.#expect(')');
      return inner;
    }
    if (token.text === '[') return this.#list();
    if (token.text === '{') {
      const inner = this.#term(1200);
      this.#expect('}');
      return struct('{}', [inner]);
    }
    throw this.#fault(token, 'a term');
  }

  #list(): Term {
    if (this.#isPunct(this.#peek(), ']')) {
      this.#advance();
      return NIL;
    }
    const items = this.#arguments();
    let tail: Term | undefined;
    if (this.#isPunct(this.#peek(), '|')) {
      this.#advance();
      tail = this.#term(ARGUMENT);
    }
    this.#expect(']');
    return list(items, tail);
  }

  #arguments(): Term[] {
    const items = [this.#term(ARGUMENT)];
    while (this.#isPunct(this.#peek(), ',')) {
      this.#advance();
      if (items.length === MAX_ITEMS)
        throw this.#fault(this.#peek(), `at most ${MAX_ITEMS} items or arguments in one place`);
      items.push(this.#term(ARGUMENT));
    }
    return items;
  }

  #name(token: Token, max: number): [Term, number] {
    const next = this.#peek();
    if (this.#isPunct(next, '(') && !next.spaced) {
      this.#advance();
      const args = this.#arguments();
      this.#expect(')');
      return [struct(token.text, args), 0];
    }
    if (token.kind === 'atom') {
      const negative = token.text === '-' && !next.spaced && this.#negativeNumber(next);
      if (negative) return [negative, 0];
      const prefix = PREFIX.get(token.text);
      if (prefix !== undefined && this.#startsOperand(next)) return this.#prefixed(token.text, prefix, max);
    }
    return [token.kind === 'atom' && token.text === '[]' ? NIL : atom(token.text), 0];
  }

  #negativeNumber(next: Token): Term | null {
    if (next.kind !== 'int' && next.kind !== 'float') return null;
    this.#advance();
    const term = next.kind === 'int' ? this.#integer(next) : this.#float(next);
    return term.kind === 'int' ? int(-BigInt(term.value)) : float(-Number(next.text));
  }

  #prefixed(name: string, prefix: Prefix, max: number): [Term, number] {
    const priority = prefix.priority > max ? ARGUMENT : prefix.priority;
    return [struct(name, [this.#term(Math.min(prefix.argument, priority))]), priority];
  }

  /** Whether the token behind a prefix operator begins its operand; else the operator stands for itself, as an atom. */
  #startsOperand(next: Token): boolean {
    if (next.kind === 'end' || next.kind === 'eof') return false;
    if (next.kind === 'punct') return next.text === '(' || next.text === '[' || next.text === '{';
    if (next.kind === 'atom' && INFIX.has(next.text)) return PREFIX.has(next.text);
    return true;
  }
}

/** Reads the one term of a text, such as a goal or a fact. @throws SyntaxFault */
export function readTerm(source: string): ReadTerm {
  return new Parser(source).readOnly();
}

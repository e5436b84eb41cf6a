import { isAlphanumeric, isPlainAtom, isSymbol } from './characters.ts';
import { INFIX, PREFIX } from './operators.ts';
import { deref, LIST_KEY, NIL, type Struct, type Term, type Variable } from './term.ts';

const MAX_LENGTH = 200_000;
const MAX_DEPTH = 1_000;
const ARGUMENT = 999;
const LETTERS = 26;

/** Thrown for a term too large or too deep to write down: more than 200,000 characters or 1,000 levels. */
export class TermTooLarge extends Error {
  constructor() {
    super('The term is too large to be written.');
    this.name = 'TermTooLarge';
  }
}

const ESCAPED: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  '\n': '\\n',
  '\t': '\\t',
  '\r': '\\r',
};

function quote(value: string, mark: string): string {
  let result = mark;
  for (const char of value) {
    const code = char.codePointAt(0)!;
    if (char === mark) result += `\\${mark}`;
    else if (ESCAPED[char] !== undefined) result += ESCAPED[char];
    else if (code < 32 || code === 127) result += `\\x${code.toString(16)}\\`;
    else result += char;
  }
  return result + mark;
}

export function quoteAtom(name: string): string {
  return isPlainAtom(name) ? name : quote(name, "'");
}

/** Shortest digits that read back as the same double, always with a fraction. */
export function writeFloat(value: number): string {
  if (Number.isNaN(value)) return '1.5NaN';
  if (!Number.isFinite(value)) return value > 0 ? '1.0Inf' : '-1.0Inf';
  const [mantissa = '', exponent = '0'] = value.toExponential().split('e');
  const power = Number(exponent);
  if (power >= -4 && power < 15) {
    const digits = Object.is(value, -0) ? '-0' : String(value);
    return digits.includes('.') ? digits : `${digits}.0`;
  }
  return `${mantissa.includes('.') ? mantissa : `${mantissa}.0`}e${exponent}`;
}

/** The names of the unbound variables of texts that belong together: `_A`, `_B`, … in the order in which they are met. */
export class VariableNames {
  readonly #names: Map<Variable, string>;
  readonly #used: Set<string>;
  #next = 0;

  /** `given`: variables that have names already; no other gets one of these. */
  constructor(given: Iterable<readonly [Variable, string]> = []) {
    this.#names = new Map(given);
    this.#used = new Set(this.#names.values());
  }

  /** The names that a text gives its variables. */
  static asWritten(variables: ReadonlyMap<string, { readonly variable: Variable }>): VariableNames {
    return new VariableNames([...variables].map(([name, { variable }]) => [variable, name]));
  }

  of(variable: Variable): string {
    const known = this.#names.get(variable);
    if (known !== undefined) return known;
    let name = letterName(this.#next++);
    while (this.#used.has(name)) name = letterName(this.#next++);
    this.#names.set(variable, name);
    return name;
  }
}

/** Every variable is written `_`. */
class NoNames extends VariableNames {
  override of(): string {
    return '_';
  }
}

/** `_A` … `_Z`, `_A1` … */
function letterName(index: number): string {
  const round = Math.floor(index / LETTERS);
  return `_${String.fromCharCode(65 + (index % LETTERS))}${round === 0 ? '' : round}`;
}

/** Joins tokens with the least space that keeps them apart. */
class Output {
  readonly names: VariableNames;
  readonly #parts: string[] = [];
  #length = 0;
  #last = 0;

  constructor(names: VariableNames) {
    this.names = names;
  }

  get text(): string {
    return this.#parts.join('');
  }

  /** A place to come back to. */
  get place(): number {
    return this.#parts.length;
  }

  token(token: string): void {
    if (this.#fuses(token)) this.raw(' ');
    this.raw(token);
  }

  raw(token: string): void {
    this.#parts.push(token);
    this.#length += token.length;
    const unit = token.charCodeAt(token.length - 1);
    this.#last = unit >= 0xdc00 && unit <= 0xdfff ? token.codePointAt(token.length - 2)! : unit;
    if (this.#length > MAX_LENGTH) throw new TermTooLarge();
  }

  /** The first token written since a place. */
  since(place: number): string {
    const first = this.#parts[place] ?? '';
    return first === ' ' ? (this.#parts[place + 1] ?? '') : first;
  }

  insert(place: number, token: string): void {
    this.#parts.splice(place, 0, token);
  }

  #fuses(token: string): boolean {
    if (this.#parts.length === 0) return false;
    const last = this.#last;
    const first = token.codePointAt(0)!;
    if (isAlphanumeric(first) || first === 39 || first === 34) return isAlphanumeric(last) || last > 127;
    return isSymbol(first) && isSymbol(last);
  }
}

function writeArguments(args: readonly Term[], output: Output, depth: number): void {
  args.forEach((arg, i) => {
    if (i > 0) output.raw(',');
    write(arg, ARGUMENT, output, depth);
  });
}

function writeList(term: Struct, output: Output, depth: number): void {
  output.token('[');
  write(term.args[0]!, ARGUMENT, output, depth);
  let tail = deref(term.args[1]!);
  while (tail.kind === 'struct' && tail.key === LIST_KEY) {
    output.raw(',');
    write(tail.args[0]!, ARGUMENT, output, depth);
    tail = deref(tail.args[1]!);
  }
  if (tail !== NIL) {
    output.raw('|');
    write(tail, ARGUMENT, output, depth);
  }
  output.raw(']');
}

/** An operator standing as an operand reads back only in brackets. */
function isOperator(term: Term): boolean {
  return term.kind === 'atom' && (INFIX.has(term.name) || PREFIX.has(term.name));
}

function writeOperand(term: Term, max: number, output: Output, depth: number): void {
  const value = deref(term);
  if (!isOperator(value)) {
    write(value, max, output, depth);
    return;
  }
  output.token('(');
  write(value, 1200, output, depth);
  output.raw(')');
}

function writeInfix(term: Struct, max: number, output: Output, depth: number): boolean {
  const operator = term.args.length === 2 ? INFIX.get(term.name) : undefined;
  if (operator === undefined) return false;
  const brackets = operator.priority > max;
  if (brackets) output.token('(');
  writeOperand(term.args[0]!, operator.left, output, depth);
  if (term.name === ',' || term.name === '|') output.raw(term.name);
  else if (isAlphanumeric(term.name.codePointAt(0)!)) output.raw(` ${term.name} `);
  else output.token(quoteAtom(term.name));
  writeOperand(term.args[1]!, operator.right, output, depth);
  if (brackets) output.raw(')');
  return true;
}

function writePrefix(term: Struct, max: number, output: Output, depth: number): boolean {
  const operator = term.args.length === 1 ? PREFIX.get(term.name) : undefined;
  const operand = deref(term.args[0]!);
  if (operator === undefined) return false;
  const brackets = operator.priority > max;
  if (brackets) output.token('(');
  output.token(quoteAtom(term.name));
  const place = output.place;
  // Without the blank an operator in brackets would read as an argument list.
  if (operand.kind === 'atom' && isOperator(operand)) output.raw(` (${quoteAtom(operand.name)})`);
  else write(operand, operator.argument, output, depth);
  separateOperand(term.name, place, output);
  if (brackets) output.raw(')');
  return true;
}

/** Keeps an operand from reading as an argument list, as the digits of a negative number, or as an operator in between. */
function separateOperand(operator: string, place: number, output: Output): void {
  const first = output.since(place);
  if (INFIX.has(first) && !PREFIX.has(first)) {
    output.insert(place, ' (');
    output.raw(')');
  } else if (first === '(' || ((operator === '-' || operator === '+') && /^\d/.test(first))) {
    output.insert(place, ' ');
  }
}

function writeStruct(term: Struct, max: number, output: Output, depth: number): void {
  if (term.key === LIST_KEY) writeList(term, output, depth);
  else if (term.key === '{}/1') {
    output.token('{');
    write(term.args[0]!, 1200, output, depth);
    output.raw('}');
  } else if (!writeInfix(term, max, output, depth) && !writePrefix(term, max, output, depth)) {
    output.token(quoteAtom(term.name));
    output.raw('(');
    writeArguments(term.args, output, depth);
    output.raw(')');
  }
}

function constantText(term: Exclude<Term, Struct>, output: Output): string {
  switch (term.kind) {
    case 'atom':
      return term === NIL ? '[]' : quoteAtom(term.name);
    case 'int':
      return term.value.toString();
    case 'float':
      return writeFloat(term.value);
    case 'string':
      return quote(term.text, '"');
    case 'var':
      return output.names.of(term);
    case 'local':
      return `_L${term.index}`;
  }
}

function write(term: Term, max: number, output: Output, depth: number): void {
  if (depth > MAX_DEPTH) throw new TermTooLarge();
  const value = deref(term);
  if (value.kind === 'struct') writeStruct(value, max, output, depth + 1);
  else output.token(constantText(value, output));
}

/** The canonical text of a term, as `writeq` writes it: it reads back as the same term. @throws TermTooLarge */
export function writeTerm(term: Term, names: VariableNames = new VariableNames()): string {
  const output = new Output(names);
  write(term, 1200, output, 0);
  return output.text;
}

/** The text of a fact that is wanted: what does not matter is written `_`. */
export function wantedFact(term: Term): string {
  return writeTerm(term, new NoNames());
}

import { isAlphanumeric, isAtomStart, isDigit, isSpace, isSymbol, isVariableStart } from './characters.ts';

export type TokenKind = 'atom' | 'quoted' | 'var' | 'int' | 'float' | 'string' | 'codes' | 'punct' | 'end' | 'eof';
export interface Token {
  readonly kind: TokenKind;
  /** The atom, variable, string or punctuation itself; a number so that JavaScript reads it. */
  readonly text: string;
  readonly start: number;
  readonly end: number;
  /** True when layout stands before it: `f (` is no call. */
  readonly spaced: boolean;
}
export interface Comment {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** Where a text stops being Prolog: 1-based line and column (in characters), what was expected there and what came. */
export class SyntaxFault extends Error {
  readonly line: number;
  readonly column: number;
  readonly offset: number;

  constructor(source: string, offset: number, expected: string, found: string) {
    super(`Expected ${expected}, but found ${found}.`);
    this.name = 'SyntaxFault';
    const place = placesIn(source)(offset);
    this.line = place.line;
    this.column = place.column;
    this.offset = offset;
  }
}

export interface Place {
  readonly line: number;
  readonly column: number;
}

/** Finds the 1-based line and column (in characters) of an offset. Made once per text: each look-up is a binary search. */
export function placesIn(source: string): (offset: number) => Place {
  const starts = [0];
  for (let at = source.indexOf('\n'); at !== -1; at = source.indexOf('\n', at + 1)) starts.push(at + 1);
  return (offset) => {
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (starts[middle]! <= offset) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: [...source.slice(starts[low], offset)].length + 1 };
  };
}

const PUNCTUATION = new Set([...'()[]{},|'].map((c) => c.charCodeAt(0)));
const ESCAPES: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  a: '\x07',
  b: '\b',
  f: '\f',
  v: '\v',
  e: '\x1b',
  s: ' ',
  '0': '\0',
  '\\': '\\',
  "'": "'",
  '"': '"',
  '`': '`',
};
const NUMBER = /0x[0-9a-fA-F]+|0o[0-7]+|0b[01]+|\d+(?:_\d+)+|\d+(?:\.\d+(?:Inf|NaN|[eE][+-]?\d+)?|[eE][+-]?\d+)?/y;
const RADIX = /(\d{1,2})'([0-9a-zA-Z]+)/y;
const LARGEST_RADIX = 36;
const NUMERIC_ESCAPE = /x([0-9a-fA-F]{1,6})\\?|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-7]{1,7})\\/y;

/** Cuts a text into tokens, one at a time; comments are kept aside because a rule's label stands in one. */
export class Lexer {
  readonly source: string;
  readonly comments: Comment[] = [];
  #at = 0;

  constructor(source: string) {
    this.source = source;
  }

  /** Goes on behind the next full stop at or after `offset`: used to report more than one mistake per text. */
  skipClause(offset: number): void {
    this.#at = Math.max(offset, this.#at);
    const stop = /\.(?=[\s%]|$)/g;
    stop.lastIndex = this.#at;
    const found = stop.exec(this.source);
    this.#at = found === null ? this.source.length : found.index + 1;
  }

  next(): Token {
    const before = this.#at;
    this.#skipLayout();
    const start = this.#at;
    const spaced = start > before || start === 0;
    const code = this.source.codePointAt(start);
    if (code === undefined) return this.#token('eof', '', start, start, spaced);
    if (isAtomStart(code)) return this.#word('atom', start, spaced);
    if (isDigit(code)) return this.#number(start, spaced);
    if (isVariableStart(code)) return this.#word('var', start, spaced);
    if (PUNCTUATION.has(code)) return this.#punctuation(start, spaced);
    if (code === 39) return this.#quoted('quoted', "'", start, spaced);
    if (code === 34) return this.#quoted('string', '"', start, spaced);
    if (code === 96) return this.#quoted('codes', '`', start, spaced);
    if (code === 33 || code === 59) return this.#token('atom', this.source[start]!, start, start + 1, spaced);
    if (isSymbol(code)) return this.#symbol(start, spaced);
    throw new SyntaxFault(this.source, start, 'a term', `the character ${JSON.stringify(String.fromCodePoint(code))}`);
  }

  #token(kind: TokenKind, text: string, start: number, end: number, spaced: boolean): Token {
    this.#at = end;
    return { kind, text, start, end, spaced };
  }

  #skipLayout(): void {
    const source = this.source;
    for (;;) {
      const code = source.codePointAt(this.#at);
      if (code === undefined) return;
      if (isSpace(code)) this.#at += 1;
      else if (code === 37) {
        const line = source.indexOf('\n', this.#at);
        this.#comment(line === -1 ? source.length : line);
      } else if (code === 47 && source[this.#at + 1] === '*') {
        const close = source.indexOf('*/', this.#at + 2);
        if (close === -1) throw new SyntaxFault(source, this.#at, '"*/" to end the comment', 'the end of the text');
        this.#comment(close + 2);
      } else return;
    }
  }

  #comment(end: number): void {
    this.comments.push({ text: this.source.slice(this.#at, end), start: this.#at, end });
    this.#at = end;
  }

  #word(kind: 'atom' | 'var', start: number, spaced: boolean): Token {
    let end = start;
    for (;;) {
      const code = this.source.codePointAt(end);
      if (code === undefined || !isAlphanumeric(code)) break;
      end += code > 0xffff ? 2 : 1;
    }
    return this.#token(kind, this.source.slice(start, end), start, end, spaced);
  }

  #symbol(start: number, spaced: boolean): Token {
    let end = start;
    for (
      let code = this.source.codePointAt(end);
      code !== undefined && isSymbol(code);
      code = this.source.codePointAt(end)
    ) {
      end += code > 0xffff ? 2 : 1;
    }
    const name = this.source.slice(start, end);
    const after = this.source.codePointAt(end);
    const stops = name === '.' && (after === undefined || after === 37 || isSpace(after));
    return this.#token(stops ? 'end' : 'atom', name, start, end, spaced);
  }

  #punctuation(start: number, spaced: boolean): Token {
    const pair = this.source.slice(start, start + 2);
    if (pair === '[]' || pair === '{}') return this.#token('atom', pair, start, start + 2, spaced);
    return this.#token('punct', this.source[start]!, start, start + 1, spaced);
  }

  #number(start: number, spaced: boolean): Token {
    if (this.source.startsWith("0'", start) && this.source.length > start + 2) return this.#character(start, spaced);
    const radix = this.#radix(start, spaced);
    if (radix !== null) return radix;
    NUMBER.lastIndex = start;
    const digits = NUMBER.exec(this.source)![0];
    const isFloat = !/^0[xob]/.test(digits) && /[.eE]/.test(digits);
    const text = digits
      .replaceAll('_', '')
      .replace(/^\d.*Inf$/, 'Infinity')
      .replace(/^\d.*NaN$/, 'NaN');
    return this.#token(isFloat ? 'float' : 'int', text, start, start + digits.length, spaced);
  }

  /** `16'FF`: digits in a base from 2 to 36. Null where no such number begins. */
  #radix(start: number, spaced: boolean): Token | null {
    RADIX.lastIndex = start;
    const [whole, base, digits] = RADIX.exec(this.source) ?? [];
    const radix = Number(base);
    if (whole === undefined || digits === undefined || radix < 2 || radix > LARGEST_RADIX) return null;
    let value = 0n;
    for (const digit of digits) {
      const worth = Number.parseInt(digit, LARGEST_RADIX);
      if (worth >= radix) return null;
      value = value * BigInt(radix) + BigInt(worth);
    }
    return this.#token('int', value.toString(), start, start + whole.length, spaced);
  }

  /** `0'c`: the code of one character. */
  #character(start: number, spaced: boolean): Token {
    const at = start + 2;
    if (this.source[at] === '\\') {
      const [char, end] = this.#escape(at);
      return this.#token('int', String(char.codePointAt(0) ?? 0), start, end, spaced);
    }
    const quotes = this.source.startsWith("''", at) ? 2 : 0;
    const code = this.source.codePointAt(at)!;
    return this.#token('int', String(code), start, quotes > 0 ? at + 2 : at + (code > 0xffff ? 2 : 1), spaced);
  }

  #quoted(kind: 'quoted' | 'string' | 'codes', quote: string, start: number, spaced: boolean): Token {
    const source = this.source;
    let value = '';
    let at = start + 1;
    for (;;) {
      const char = source[at];
      if (char === undefined) throw new SyntaxFault(source, start, `a closing ${quote}`, 'the end of the text');
      if (char === quote) {
        if (source[at + 1] !== quote) return this.#token(kind, value, start, at + 1, spaced);
        value += quote;
        at += 2;
      } else if (char === '\\') {
        const [text, end] = this.#escape(at);
        value += text;
        at = end;
      } else {
        value += char;
        at += 1;
      }
    }
  }

  /** The text an escape stands for, and where it ends. */
  #escape(at: number): [string, number] {
    const char = this.source[at + 1];
    if (char === '\n') return ['', at + 2];
    if (char === 'c') return ['', at + 2 + /^\s*/.exec(this.source.slice(at + 2))![0].length];
    NUMERIC_ESCAPE.lastIndex = at + 1;
    const numeric = NUMERIC_ESCAPE.exec(this.source);
    if (numeric !== null) {
      const [whole, hex, short, long, octal] = numeric;
      const code = Number.parseInt(hex ?? short ?? long ?? octal ?? '0', octal === undefined ? 16 : 8);
      if (code <= 0x10ffff) return [String.fromCodePoint(code), at + 1 + whole.length];
    }
    const plain = char === undefined ? undefined : ESCAPES[char];
    if (plain !== undefined) return [plain, at + 2 + (char === '0' && this.source[at + 2] === '\\' ? 1 : 0)];
    throw new SyntaxFault(this.source, at, 'an escape such as \\n, \\\\ or \\x41\\', `\\${char ?? ''}`);
  }
}

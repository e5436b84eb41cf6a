const SYMBOLS = new Set([...'+-*/\\^<>=~:.?@#&$'].map((c) => c.charCodeAt(0)));
const LETTER = /\p{L}/u;
const UPPER = /\p{Lu}|\p{Lt}/u;
const ALPHANUMERIC = /[\p{L}\p{N}\p{M}]/u;
const SPACE = /\s/u;
const SYMBOL = /\p{S}/u;

export function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

export function isSymbol(code: number): boolean {
  return code < 128 ? SYMBOLS.has(code) : SYMBOL.test(String.fromCodePoint(code));
}

export function isSpace(code: number): boolean {
  if (code <= 32) return code === 32 || (code >= 9 && code <= 13);
  return code > 127 && SPACE.test(String.fromCodePoint(code));
}

/** Starts an atom written without quotes. */
export function isAtomStart(code: number): boolean {
  if (code < 128) return code >= 97 && code <= 122;
  const char = String.fromCodePoint(code);
  return LETTER.test(char) && !UPPER.test(char);
}

export function isVariableStart(code: number): boolean {
  if (code < 128) return code === 95 || (code >= 65 && code <= 90);
  return UPPER.test(String.fromCodePoint(code));
}

export function isAlphanumeric(code: number): boolean {
  if (code < 128) {
    return (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || code === 95 || isDigit(code);
  }
  return ALPHANUMERIC.test(String.fromCodePoint(code));
}

/** True for text that reads back as the same atom without quotes. */
export function isPlainAtom(name: string): boolean {
  if (name === '{}' || name === ';' || name === '!') return true;
  const first = name.codePointAt(0);
  if (first === undefined) return false;
  if (isSymbol(first))
    return name !== '.' && !name.startsWith('/*') && [...name].every((c) => isSymbol(c.codePointAt(0)!));
  return isAtomStart(first) && [...name].every((c) => isAlphanumeric(c.codePointAt(0)!));
}

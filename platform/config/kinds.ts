/**
 * Reads the text of a variable.
 * @throws Error whose message says what was expected.
 */
export type Kind = (text: string) => string | number;

// Not a library's schemas: loading one costs every process 5 MB and a tenth of a second, and its sentences say less.

export function whole(least: number, most = Number.MAX_SAFE_INTEGER): Kind {
  return number(least, most, Number.isSafeInteger, 'a whole number');
}

/** A number that need not be whole, above zero. */
export function positive(most: number): Kind {
  return number(Number.MIN_VALUE, most, Number.isFinite, 'a number above 0');
}

function number(least: number, most: number, isKind: (value: number) => boolean, what: string): Kind {
  const bound = most === Number.MAX_SAFE_INTEGER ? `of ${least} or more` : `from ${least} to ${most}`;
  const expected = least === Number.MIN_VALUE ? `${what} and up to ${most}` : `${what} ${bound}`;
  return (text) => {
    const value = text.trim() === '' ? Number.NaN : Number(text);
    if (!isKind(value) || value < least || value > most) throw new Error(`expected ${expected}`);
    return value;
  };
}

export function oneOf(...choices: readonly string[]): Kind {
  return matching((text) => choices.includes(text), choices.join(', '));
}

export function text(shortest = 1): Kind {
  return matching((given) => given.length >= shortest, `at least ${shortest} characters`);
}

/** @param protocols each with its colon: `https:` */
export function url(...protocols: readonly string[]): Kind {
  const starts = protocols.map((protocol) => `${protocol}//`).join(' or ');
  return matching(
    (given) => URL.canParse(given) && protocols.includes(new URL(given).protocol),
    `a URL that starts with ${starts}`,
  );
}

export function matching(isRight: (text: string) => boolean, expected: string): Kind {
  return (given) => {
    if (!isRight(given)) throw new Error(`expected ${expected}`);
    return given;
  };
}

/** What a function of ours reads: its errors say what was expected. */
export function parsedBy(parse: (given: string) => unknown): Kind {
  return (given) => {
    parse(given);
    return given;
  };
}

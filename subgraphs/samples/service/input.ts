import { BadInputError } from '#platform/errors/index.ts';

export const MAX_INPUTS = 500;

/** @throws BadInputError naming the bound, or the text that no store can keep. */
export function checkInputs(inputs: readonly object[], name = 'inputs'): void {
  if (inputs.length > MAX_INPUTS) {
    throw new BadInputError(
      `"${name}" takes at most ${MAX_INPUTS} at once, got ${inputs.length}: send them in parts.`,
      {
        limit: MAX_INPUTS,
      },
    );
  }
  for (const [index, input] of inputs.entries()) checkText(input, `${name}[${index}]`);
}

/** Postgres keeps no NUL and no half of a surrogate pair. */
function checkText(value: unknown, path: string): void {
  if (typeof value === 'string') {
    if (value.includes('\0') || !value.isWellFormed()) {
      throw new BadInputError(`"${path}" holds a character that is no text (NUL or half a surrogate pair): remove it.`);
    }
  } else if (Array.isArray(value)) {
    value.forEach((item, index) => {
      checkText(item, `${path}[${index}]`);
    });
  } else if (value && typeof value === 'object' && !(value instanceof Date)) {
    for (const [key, item] of Object.entries(value)) checkText(item, `${path}.${key}`);
  }
}

const MAX_REASON = 500;
const MAX_LOCATION = 200;

/** @throws BadInputError when a reason or a place is too long to be one. */
export function checkWords(
  inputs: readonly { readonly reason?: string | null; readonly location?: string | null }[],
): void {
  for (const [index, { reason, location }] of inputs.entries()) {
    checkLength(`inputs[${index}].reason`, reason, MAX_REASON);
    checkLength(`inputs[${index}].location`, location, MAX_LOCATION);
  }
}

function checkLength(path: string, text: string | null | undefined, most: number): void {
  if (text && text.length > most)
    throw new BadInputError(`"${path}" has at most ${most} characters, got ${text.length}.`);
}

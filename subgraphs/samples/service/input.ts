import { BadInputError } from '#platform/errors/index.ts';

export const MAX_INPUTS = 500;

/** @throws BadInputError naming the bound. */
export function checkInputs(inputs: readonly object[], name = 'inputs'): void {
  if (inputs.length > MAX_INPUTS) {
    throw new BadInputError(
      `"${name}" takes at most ${MAX_INPUTS} at once, got ${inputs.length}: send them in parts.`,
      {
        limit: MAX_INPUTS,
      },
    );
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

/** @throws BadInputError when the reason of a whole request is too long to be one. */
export function checkReason(reason: string | null): void {
  checkLength('reason', reason, MAX_REASON);
}

function checkLength(path: string, text: string | null | undefined, most: number): void {
  if (text && text.length > most)
    throw new BadInputError(`"${path}" has at most ${most} characters, got ${text.length}.`);
}

import { BadInputError } from '#platform/errors/index.ts';

const MAX_REASON = 500;

/** @throws BadInputError unless the reason has 1 to 500 characters. */
export function checkReason(reason: string): string {
  const length = [...reason.trim()].length;
  if (length >= 1 && length <= MAX_REASON) return reason;
  throw new BadInputError(`"reason" must have 1 to ${MAX_REASON} characters, it has ${length}.`);
}

/** @throws BadInputError when a list has no item or more than `most`. */
export function checkCount(name: string, items: readonly unknown[], most: number): void {
  if (items.length >= 1 && items.length <= most) return;
  throw new BadInputError(`"${name}" must have 1 to ${most} items, it has ${items.length}: send it in parts.`);
}

import { BadInputError } from '#platform/errors/index.ts';

/** How many workflows one mutation may concern. */
export const MAX_BULK = 500;
const MAX_REASON = 500;

/** @throws BadInputError unless `count` is 1 to 500. */
export function checkBulk(count: number, what: string): void {
  if (count >= 1 && count <= MAX_BULK) return;
  throw new BadInputError(`"${what}" must hold 1 to ${MAX_BULK} entries, got ${count}: send several requests.`);
}

/** @throws BadInputError when it is blank or longer than 500 characters. */
export function checkedReason(reason: string): string {
  const trimmed = reason.trim();
  if (trimmed.length >= 1 && trimmed.length <= MAX_REASON) return trimmed;
  throw new BadInputError(`"reason" must be 1 to ${MAX_REASON} characters, got ${trimmed.length}.`);
}

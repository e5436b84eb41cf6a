import { BadInputError } from '../errors/index.ts';

/** Postgres keeps no NUL and no half of a surrogate pair. */
export function isText(text: string): boolean {
  return !text.includes('\0') && text.isWellFormed();
}

/** @throws BadInputError naming the place of a text within `value` that no store can keep. */
export function checkText(value: unknown, path = ''): void {
  if (typeof value === 'string') {
    if (isText(value)) return;
    throw new BadInputError(`"${path}" holds a character that is no text (NUL or half a surrogate pair): remove it.`);
  }
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) checkText(item, `${path}[${index}]`);
  } else if (typeof value === 'object' && value !== null && !(value instanceof Date)) {
    for (const [key, item] of Object.entries(value)) checkText(item, path === '' ? key : `${path}.${key}`);
  }
}

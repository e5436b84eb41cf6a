const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** Whether the text can be an id (a UUID). Clients send whatever they like as one: what cannot be one names nothing. */
export function isId(text: string): boolean {
  return UUID.test(text);
}

/** An id as the database writes it: a UUID is the same in capitals. */
export function idOf(text: string): string {
  return text.toLowerCase();
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** Ids come from clients as any text; what is no UUID names nothing. */
export function isId(text: string): boolean {
  return UUID.test(text);
}

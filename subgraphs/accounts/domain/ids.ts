const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Clients send whatever they like as an id; what cannot be one names nobody. */
export function isId(text: string): boolean {
  return UUID.test(text);
}

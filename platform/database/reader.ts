/** What only reads. `findUnique` is not among it: Prisma answers those of one tick together, whoever's they are. */
const METHODS = ['findMany', 'findFirst', 'findFirstOrThrow', 'count', 'aggregate', 'groupBy'] as const;
type Method = (typeof METHODS)[number];

/** A Prisma client that can only read: its models with their reading methods, and `$queryRaw`. */
export type Reader<Tx> = {
  readonly [Name in keyof Tx as Tx[Name] extends { findMany: unknown } ? Name : never]: Pick<
    Tx[Name],
    Extract<keyof Tx[Name], Method>
  >;
} & ('$queryRaw' extends keyof Tx ? Pick<Tx, '$queryRaw'> : unknown);

/** One object for the whole process: who reads is known from the session. */
export function readerOf<Tx>(client: Tx): Reader<Tx> {
  const models = new Map<string | symbol, object | undefined>();
  return new Proxy({} as Reader<Tx>, {
    get(_, name) {
      if (!models.has(name)) models.set(name, partOf(client as Record<string | symbol, unknown>, name));
      return models.get(name);
    },
  });
}

function partOf(client: Record<string | symbol, unknown>, name: string | symbol): object | undefined {
  const model = client[name];
  if (name === '$queryRaw' && typeof model === 'function') return model.bind(client);
  if (typeof model !== 'object' || model === null || !('findMany' in model)) return undefined;
  const methods = model as Record<string, (args?: unknown) => unknown>;
  return Object.fromEntries(METHODS.map((name) => [name, (args?: unknown) => methods[name]?.(args)]));
}

/** What the variables say, each as its kind reads it. */
export type Values = Readonly<Record<string, string | number | undefined>>;

export function text(values: Values, name: string): string | null {
  return (values[name] as string | undefined) ?? null;
}

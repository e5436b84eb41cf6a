/** One program of the differential suite: a text of facts and rules, and a goal to ask of it. */
export interface Case {
  readonly program: string;
  readonly goal: string;
  /** Compare the answers as a set: tabling has no order. */
  readonly asSet: boolean;
  /** Why the answers differ from SWI-Prolog's; null: they must not. */
  readonly differs: string | null;
}

export interface Topic {
  readonly name: string;
  readonly cases: readonly Case[];
}

/** A goal that needs no program, or a program with its goal, and why they differ where they do. */
export type Entry = string | readonly [program: string, goal: string, differs?: string];

export function topic(name: string, entries: readonly Entry[], asSet = false): Topic {
  const cases = entries.map((entry) => {
    const [program, goal, differs = null] = typeof entry === 'string' ? ['', entry] : entry;
    return { program, goal, asSet, differs };
  });
  return { name, cases };
}

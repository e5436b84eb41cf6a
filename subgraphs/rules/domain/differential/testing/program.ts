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

/** A goal, or a goal with the reason why its answers differ. */
type AskedGoal = string | readonly [goal: string, differs: string];

/** Whole programs, each asked several goals. */
export function programs(
  name: string,
  entries: readonly (readonly [program: string, ...goals: AskedGoal[]])[],
  asSet = false,
): Topic {
  const cases = entries.map(([program, ...goals]) =>
    goals.map((asked) => {
      const [goal, differs = null] = typeof asked === 'string' ? [asked] : asked;
      return { program, goal, asSet, differs };
    }),
  );
  return { name, cases: cases.flat() };
}

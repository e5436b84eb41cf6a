/** A test of a public suite as a goal that holds exactly when the test passes. */
export interface PublicTest {
  readonly topic: string;
  /** Topic, unit, name and line: no two tests share it. */
  readonly name: string;
  /** The clauses of the suite that it needs. */
  readonly program: string;
  readonly goal: string;
}

/** A test that asks for what our language leaves out. */
export interface LeftOut {
  readonly topic: string;
  readonly name: string;
  readonly why: string;
}

export interface Suite {
  readonly tests: readonly PublicTest[];
  readonly leftOut: readonly LeftOut[];
}

export function together(suites: readonly Suite[]): Suite {
  return { tests: suites.flatMap(({ tests }) => tests), leftOut: suites.flatMap(({ leftOut }) => leftOut) };
}

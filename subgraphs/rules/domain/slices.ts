/** Work that stops between its steps wherever others may have their turn, and in the end returns what it was for. */
export type Slices<T> = Generator<undefined, T, undefined>;

/** Does it without letting anybody between. */
export function atOnce<T>(work: Slices<T>): T {
  for (;;) {
    const step = work.next();
    if (step.done) return step.value;
  }
}

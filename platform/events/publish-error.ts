/** Some consumers have not handled some events; everything else of the batch is safe. Publish these again. */
export class UnhandledEventsError extends Error {
  /** In the order in which they were published. */
  readonly eventIds: readonly string[];

  constructor(eventIds: readonly string[], causes: readonly unknown[]) {
    const first = causes[0];
    super(first instanceof Error ? first.message : String(first), { cause: first });
    this.name = 'UnhandledEventsError';
    this.eventIds = eventIds;
  }
}

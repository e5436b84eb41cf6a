/** Some consumers have not handled some events; everything else of the batch is safe. Publish these again. */
export class UnhandledEventsError extends Error {
  /** In the order in which they were published. */
  readonly eventIds: readonly string[];
  /** Those of them that a consumer could not handle because something it needs is away: nobody has refused them. */
  readonly awayIds: ReadonlySet<string>;

  constructor(eventIds: readonly string[], causes: readonly unknown[], awayIds: Iterable<string> = []) {
    const first = causes[0];
    super(first instanceof Error ? first.message : String(first), { cause: first });
    this.name = 'UnhandledEventsError';
    this.eventIds = eventIds;
    this.awayIds = new Set(awayIds);
  }
}

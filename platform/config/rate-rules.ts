/** So much of one thing within a window, counted for each identity. */
export interface RateRule {
  readonly unit: 'requests' | 'cost' | 'queries' | 'mutations' | 'subscriptions' | 'operation';
  /** Of unit `operation`: which one. */
  readonly operation: string | null;
  /** Counts callers without a token alone, each network address for itself, or callers with one alone; null: everybody. */
  readonly callers: 'anonymous' | 'person' | null;
  readonly limit: number;
  readonly seconds: number;
}

const RULE =
  /^(?:(anonymous|person)\.)?(requests|cost|queries|mutations|subscriptions|operation\.([_A-Za-z][_0-9A-Za-z]*))=(\d{1,12})\/(\d{1,6})?([smhd])$/;
const SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600, d: 86_400 };

/**
 * `off`, or rules separated by commas: `requests=600/1m, person.cost=100000/m, anonymous.requests=60/1m, operation.SignIn=5/10s`.
 * @throws Error saying what was expected.
 */
export function parseRateRules(text: string): RateRule[] {
  if (text.trim() === 'off') return [];
  return text
    .split(',')
    .map((each) => each.trim())
    .filter((each) => each !== '')
    .map((each) => {
      const match = RULE.exec(each);
      const [, callers, unit = '', operation, limit, count = '1', per = ''] = match ?? [];
      const seconds = Number(count) * (SECONDS[per] ?? 0);
      if (!match || Number(limit) === 0 || seconds === 0) {
        throw new Error(
          `expected rules such as requests=600/1m, person.cost=100000/1m, anonymous.requests=60/1m, mutations=60/1m or operation.SignIn=5/1m, separated by commas, got ${JSON.stringify(each)}`,
        );
      }
      return {
        unit: operation === undefined ? (unit as RateRule['unit']) : 'operation',
        operation: operation ?? null,
        callers: (callers as 'anonymous' | 'person' | undefined) ?? null,
        limit: Number(limit),
        seconds,
      };
    });
}

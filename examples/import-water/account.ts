import { KEPT_BACK, type KeptBack, type Verdict } from './reasons.ts';

/** All rows that met the same fate for the same reason. */
export interface Group {
  readonly verdict: Verdict;
  /** `SUBMITTED` for accepted rows, else a code of this importer or of the server. */
  readonly reason: string;
  readonly why: string;
  readonly rows: number[];
}

/** What became of every row: each is counted once. */
export interface Account {
  /** Rows that have been accounted for. */
  readonly count: number;
  accept(row: number): void;
  keep(row: number, reason: KeptBack): void;
  /** A refusal of the server, with its own code and sentence; the group quotes the sentence of its first row. */
  refuse(row: number, code: string, message: string): void;
  groups(): readonly Group[];
}

/** @param onRow called after each row with the number of rows so far */
export function createAccount(onRow: (count: number) => void = () => {}): Account {
  const groups = new Map<string, Group & { readonly first: number }>();
  const seen = new Set<number>();
  const record = (row: number, group: Omit<Group, 'rows'>) => {
    if (seen.has(row)) throw new Error(`Row ${row} was accounted for twice.`);
    seen.add(row);
    const key = `${group.verdict} ${group.reason}`;
    const known = groups.get(key) ?? { ...group, rows: [], first: row };
    known.rows.push(row);
    groups.set(key, row < known.first ? { ...known, why: group.why, first: row } : known);
    onRow(seen.size);
  };
  return {
    get count() {
      return seen.size;
    },
    accept: (row) => record(row, { verdict: 'accepted', reason: 'SUBMITTED', why: 'Entered; waits for verification.' }),
    keep(row, reason) {
      const [verdict, why] = KEPT_BACK[reason];
      record(row, { verdict, reason, why });
    },
    refuse: (row, reason, why) => record(row, { verdict: 'refused', reason, why: `Row ${row}: ${why}` }),
    groups: () =>
      [...groups.values()]
        .map(({ verdict, reason, why, rows }) => ({ verdict, reason, why, rows: [...rows].sort((a, b) => a - b) }))
        .sort(byWeight),
  };
}

function byWeight(a: Group, b: Group): number {
  const verdicts = ORDER[a.verdict] - ORDER[b.verdict];
  return verdicts || b.rows.length - a.rows.length || (a.reason < b.reason ? -1 : 1);
}

const ORDER: Readonly<Record<Verdict, number>> = { accepted: 0, held: 1, refused: 2 };

/** Rows with this verdict. */
export function total(groups: readonly Group[], verdict: Verdict): number {
  return groups.filter((group) => group.verdict === verdict).reduce((sum, { rows }) => sum + rows.length, 0);
}

/** The summary for people: one line per reason, and a last line that adds up. */
export function accountTable(groups: readonly Group[], rowsRead: number): string {
  const width = Math.max(...groups.map(({ reason }) => reason.length), 'rows read'.length);
  const line = (left: string, reason: string, count: number, why = '') =>
    `  ${left.padEnd(9)} ${reason.padEnd(width)} ${count.toLocaleString('en').padStart(9)}  ${why}`.trimEnd();
  const lines = groups.map(({ verdict, reason, rows, why }) => line(verdict, reason, rows.length, why));
  const sum = (['accepted', 'held', 'refused'] as const).map((verdict) => {
    return `${total(groups, verdict).toLocaleString('en')} ${verdict}`;
  });
  return [...lines, `  ${'-'.repeat(width + 20)}`, line('', 'rows read', rowsRead, `= ${sum.join(' + ')}`)].join('\n');
}

import { BadInputError } from '#platform/errors/index.ts';
import type { AnalysisService, Client, SamplePoint, SampleType } from './types.ts';
import { parseUnit } from './ucum.ts';

export type CatalogueKind = 'SampleType' | 'Client' | 'SamplePoint' | 'AnalysisService';

export interface CatalogueRows {
  readonly SampleType: SampleType;
  readonly Client: Client;
  readonly SamplePoint: SamplePoint;
  readonly AnalysisService: AnalysisService;
}

export type CatalogueEntry<Kind extends CatalogueKind> = Omit<CatalogueRows[Kind], 'id'>;

const CODES: Readonly<Record<CatalogueKind, { readonly pattern: RegExp; readonly words: string }>> = {
  SampleType: { pattern: /^[\p{L}\d_.-]{1,40}$/u, words: '1 to 40 letters, digits, "_", "-" or "."' },
  Client: { pattern: /^[\p{L}\d_.-]{1,40}$/u, words: '1 to 40 letters, digits, "_", "-" or "."' },
  SamplePoint: { pattern: /^[\p{L}\d_.:-]{1,80}$/u, words: '1 to 80 letters, digits, "_", "-", "." or ":"' },
  AnalysisService: { pattern: /^[\p{L}\d_.:/-]{1,80}$/u, words: '1 to 80 letters, digits, "_", "-", ".", ":" or "/"' },
};

/** @throws BadInputError naming the first row that is not fit to be saved: a catalogue is saved whole or not at all. */
export function checkCatalogue<Kind extends CatalogueKind>(kind: Kind, rows: readonly CatalogueEntry<Kind>[]): void {
  const seen = new Map<string, number>();
  for (const [index, row] of rows.entries()) {
    const problem = rowProblem(kind, row) ?? specificProblem(row);
    if (problem)
      throw new BadInputError(`inputs[${index}] (${JSON.stringify(row.code.slice(0, 80))}): ${problem}`, { index });
    const before = seen.get(row.code);
    if (before !== undefined) {
      throw new BadInputError(
        `inputs[${index}]: the code ${JSON.stringify(row.code)} came before in inputs[${before}]; name each once.`,
        { index },
      );
    }
    seen.set(row.code, index);
  }
}

function rowProblem(kind: CatalogueKind, row: { readonly code: string; readonly name: string }): string | null {
  if (!CODES[kind].pattern.test(row.code)) return `a code has ${CODES[kind].words}.`;
  const length = row.name.trim().length;
  return length >= 1 && length <= 200 ? null : `a name has 1 to 200 characters, got ${length}.`;
}

function specificProblem(row: Partial<SamplePoint & AnalysisService>): string | null {
  const { latitude, longitude, unit, method, requiredVerifications, holdingTimeHours } = row;
  if (outside(latitude, -90, 90)) return `latitude is -90 to 90, got ${latitude}.`;
  if (outside(longitude, -180, 180)) return `longitude is -180 to 180, got ${longitude}.`;
  if ((latitude ?? null) === null ? (longitude ?? null) !== null : (longitude ?? null) === null) {
    return 'latitude and longitude come together or not at all.';
  }
  if (unit && !parseUnit(unit)) return `${JSON.stringify(unit)} is not a UCUM unit such as "mg/L"; letter case counts.`;
  if (unit === '') return 'a unit is a UCUM unit such as "mg/L"; leave it out for results without one.';
  if (method && method.length > 200) return `a method has at most 200 characters, got ${method.length}.`;
  if (outside(requiredVerifications, 0, 5)) return `requiredVerifications is 0 to 5, got ${requiredVerifications}.`;
  if (outside(holdingTimeHours, 1, 87_600)) return `holdingTimeHours is 1 to 87600, got ${holdingTimeHours}.`;
  return null;
}

function outside(value: number | null | undefined, lowest: number, highest: number): boolean {
  return value !== null && value !== undefined && !(value >= lowest && value <= highest);
}

/** What a save has to write: rows that are new, and rows whose content differs from what is stored under their code. */
export function planSave<Kind extends CatalogueKind>(
  stored: ReadonlyMap<string, CatalogueRows[Kind]>,
  rows: readonly CatalogueEntry<Kind>[],
  newId: () => string,
): {
  readonly created: CatalogueRows[Kind][];
  readonly changed: { before: CatalogueRows[Kind]; after: CatalogueRows[Kind] }[];
} {
  const created: CatalogueRows[Kind][] = [];
  const changed: { before: CatalogueRows[Kind]; after: CatalogueRows[Kind] }[] = [];
  for (const row of rows) {
    const before = stored.get(row.code);
    // The compiler cannot see that an entry and an id make a row of the same kind.
    const after = { ...row, id: before?.id ?? newId() } as unknown as CatalogueRows[Kind];
    if (!before) created.push(after);
    else if (!equal(before, after)) changed.push({ before, after });
  }
  return { created, changed };
}

function equal(left: object, right: object): boolean {
  return Object.entries(right).every(([key, value]) => Object.entries(left).some(([k, v]) => k === key && v === value));
}

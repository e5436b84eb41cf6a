import { BadInputError, ConflictError } from '#platform/errors/index.ts';
import { parseUnit } from '#platform/units/index.ts';
import type { AnalysisService, Client, SamplePoint, SampleType } from './types.ts';

export type CatalogueKind = 'SampleType' | 'Client' | 'SamplePoint' | 'AnalysisService';

export interface CatalogueRows {
  readonly SampleType: SampleType;
  readonly Client: Client;
  readonly SamplePoint: SamplePoint;
  readonly AnalysisService: AnalysisService;
}

type Content<Kind extends CatalogueKind> = Omit<CatalogueRows[Kind], 'id' | 'code' | 'name' | 'version'>;

/** What somebody saves under a code. What is absent stays as it is stored; in a new row it takes its default. */
export type CatalogueEntry<Kind extends CatalogueKind> = {
  readonly code: string;
  readonly name: string;
  /** The version of the stored row that the change is based on; without it whatever is stored is changed. */
  readonly expectedVersion?: number | null | undefined;
} & { readonly [Field in keyof Content<Kind>]?: Content<Kind>[Field] | undefined };

export const DEFAULT_VERIFICATIONS = 1;

const DEFAULTS: { readonly [Kind in CatalogueKind]: Content<Kind> } = {
  SampleType: {},
  Client: {},
  SamplePoint: { latitude: null, longitude: null },
  AnalysisService: { unit: null, method: null, requiredVerifications: DEFAULT_VERIFICATIONS, holdingTimeHours: null },
};

const CODES: Readonly<Record<CatalogueKind, { readonly pattern: RegExp; readonly words: string }>> = {
  SampleType: { pattern: /^[\p{L}\d_.-]{1,40}$/u, words: '1 to 40 letters, digits, "_", "-" or "."' },
  Client: { pattern: /^[\p{L}\d_.-]{1,40}$/u, words: '1 to 40 letters, digits, "_", "-" or "."' },
  SamplePoint: { pattern: /^[\p{L}\d_.:-]{1,80}$/u, words: '1 to 80 letters, digits, "_", "-", "." or ":"' },
  AnalysisService: { pattern: /^[\p{L}\d_.:/-]{1,80}$/u, words: '1 to 80 letters, digits, "_", "-", ".", ":" or "/"' },
};

/** @throws BadInputError naming the first row whose code or name is not fit: a catalogue is saved whole or not at all. */
export function checkCodes(
  kind: CatalogueKind,
  rows: readonly { readonly code: string; readonly name: string }[],
): void {
  const seen = new Map<string, number>();
  for (const [index, row] of rows.entries()) {
    const problem = rowProblem(kind, row);
    if (problem) throw unfit(index, row, problem);
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

function unfit(index: number, row: { readonly code: string }, problem: string): BadInputError {
  return new BadInputError(`${place(index, row)}: ${problem}`, { index });
}

function place(index: number, { code }: { readonly code: string }): string {
  return `inputs[${index}] (${JSON.stringify(code.slice(0, 80))})`;
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
  if ((latitude === null) !== (longitude === null)) {
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

export interface CataloguePlan<Row> {
  readonly created: readonly Row[];
  readonly changed: readonly { readonly before: Row; readonly after: Row }[];
}

/**
 * What a save has to write: rows that are new, and rows whose content differs from what is stored under their code.
 * @throws BadInputError for a row that would not be fit, ConflictError for one that was based on another version.
 */
export function planSave<Kind extends CatalogueKind>(
  kind: Kind,
  rows: readonly CatalogueEntry<Kind>[],
  stored: ReadonlyMap<string, CatalogueRows[Kind]>,
  newId: () => string,
): CataloguePlan<CatalogueRows[Kind]> {
  const created: CatalogueRows[Kind][] = [];
  const changed: { before: CatalogueRows[Kind]; after: CatalogueRows[Kind] }[] = [];
  for (const [index, row] of rows.entries()) {
    const before = stored.get(row.code) ?? null;
    checkVersion(index, row, before);
    const after = merged(kind, row, before, newId);
    const problem = specificProblem(after);
    if (problem) throw unfit(index, row, problem);
    if (!before) created.push(after);
    else if (!equal(before, after)) changed.push({ before, after: { ...after, version: before.version + 1 } });
  }
  return { created, changed };
}

function checkVersion(
  index: number,
  row: { readonly code: string; readonly expectedVersion?: number | null | undefined },
  stored: { readonly version: number } | null,
): void {
  const { expectedVersion } = row;
  const currentVersion = stored?.version ?? null;
  if ((expectedVersion ?? null) === null || expectedVersion === currentVersion) return;
  const present = stored ? `is at version ${stored.version}` : 'is not there';
  throw new ConflictError(
    `${place(index, row)} ${present}, expected was version ${expectedVersion}: read it again. Nothing was saved.`,
    { index, currentVersion },
  );
}

function merged<Kind extends CatalogueKind>(
  kind: Kind,
  row: CatalogueEntry<Kind>,
  before: CatalogueRows[Kind] | null,
  newId: () => string,
): CatalogueRows[Kind] {
  const { expectedVersion: _, ...content } = row;
  const given = Object.fromEntries(Object.entries(content).filter(([, value]) => value !== undefined));
  const base = before ?? { ...DEFAULTS[kind], id: newId(), version: 1 };
  // The compiler cannot see that an entry over a row or over its defaults makes a row of the same kind.
  return { ...base, ...given } as unknown as CatalogueRows[Kind];
}

function equal(left: object, right: object): boolean {
  return Object.entries(right).every(([key, value]) => Object.entries(left).some(([k, v]) => k === key && v === value));
}

import { KEPT_BACK, type KeptBack } from './reasons.ts';
import { convert, readUnit } from './units.ts';
import type { Finding } from './values.ts';

/** A row's result with its units read, before the service's unit is known. */
export interface PlannedResult {
  readonly row: number;
  /** Code of the analysis service. */
  readonly service: string;
  readonly finding: Finding;
  /** UCUM; null for `None`, undefined when the row names none. */
  readonly unit: string | null | undefined;
  /** UCUM of the limit; undefined when the row names none. */
  readonly limitUnit: string | null | undefined;
  readonly qualifiers: readonly string[];
  readonly measuredAt: string | null;
}

/** The part of SubmitResultInput that the file decides. */
export interface Entry {
  readonly value: string | null;
  readonly text: string | null;
  readonly unit: string | null;
  readonly detectionLimit: string | null;
  readonly qualifiers: readonly string[];
  readonly measuredAt: string | null;
}

export type UnitReading =
  | { readonly unit: string | null | undefined; readonly speciation: string | null }
  | { readonly reason: KeptBack };

/** The unit of a cell; an empty cell names none. */
export function readUnitCell(text: string): UnitReading {
  if (text === '') return { unit: undefined, speciation: null };
  const read = readUnit(text);
  return read ? { unit: read.ucum, speciation: read.speciation } : { reason: 'UNIT_UNKNOWN' };
}

/** Why a row with this finding is not registered at all; others wait in the laboratory when they are kept back. */
export function isRefused(reason: KeptBack): boolean {
  return KEPT_BACK[reason][0] === 'refused';
}

/** What is entered for a row, or why nothing is: values stay in their own unit, limits of findings are converted. */
export function entryFor(planned: PlannedResult, serviceUnit: string | null): Entry | { readonly reason: KeptBack } {
  const { finding, qualifiers, measuredAt } = planned;
  if (finding.kind === 'kept') return { reason: finding.reason };
  const common = { qualifiers, measuredAt };
  if (finding.kind === 'value') {
    if ((planned.unit ?? null) === null && serviceUnit !== null) return { reason: 'UNIT_MISSING' };
    const unit = planned.unit ?? null;
    const limit = limitIn(planned, unit);
    if (limit === undefined) return { reason: 'LIMIT_UNIT_DIFFERS' };
    return { ...common, value: finding.value, text: null, unit, detectionLimit: limit };
  }
  const limit = limitIn(planned, serviceUnit);
  if (limit === undefined) return { reason: 'LIMIT_UNIT_DIFFERS' };
  return {
    ...common,
    value: null,
    text: finding.text,
    unit: limit === null ? null : serviceUnit,
    detectionLimit: limit,
  };
}

/** The limit in a unit; null when there is none, undefined when it measures something else. */
function limitIn({ finding, unit, limitUnit }: PlannedResult, wanted: string | null): string | null | undefined {
  if (finding.kind === 'kept' || finding.limit === null) return null;
  const from = limitUnit ?? unit ?? wanted;
  return convert(finding.limit, from, wanted) ?? undefined;
}

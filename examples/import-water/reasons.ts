export type Verdict = 'accepted' | 'held' | 'refused';

/** Why this importer itself keeps a row back. Other reasons are the server's own. */
export const KEPT_BACK = {
  DATE_MISSING: ['held', 'The day of collection is missing or is no date: times cannot be judged without it.'],
  CATEGORY_UNKNOWN: ['held', 'A kind of quality control that the laboratory has no category for.'],
  ACTIVITY_CONTRADICTS: ['held', 'The same activity stands with another place, time or kind further up.'],
  SPECIATION_CONTRADICTS: ['held', 'Unit and speciation name different species.'],
  UNIT_UNKNOWN: ['held', 'The unit is not known in UCUM; the analysis waits for its result.'],
  UNIT_MISSING: ['held', 'A number without a unit, where the service has one; the analysis waits for its result.'],
  LIMIT_UNIT_DIFFERS: [
    'held',
    'Value and detection limit measure different things; the analysis waits for its result.',
  ],
  CONDITION_CONTRADICTS: ['held', 'Called not detected, yet with a value above the limit; the analysis waits.'],
  RESULT_MISSING: ['held', 'Neither a value nor a finding; the analysis waits for its result.'],
  RESULT_REJECTED: ['held', 'The organization itself rejected the result; the analysis waits for its result.'],
  SECOND_RESULT: ['held', 'Another result of the same activity and service stands further up.'],
  SAMPLE_DIFFERS: ['held', 'The laboratory has another sample under this barcode.'],
  ANALYSIS_NOT_ASKED: ['held', 'The laboratory registered this sample without this analysis.'],
  DIFFERS_FROM_STORED: ['held', 'The laboratory holds another result of this analysis: it was not overwritten.'],
  UNIT_MISMATCH: ['held', "Entered in another unit than the service's: the system holds it."],
  MEASURED_BEFORE_COLLECTED: ['held', 'Measured before it was collected: the system holds it.'],
  ROW_BROKEN: ['refused', 'The row does not have one cell per heading.'],
  ROW_INCOMPLETE: ['refused', 'The activity or the characteristic is missing.'],
  DUPLICATE_ROW: ['refused', 'The same row stands further up.'],
  VALUE_UNREADABLE: ['refused', 'The value is neither a number nor a known finding such as "ND" or "<0.05".'],
} as const satisfies Readonly<Record<string, readonly [Exclude<Verdict, 'accepted'>, string]>>;

export type KeptBack = keyof typeof KEPT_BACK;

/** Flags with which the server holds a result. */
export const HOLDING_FLAGS = ['UNIT_MISMATCH', 'MEASURED_BEFORE_COLLECTED'] as const;

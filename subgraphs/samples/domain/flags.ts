import { Decimal } from 'decimal.js';
import { compareUnits, parseUnit } from '#platform/units/index.ts';
import { HOUR_MS } from './due-time.ts';
import { RESULT_FLAGS, type Result, type ResultFlag, type Sample, type Terms } from './types.ts';

export type Measured = Pick<Result, 'value' | 'text' | 'unit' | 'detectionLimit' | 'measuredAt'>;

const HELD: ReadonlySet<ResultFlag> = new Set(['UNIT_MISMATCH', 'MEASURED_BEFORE_COLLECTED']);
const BLANKS: ReadonlySet<string> = new Set(['FIELD_BLANK', 'EQUIPMENT_BLANK', 'LABORATORY_BLANK']);
const ABBREVIATIONS: ReadonlySet<string> = new Set(['nd', 'bdl', 'bql', 'brl', 'bmdl', 'bloq', 'trace']);
const PHRASE =
  /^(not|non|none)[ -]?(detected|detects?|detectable|present)\b|^(present )?below\b.*\b(detect\w*|dt|quant\w*|report\w*)\b|^detected not quantified$/;

/** Words by which laboratories say that the method found nothing it could measure: `ND`, `Not Detected`, `<0.05` … */
export function saysNonDetect(text: string): boolean {
  const plain = text.toLowerCase().replaceAll('*', '').replace(/\s+/g, ' ').trim();
  if (/^<\s*(\d|\.\d|(mdl|lod|loq|rl|pql)\b)/.test(plain)) return true;
  const letters = plain.replace(/[./]/g, '');
  return ABBREVIATIONS.has(letters) || PHRASE.test(plain.replaceAll('.', ''));
}

/** The remarks on a result, most serious first. `first` is the first result of the analysis, null when this is it. */
export function flagsOf(
  measured: Measured,
  about: { readonly terms: Terms; readonly sample: Sample; readonly first: Measured | null },
): ResultFlag[] {
  const limit = measured.detectionLimit === null ? null : new Decimal(measured.detectionLimit);
  const value = measured.value === null ? null : new Decimal(measured.value);
  const set = new Set<ResultFlag>();
  if (unitDiffers(measured, about.terms)) set.add('UNIT_MISMATCH');
  if (measured.text !== null && saysNonDetect(measured.text)) set.add('NON_DETECT');
  if (value && limit && value.lt(limit)) set.add('BELOW_DETECTION_LIMIT');
  if (value && limit && value.gte(limit) && BLANKS.has(about.sample.category)) set.add('BLANK_CONTAMINATED');
  for (const flag of timeFlags(measured.measuredAt, about.sample.collectedAt, about.terms)) set.add(flag);
  if (about.first && differs(measured, about.first)) set.add('CORRECTED');
  return RESULT_FLAGS.filter((flag) => set.has(flag));
}

/** A held result is neither verified nor released until it is entered anew. */
export function isHeld(flags: readonly ResultFlag[]): boolean {
  return holdsOf(flags).length > 0;
}

/** Those of the flags that hold. */
export function holdsOf(flags: readonly ResultFlag[]): ResultFlag[] {
  return flags.filter((flag) => HELD.has(flag));
}

/** Words without a detection limit carry no quantity, so their unit says nothing. */
function unitDiffers(measured: Measured, terms: Terms): boolean {
  if (measured.value === null && measured.detectionLimit === null) return false;
  return !sameUnit(measured.unit, terms.unit);
}

/** True also for two absent units; `mg/l` is the same as `mg/L`. */
export function sameUnit(left: string | null, right: string | null): boolean {
  if (left === right) return true;
  const [a, b] = [left && parseUnit(left), right && parseUnit(right)];
  return Boolean(a && b && compareUnits(a, b) === 'SAME');
}

function timeFlags(measuredAt: Date | null, collectedAt: Date | null, { holdingTimeHours }: Terms): ResultFlag[] {
  if (!measuredAt || !collectedAt) return [];
  if (measuredAt < collectedAt) return ['MEASURED_BEFORE_COLLECTED'];
  const heldMs = measuredAt.getTime() - collectedAt.getTime();
  return holdingTimeHours !== null && heldMs > holdingTimeHours * HOUR_MS ? ['HOLDING_TIME_EXCEEDED'] : [];
}

function differs(measured: Measured, first: Measured): boolean {
  const sameValue =
    measured.value === null || first.value === null
      ? measured.value === first.value
      : new Decimal(measured.value).eq(first.value);
  return !sameValue || measured.text !== first.text || !sameUnit(measured.unit, first.unit);
}

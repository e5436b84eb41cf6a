export type SampleCategory =
  | 'ROUTINE'
  | 'FIELD_BLANK'
  | 'EQUIPMENT_BLANK'
  | 'LABORATORY_BLANK'
  | 'FIELD_REPLICATE'
  | 'LABORATORY_DUPLICATE'
  | 'SPIKE'
  | 'REFERENCE_MATERIAL';

/** The first that fits decides: a blank spike is a spike, a duplicate of a control standard is a reference. */
const CATEGORIES: readonly (readonly [RegExp, SampleCategory])[] = [
  [/spike|surrogate/, 'SPIKE'],
  [/reference|calib|control (sample|standard)|positive control/, 'REFERENCE_MATERIAL'],
  [/equipment.*blank/, 'EQUIPMENT_BLANK'],
  [/(lab|reagent|method)\b.*blank|negative control/, 'LABORATORY_BLANK'],
  [/blank/, 'FIELD_BLANK'],
  [/inter-lab/, 'FIELD_REPLICATE'],
  [/\blab\b.*(duplicate|split|re-analysis)/, 'LABORATORY_DUPLICATE'],
  [/replicate|duplicate|blind|split/, 'FIELD_REPLICATE'],
];

/** What the portal's type of activity is for; null for quality control of a kind that has no counterpart. */
export function categoryOf(activityType: string): SampleCategory | null {
  const plain = activityType.toLowerCase();
  const type = plain.replace(/^quality control[ -]*/, '');
  const found = CATEGORIES.find(([pattern]) => pattern.test(type));
  if (found) return found[1];
  return plain.startsWith('quality control') ? null : 'ROUTINE';
}

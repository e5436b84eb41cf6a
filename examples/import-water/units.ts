import { Decimal } from 'decimal.js';

/** What a unit of the portal says: the unit in UCUM, and of which species where it names one. */
export interface ReadUnit {
  /** Null for `None`: a number without a unit. */
  readonly ucum: string | null;
  /** For example `as N`; null when the unit names none. */
  readonly speciation: string | null;
}

const SAME_IN_UCUM =
  'mg/L ug/L ng/L pg/L g/L mg/kg ug/kg ng/kg g/kg ng/g ug/g mg/g ug/mL ng/mL mL/L % m cm mm km s min h d mL L g mg ug kg m/s cm/s m3/s m3/d L/s L/min uS/cm mS/cm mS/m S/m V mV kPa hPa mmol/L umol/L nmol/L Bq/L pCi/L mg/m2 mg/m3 ug/m3 g/m2 ug/cm2 kg/d t/d /m /cm W/m2';

const OTHERS: Readonly<Record<string, string | null>> = {
  none: null,
  unitless: null,
  ntu: '[NTU]',
  fnu: '[FNU]',
  ntru: '{NTRU}',
  fbu: '{FBU}',
  jtu: '{JTU}',
  'deg c': 'Cel',
  'deg f': '[degF]',
  celsius: 'Cel',
  'std units': '[pH]',
  'standard units': '[pH]',
  'std unit': '[pH]',
  ph: '[pH]',
  'us/cm @25c': 'uS/cm',
  'us/cm at 25c': 'uS/cm',
  'umho/cm': 'uS/cm',
  'umhos/cm': 'uS/cm',
  ppm: '[ppm]',
  ppb: '[ppb]',
  ppth: '[ppth]',
  psu: '{PSU}',
  pss: '{PSU}',
  '% saturatn': '%',
  '% by vol': '%',
  '% by wt': '%',
  '% recovery': '%',
  'mpn/100ml': '{MPN}/(100.mL)',
  'mpn/100 ml': '{MPN}/(100.mL)',
  'cfu/100ml': '[CFU]/(100.mL)',
  'cfu/100 ml': '[CFU]/(100.mL)',
  '#/100ml': '{#}/(100.mL)',
  '#/100 ml': '{#}/(100.mL)',
  '#/ml': '{#}/mL',
  '#/l': '{#}/L',
  '#/m3': '{#}/m3',
  'cells/ml': '{cells}/mL',
  pcu: '{PCU}',
  'color unit': '{PCU}',
  ft: '[ft_i]',
  feet: '[ft_i]',
  in: '[in_i]',
  cfs: '[ft_i]3/s',
  'ft3/s': '[ft_i]3/s',
  'ft3/sec': '[ft_i]3/s',
  'ft/sec': '[ft_i]/s',
  'm3/sec': 'm3/s',
  'm/sec': 'm/s',
  'l/sec': 'L/s',
  'gal/min': '[gal_us]/min',
  gpm: '[gal_us]/min',
  'mm/hg': 'mm[Hg]',
  mmhg: 'mm[Hg]',
  'mm hg': 'mm[Hg]',
  'meq/l': 'meq/L',
  'ueq/l': 'ueq/L',
  hours: 'h',
  minutes: 'min',
  seconds: 's',
  days: 'd',
  meters: 'm',
  'micrograms per liter': 'ug/L',
  'milligrams per liter': 'mg/L',
};

const UNITS: ReadonlyMap<string, string | null> = new Map<string, string | null>([
  ...SAME_IN_UCUM.split(' ').map((unit): [string, string] => [unit.toLowerCase(), unit]),
  ...Object.entries(OTHERS),
]);

/** `mg/l as N`, `mg/l asNO3` and `mg/l CaCO3` are a unit and a species. */
const SPECIES = /^(?<unit>\S+)\s+(?:as\s*(?<named>[A-Za-z0-9-]+)|(?<bare>CaCO3|NO3|PO4|N|P))\**$/i;

/** Null when the portal's unit has no counterpart in UCUM that is known here. */
export function readUnit(text: string): ReadUnit | null {
  const key = text
    .trim()
    .replace(/\s+/g, ' ')
    .replace(/[\u00b5\u03bc]/g, 'u');
  const known = UNITS.get(key.toLowerCase());
  if (known !== undefined) return { ucum: known, speciation: null };
  const { unit, named, bare } = SPECIES.exec(key)?.groups ?? {};
  const ucum = unit === undefined ? undefined : UNITS.get(unit.toLowerCase());
  return ucum === undefined ? null : { ucum, speciation: `as ${named ?? bare}` };
}

/** Powers of ten within families that measure the same. */
const FAMILIES: readonly Readonly<Record<string, number>>[] = [
  { 'g/L': 0, 'mg/L': -3, 'ug/L': -6, 'ng/L': -9, 'pg/L': -12, 'ug/mL': -3, 'ng/mL': -6 },
  { 'g/kg': 0, 'mg/g': 0, 'mg/kg': -3, 'ug/g': -3, 'ug/kg': -6, 'ng/g': -6, 'ng/kg': -9 },
  { 'S/m': 0, 'mS/cm': -1, 'mS/m': -3, 'uS/cm': -4 },
  { m: 0, cm: -2, mm: -3 },
];

/** The same amount in another unit, exactly; null when the units do not measure the same. */
export function convert(value: string, from: string | null, to: string | null): string | null {
  if (from === to) return value;
  if (from === null || to === null) return null;
  for (const family of FAMILIES) {
    const [a, b] = [family[from], family[to]];
    if (a !== undefined && b !== undefined) return new Decimal(value).times(Decimal.pow(10, a - b)).toFixed();
  }
  return null;
}

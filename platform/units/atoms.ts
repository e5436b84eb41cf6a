/** Base dimensions of UCUM; an arbitrary unit such as `[CFU]` is a dimension of its own. */
export type Dimensions = Readonly<Record<string, number>>;

export interface Atom {
  /** Factor to the base units (metre, gram, second, radian, kelvin, coulomb, candela): a decimal, or a fraction of two. */
  readonly factor: string;
  readonly dimensions: Dimensions;
  /** Prefixes are allowed. */
  readonly metric: boolean;
  /** Not a ratio scale: only the very same unit is the same. */
  readonly special?: true;
  /** Where the zero of a special unit lies in that unit; converting means adding it first. */
  readonly offset?: string;
  /** What UCUM's dimensions do not tell apart: an amount of substance is no number, a part of mass no part of volume. */
  readonly kind?: string;
}

export const PREFIXES: Readonly<Record<string, string>> = {
  Y: '1e24',
  Z: '1e21',
  E: '1e18',
  P: '1e15',
  T: '1e12',
  G: '1e9',
  M: '1e6',
  k: '1e3',
  h: '1e2',
  da: '1e1',
  d: '1e-1',
  c: '1e-2',
  m: '1e-3',
  u: '1e-6',
  n: '1e-9',
  p: '1e-12',
  f: '1e-15',
  a: '1e-18',
  z: '1e-21',
  y: '1e-24',
  Ki: '1024',
  Mi: '1048576',
  Gi: '1073741824',
  Ti: '1099511627776',
};

const NONE: Dimensions = {};
const LENGTH: Dimensions = { m: 1 };
const AREA: Dimensions = { m: 2 };
const VOLUME: Dimensions = { m: 3 };
const MASS: Dimensions = { g: 1 };
const TIME: Dimensions = { s: 1 };
const TEMPERATURE: Dimensions = { K: 1 };
const PRESSURE: Dimensions = { g: 1, m: -1, s: -2 };
const ENERGY: Dimensions = { g: 1, m: 2, s: -2 };

function metric(factor: string, dimensions: Dimensions): Atom {
  return { factor, dimensions, metric: true };
}

/** The same, of a kind of its own. */
function kindOf(kind: string, atom: Atom): Atom {
  return { ...atom, kind };
}

function plain(factor: string, dimensions: Dimensions): Atom {
  return { factor, dimensions, metric: false };
}

/** UCUM: units defined by a procedure do not compare with anything else. */
function arbitrary(symbol: string, isMetric = false): Atom {
  return { factor: '1', dimensions: { [symbol]: 1 }, metric: isMetric };
}

const BASE = {
  m: metric('1', LENGTH),
  g: metric('1', MASS),
  s: metric('1', TIME),
  rad: metric('1', { rad: 1 }),
  K: metric('1', TEMPERATURE),
  C: metric('1', { C: 1 }),
  cd: metric('1', { cd: 1 }),
};

const NUMBERS = {
  '10*': plain('10', NONE),
  '10^': plain('10', NONE),
  '%': kindOf('part', plain('0.01', NONE)),
  '[ppth]': kindOf('part', plain('1e-3', NONE)),
  '[ppm]': kindOf('part', plain('1e-6', NONE)),
  '[ppb]': kindOf('part', plain('1e-9', NONE)),
  '[pptr]': kindOf('part', plain('1e-12', NONE)),
  '[pi]': plain('3.1415926535897932384626433832795028841971693993751', NONE),
  mol: kindOf('amount', metric('6.0221367e23', NONE)),
  eq: kindOf('equivalents', metric('6.0221367e23', NONE)),
  osm: kindOf('osmoles', metric('6.0221367e23', NONE)),
};

const DERIVED = {
  l: metric('1e-3', VOLUME),
  L: metric('1e-3', VOLUME),
  ar: metric('100', AREA),
  t: metric('1e6', MASS),
  u: metric('1.6605402e-24', MASS),
  min: plain('60', TIME),
  h: plain('3600', TIME),
  d: plain('86400', TIME),
  wk: plain('604800', TIME),
  mo: plain('2629800', TIME),
  a: plain('31557600', TIME),
  Hz: kindOf('frequency', metric('1', { s: -1 })),
  N: metric('1000', { g: 1, m: 1, s: -2 }),
  Pa: metric('1000', PRESSURE),
  bar: metric('1e8', PRESSURE),
  atm: plain('101325000', PRESSURE),
  'm[Hg]': metric('133322000', PRESSURE),
  'm[H2O]': metric('9806650', PRESSURE),
  J: metric('1000', ENERGY),
  eV: metric('1.60217733e-16', ENERGY),
  cal: metric('4184', ENERGY),
  W: metric('1000', { g: 1, m: 2, s: -3 }),
  A: metric('1', { C: 1, s: -1 }),
  V: metric('1000', { g: 1, m: 2, s: -2, C: -1 }),
  F: metric('0.001', { g: -1, m: -2, s: 2, C: 2 }),
  Ohm: metric('1000', { g: 1, m: 2, s: -1, C: -2 }),
  S: metric('0.001', { g: -1, m: -2, s: 1, C: 2 }),
  lm: metric('1', { cd: 1, rad: 2 }),
  lx: metric('1', { cd: 1, rad: 2, m: -2 }),
  Bq: kindOf('activity', metric('1', { s: -1 })),
  Ci: kindOf('activity', metric('3.7e10', { s: -1 })),
  Gy: kindOf('absorbed dose', metric('1', { m: 2, s: -2 })),
  Sv: kindOf('dose equivalent', metric('1', { m: 2, s: -2 })),
  kat: kindOf('catalysis', metric('6.0221367e23', { s: -1 })),
  U: kindOf('catalysis', metric('10036894500000000', { s: -1 })),
  deg: plain('0.0174532925199432957692369076848861', { rad: 1 }),
  Ao: plain('1e-10', LENGTH),
  P: metric('100', { g: 1, m: -1, s: -1 }),
  St: metric('1e-4', { m: 2, s: -1 }),
  bit: metric('1', { bit: 1 }),
  By: metric('8', { bit: 1 }),
};

const CUSTOMARY = {
  '[in_i]': plain('0.0254', LENGTH),
  '[ft_i]': plain('0.3048', LENGTH),
  '[yd_i]': plain('0.9144', LENGTH),
  '[mi_i]': plain('1609.344', LENGTH),
  '[acr_us]': plain('62726400000/15499969', AREA),
  '[cft_i]': plain('0.028316846592', VOLUME),
  '[gal_us]': plain('0.003785411784', VOLUME),
  '[qt_us]': plain('0.000946352946', VOLUME),
  '[foz_us]': plain('0.0000295735295625', VOLUME),
  '[gr]': plain('0.06479891', MASS),
  '[lb_av]': plain('453.59237', MASS),
  '[oz_av]': plain('28.349523125', MASS),
  '[psi]': plain('4448.2216152605/0.00064516', PRESSURE),
};

const SPECIAL = {
  Cel: { factor: '1', dimensions: TEMPERATURE, metric: true, special: true, offset: '273.15' },
  '[degF]': { factor: '5/9', dimensions: TEMPERATURE, metric: false, special: true, offset: '459.67' },
  '[pH]': { factor: '1', dimensions: { m: -3 }, metric: false, special: true },
  B: { factor: '1', dimensions: NONE, metric: true, special: true },
  Np: { factor: '1', dimensions: NONE, metric: true, special: true },
} as const satisfies Record<string, Atom>;

const ARBITRARY = {
  '[iU]': { ...arbitrary('[iU]'), metric: true },
  '[IU]': { ...arbitrary('[iU]'), metric: true },
  "[arb'U]": arbitrary("[arb'U]"),
  "[USP'U]": arbitrary("[USP'U]"),
  '[CFU]': arbitrary('[CFU]'),
  '[PFU]': arbitrary('[PFU]'),
  '[FFU]': arbitrary('[FFU]'),
  '[TCID_50]': arbitrary('[TCID_50]'),
  '[EID_50]': arbitrary('[EID_50]'),
  '[CCID_50]': arbitrary('[CCID_50]'),
  '[LPF]': plain('100', NONE),
  '[HPF]': plain('1', NONE),
  '[NTU]': arbitrary('[NTU]'),
  '[FNU]': arbitrary('[FNU]'),
  '[drp]': plain('5e-8', VOLUME),
};

/**
 * The part of UCUM 2.1 that a water, food or medical laboratory reports in, with UCUM's own values (ucum.org/ucum, tables 3 to
 * 20). They are exact by definition but for what was measured (`mol`, `u`, `eV`), for `[pi]` and `deg`, which have no end, and
 * for the survey foot in `[acr_us]`, a fraction. `U` and `kat` are a number per time in UCUM; they are of one kind.
 */
export const ATOMS: Readonly<Record<string, Atom>> = {
  ...BASE,
  ...NUMBERS,
  ...DERIVED,
  ...CUSTOMARY,
  ...SPECIAL,
  ...ARBITRARY,
};

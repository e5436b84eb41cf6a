import { describe, expect, test } from 'vitest';
import { flagsOf, isHeld, type Measured, sameUnit, saysNonDetect } from './flags.ts';
import { aSample, aService } from './testing.ts';

function flags(measured: Partial<Measured>, about: Partial<Parameters<typeof flagsOf>[1]> = {}): string[] {
  const whole = { value: null, text: null, unit: 'mg/L', detectionLimit: null, measuredAt: null, ...measured };
  return flagsOf(whole, { terms: aService(), sample: aSample(), first: null, ...about });
}

describe('laboratories say "not detected" in many ways', () => {
  test.each([
    'ND',
    'nd',
    'N.D.',
    'n/d',
    'Not Detected',
    'NOT DETECTED',
    '*Non-detect',
    'Non-Detect',
    'non detected',
    'None Detected',
    'not detectable',
    '<0.05',
    '< 0.05',
    '<.05',
    '<MDL',
    '<LOQ',
    'Below Detection',
    'Below Detection Limit',
    'BDL',
    'bql',
    'Below Method Detection Limit',
    'Below Reporting Limit',
    'Below Daily Detection Limit',
    'Not Detected at Reporting Limit',
    'Present Below Quantification Limit',
    'Detected Not Quantified',
    'Not Present',
    'trace',
    '  not   detected ',
  ])('%j', (text) => {
    expect(saysNonDetect(text)).toBe(true);
  });
  test.each([
    'positive',
    'detected',
    'Not Reported',
    'below ground',
    '>2419.6',
    'lost',
    'nda',
    '< ',
    'no growth yet',
    'handed in',
    'Present Above Quantification Limit',
  ])('but not %j', (text) => {
    expect(saysNonDetect(text)).toBe(false);
  });
});

describe('flags', () => {
  test('a value below its own detection limit is flagged, one at the limit is not', () => {
    expect(flags({ value: '0.049', detectionLimit: '0.05' })).toEqual(['BELOW_DETECTION_LIMIT']);
    expect(flags({ value: '0.050', detectionLimit: '0.05' })).toEqual([]);
  });

  test('exact decimals decide: 0.1 + 0.2 is not more than 0.3 here', () => {
    expect(flags({ value: '0.30000000000000000000', detectionLimit: '0.3' })).toEqual([]);
    expect(flags({ value: '0.29999999999999999999', detectionLimit: '0.3' })).toEqual(['BELOW_DETECTION_LIMIT']);
  });

  test('another unit than the analysis’s holds the result, another spelling does not', () => {
    expect(flags({ value: '3', unit: 'mg/l' })).toEqual([]);
    expect(flags({ value: '3', unit: 'ug/L' })).toEqual(['UNIT_MISMATCH']);
    expect(flags({ value: '3', unit: null })).toEqual(['UNIT_MISMATCH']);
    for (const [reported, expected] of [
      ['meq/L', 'mmol/L'],
      ['mosm/L', 'mmol/L'],
      ['Sv', 'Gy'],
      ['Hz', 'Bq'],
      ['mg/kg', '[ppm]'],
      ['umol/(min.L)', 'U/L'],
    ] as const) {
      expect(flags({ value: '3', unit: reported }, { terms: aService({ unit: expected }) })).toEqual(['UNIT_MISMATCH']);
    }
    expect(flags({ text: 'ND', unit: 'ug/L', detectionLimit: '5' })).toEqual(['UNIT_MISMATCH', 'NON_DETECT']);
    expect(flags({ text: 'ND', unit: 'ug/L' })).toEqual(['NON_DETECT']);
    expect(flags({ value: '7', unit: null }, { terms: aService({ unit: null }) })).toEqual([]);
  });

  test('a blank at or above the detection limit is contaminated, a routine sample never', () => {
    const sample = aSample({ category: 'FIELD_BLANK' });
    expect(flags({ value: '0.05', detectionLimit: '0.05' }, { sample })).toEqual(['BLANK_CONTAMINATED']);
    expect(flags({ value: '0.04', detectionLimit: '0.05' }, { sample })).toEqual(['BELOW_DETECTION_LIMIT']);
    expect(flags({ value: '5', detectionLimit: '0.05' })).toEqual([]);
  });

  test('a measurement before the collection holds, one after the holding time is remarked', () => {
    const terms = aService({ holdingTimeHours: 48 });
    const at = (hours: number) => new Date(Date.parse('2026-02-28T08:00:00Z') + hours * 3_600_000);
    expect(flags({ value: '1', measuredAt: at(-1) }, { terms })).toEqual(['MEASURED_BEFORE_COLLECTED']);
    expect(flags({ value: '1', measuredAt: at(48) }, { terms })).toEqual([]);
    expect(flags({ value: '1', measuredAt: at(49) }, { terms })).toEqual(['HOLDING_TIME_EXCEEDED']);
    expect(flags({ value: '1', measuredAt: at(49) }, { terms, sample: aSample({ collectedAt: null }) })).toEqual([]);
  });

  test('a result is CORRECTED when it differs from the first, not when it repeats it', () => {
    const first = { value: '1.0', text: null, unit: 'mg/L', detectionLimit: null, measuredAt: null };
    expect(flags({ value: '1.1' }, { first })).toEqual(['CORRECTED']);
    expect(flags({ value: '1.00', unit: 'mg/l' }, { first })).toEqual([]);
    expect(flags({ text: 'ND' }, { first })).toEqual(['CORRECTED', 'NON_DETECT']);
  });

  test('the most serious come first, and only two of them hold', () => {
    const all = flags(
      { value: '0.01', unit: 'ug/L', detectionLimit: '0.05', measuredAt: new Date('2020-01-01T00:00:00Z') },
      { first: { value: '3', text: null, unit: 'mg/L', detectionLimit: null, measuredAt: null } },
    );
    expect(all).toEqual(['UNIT_MISMATCH', 'MEASURED_BEFORE_COLLECTED', 'CORRECTED', 'BELOW_DETECTION_LIMIT']);
    expect(isHeld(['MEASURED_BEFORE_COLLECTED'])).toBe(true);
    expect(isHeld(['BLANK_CONTAMINATED', 'HOLDING_TIME_EXCEEDED', 'CORRECTED', 'NON_DETECT'])).toBe(false);
  });
});

test('two absent units are the same, an absent and a present one are not', () => {
  expect(sameUnit(null, null)).toBe(true);
  expect(sameUnit(null, 'mg/L')).toBe(false);
});

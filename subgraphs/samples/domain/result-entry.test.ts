import { describe, expect, test } from 'vitest';
import type { AnalysisCase } from './analysis.ts';
import { enterResult, type ResultEntry } from './result-entry.ts';
import { aCase, anAnalysis, aResult, aSample, aService, T0 } from './testing.ts';

const stamp = { id: 'r', by: 'ana', at: T0 };

function entry(over: Partial<ResultEntry> = {}): ResultEntry {
  return {
    analysisId: 'a',
    expectedVersion: 1,
    value: '3.40',
    text: null,
    unit: null,
    detectionLimit: null,
    qualifiers: [],
    measuredAt: null,
    reason: null,
    ...over,
  };
}

function code(over: Partial<ResultEntry>, found: Partial<AnalysisCase> = {}): string {
  const outcome = enterResult(aCase(found), entry(over), stamp);
  return 'refusal' in outcome ? outcome.refusal.code : outcome.analysis.status;
}

describe('each cause of refusal has its code', () => {
  const entered = { analysis: anAnalysis({ status: 'SUBMITTED' }), results: [aResult()] };
  const full = { ...entered, results: Array.from({ length: 100 }, () => aResult()) };
  test.each<[string, Partial<ResultEntry>, Partial<AnalysisCase>]>([
    ['VALUE_OR_TEXT', { value: null }, {}],
    ['TOO_MANY_RESULTS', { reason: 'once more' }, full],
    ['VALUE_OR_TEXT', { value: null, text: '  ' }, {}],
    ['VALUE_OR_TEXT', { text: 'ND' }, {}],
    ['VALUE_NEGATIVE', { value: '-0.1' }, {}],
    ['TEXT_TOO_LONG', { value: null, text: 'x'.repeat(501) }, {}],
    ['UNIT_INVALID', { unit: 'ppm' }, {}],
    ['UNIT_INVALID', { unit: '' }, {}],
    ['MEASURED_IN_FUTURE', { measuredAt: new Date(T0.getTime() + 1) }, {}],
    ['DETECTION_LIMIT_NEGATIVE', { detectionLimit: '-1' }, {}],
    ['QUALIFIER_INVALID', { qualifiers: [''] }, {}],
    ['QUALIFIER_INVALID', { qualifiers: ['x'.repeat(21)] }, {}],
    ['QUALIFIER_INVALID', { qualifiers: Array.from({ length: 21 }, () => 'J') }, {}],
    ['SAMPLE_NOT_RECEIVED', {}, { sample: aSample({ status: 'REGISTERED', receivedAt: null }) }],
    ['SAMPLE_CLOSED', {}, { sample: aSample({ status: 'COMPLETED' }) }],
    ['SAMPLE_CLOSED', {}, { sample: aSample({ status: 'CANCELLED', receivedAt: null }) }],
    ['ANALYSIS_CLOSED', {}, { analysis: anAnalysis({ status: 'VERIFIED' }) }],
    ['ANALYSIS_CLOSED', {}, { analysis: anAnalysis({ status: 'RETRACTED' }) }],
    ['REASON_REQUIRED', {}, entered],
    ['REASON_REQUIRED', { reason: ' ' }, entered],
  ])('%s %j', (expected, over, found) => {
    expect(code(over, found)).toBe(expected);
  });
});

test('the number stays as it was entered, in the service’s unit when none is named', () => {
  expect(enterResult(aCase(), entry({ value: '0.0340' }), stamp)).toMatchObject({
    analysis: { status: 'SUBMITTED', version: 2 },
    result: { value: '0.0340', unit: 'mg/L', sequence: 1, enteredBy: 'ana', enteredAt: T0, reason: null },
  });
});

test('below zero is fine where the scale goes there', () => {
  expect(code({ value: '-2.5' }, { service: aService({ unit: 'Cel' }) })).toBe('SUBMITTED');
  expect(code({ value: '-2.5' }, { service: aService({ unit: null }) })).toBe('SUBMITTED');
});

test('a correction keeps its reason and needs verification anew', () => {
  const found = aCase({ analysis: anAnalysis({ status: 'SUBMITTED', version: 2 }), results: [aResult()] });
  expect(enterResult(found, entry({ value: '3.5', reason: 'typing error' }), stamp)).toMatchObject({
    analysis: { status: 'SUBMITTED', version: 3 },
    result: { sequence: 2, reason: 'typing error', flags: ['CORRECTED'] },
  });
});

test('where no verification is required the entry itself is final, unless it is held', () => {
  const service = aService({ requiredVerifications: 0 });
  expect(code({}, { service })).toBe('VERIFIED');
  expect(code({ unit: 'ug/L' }, { service })).toBe('SUBMITTED');
});

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type AnalysisCase, assign, atVersion, repeatOf, retract, verify } from './analysis.ts';
import { aCase, anAnalysis, aResult, aSample, aService, aVerification } from './testing.ts';
import type { Analysis } from './types.ts';

const ANALYST = '0190a000-0000-7000-8000-0000000000f1';

function outcome(decision: Analysis | { refusal: { code: string } }): string {
  return 'refusal' in decision ? decision.refusal.code : decision.status;
}

function submitted(over: Partial<AnalysisCase> = {}): AnalysisCase {
  return aCase({ analysis: anAnalysis({ status: 'SUBMITTED', version: 2 }), results: [aResult()], ...over });
}

describe('another person verifies', () => {
  test('who entered the result does not verify it', () => {
    expect(outcome(verify(submitted(), 'analyst'))).toBe('OWN_RESULT');
    expect(outcome(verify(submitted(), 'vera'))).toBe('VERIFIED');
  });

  test('a sample that was cancelled or is completed takes no more verifications', () => {
    for (const status of ['CANCELLED', 'COMPLETED'] as const) {
      expect(outcome(verify(submitted({ sample: aSample({ status }) }), 'vera'))).toBe('SAMPLE_CLOSED');
    }
  });

  test('without a result there is nothing to verify, nor twice', () => {
    expect(outcome(verify(aCase(), 'vera'))).toBe('NOT_SUBMITTED');
    expect(outcome(verify(submitted({ analysis: anAnalysis({ status: 'VERIFIED' }) }), 'vera'))).toBe('NOT_SUBMITTED');
  });

  test('a held result is not verified', () => {
    expect(outcome(verify(submitted({ results: [aResult({ flags: ['UNIT_MISMATCH'] })] }), 'vera'))).toBe(
      'RESULT_HELD',
    );
    expect(outcome(verify(submitted({ results: [aResult({ flags: ['NON_DETECT'] })] }), 'vera'))).toBe('VERIFIED');
  });

  test('as many different persons as were required when it was asked for', () => {
    const analysis = anAnalysis({ status: 'SUBMITTED', requiredVerifications: 2 });
    expect(outcome(verify(submitted({ analysis }), 'vera'))).toBe('SUBMITTED');
    const once = submitted({ analysis, verifications: [aVerification('vera')] });
    expect(outcome(verify(once, 'vera'))).toBe('ALREADY_VERIFIED_BY_YOU');
    expect(outcome(verify(once, 'victor'))).toBe('VERIFIED');
  });

  test('whoever tries in whatever order, VERIFIED takes that many different persons and never the one who entered', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 4 }),
        fc.array(fc.constantFrom('analyst', 'a', 'b', 'c', 'd', 'e')),
        (requiredVerifications, people) => {
          let found = submitted({ analysis: anAnalysis({ status: 'SUBMITTED', requiredVerifications }) });
          for (const by of people) {
            const next = verify(found, by);
            if ('refusal' in next) continue;
            found = { ...found, analysis: next, verifications: [...found.verifications, aVerification(by)] };
          }
          const others = new Set(people.filter((by) => by !== 'analyst')).size;
          expect(found.analysis.status).toBe(others >= requiredVerifications ? 'VERIFIED' : 'SUBMITTED');
          expect(found.verifications).toHaveLength(Math.min(others, requiredVerifications));
        },
      ),
    );
  });
});

test('a stale version is answered with the present one', () => {
  expect(atVersion(undefined, { analysisId: 'x', expectedVersion: 1 })).toMatchObject({
    refusal: { code: 'NOT_FOUND' },
  });
  expect(atVersion(submitted(), { analysisId: 'x', expectedVersion: 1 })).toMatchObject({
    refusal: { code: 'VERSION_CONFLICT', currentVersion: 2 },
  });
  expect(atVersion(aCase(), { analysisId: 'x', expectedVersion: 1 })).toEqual(aCase());
});

describe('analyses are given to analysts until a result is entered', () => {
  const KNOWN = new Map([[ANALYST, { active: true, entersResults: true }]]);
  const assigned = (found: AnalysisCase, analystId: string | null, known: typeof KNOWN = KNOWN) =>
    outcome(assign(found, analystId, known));
  test('assigned, then given on', () => {
    expect(assign(aCase(), ANALYST, KNOWN)).toMatchObject({ status: 'ASSIGNED', assignedTo: ANALYST, version: 2 });
    expect(assigned(aCase({ analysis: anAnalysis({ status: 'ASSIGNED' }) }), ANALYST)).toBe('ASSIGNED');
  });
  test('not without an analyst, not after submission, not for a closed sample', () => {
    expect(assigned(aCase(), null)).toBe('ANALYST_REQUIRED');
    expect(assigned(aCase(), 'ana')).toBe('ANALYST_REQUIRED');
    expect(assigned(submitted(), ANALYST)).toBe('WRONG_STATUS');
    expect(assigned(aCase({ sample: aSample({ status: 'CANCELLED' }) }), ANALYST)).toBe('WRONG_STATUS');
  });
  test('only to an active person of the organization who may enter results', () => {
    expect(assigned(aCase(), ANALYST, new Map())).toBe('ANALYST_UNKNOWN');
    expect(assigned(aCase(), ANALYST, new Map([[ANALYST, { active: false, entersResults: true }]]))).toBe(
      'ANALYST_INACTIVE',
    );
    expect(assigned(aCase(), ANALYST, new Map([[ANALYST, { active: true, entersResults: false }]]))).toBe(
      'ANALYST_NOT_PERMITTED',
    );
  });
});

describe('analyses are withdrawn with a reason', () => {
  const STAMP = { by: 'mia', at: new Date('2026-03-01T08:00:00Z') };
  test('who, when and why stay with the analysis', () => {
    expect(retract(submitted(), ' wrong vial ', STAMP)).toMatchObject({
      ...{ retractedBy: 'mia', retractedAt: STAMP.at, retractReason: 'wrong vial' },
    });
  });
  test('CANCELLED before a result, RETRACTED after, VERIFIED ones too', () => {
    expect(outcome(retract(aCase(), 'not needed', STAMP))).toBe('CANCELLED');
    expect(outcome(retract(submitted(), 'wrong vial', STAMP))).toBe('RETRACTED');
    expect(outcome(retract(submitted({ analysis: anAnalysis({ status: 'VERIFIED' }) }), 'wrong vial', STAMP))).toBe(
      'RETRACTED',
    );
  });
  test('not without a reason, not twice, not for a closed sample', () => {
    expect(outcome(retract(submitted(), null, STAMP))).toBe('REASON_REQUIRED');
    expect(outcome(retract(submitted(), ' ', STAMP))).toBe('REASON_REQUIRED');
    expect(outcome(retract(aCase({ analysis: anAnalysis({ status: 'RETRACTED' }) }), 'x', STAMP))).toBe('WRONG_STATUS');
    expect(outcome(retract(submitted({ sample: aSample({ status: 'COMPLETED' }) }), 'x', STAMP))).toBe('WRONG_STATUS');
  });
  test('the repeat starts anew, as the service is now, and names what it repeats', () => {
    const found = aCase({ service: aService({ unit: 'ug/L', method: 'EPA 353.2', requiredVerifications: 2 }) });
    expect(repeatOf(found, { id: 'new', position: 4 })).toEqual(
      anAnalysis({
        ...{ id: 'new', position: 4, replacesId: anAnalysis().id },
        ...{ unit: 'ug/L', method: 'EPA 353.2', requiredVerifications: 2 },
      }),
    );
  });
  test('a sample has at most 400 analyses, its repeats included', () => {
    expect(outcome(repeatOf(aCase(), { id: 'new', position: 400 }))).toBe('REGISTERED');
    expect(outcome(repeatOf(aCase(), { id: 'new', position: 401 }))).toBe('TOO_MANY_ANALYSES');
  });
  test('the repeat needs no fewer verifications than what it repeats', () => {
    const found = aCase({ service: aService({ requiredVerifications: 0 }), analysis: anAnalysis() });
    expect(repeatOf(found, { id: 'new', position: 4 })).toMatchObject({ requiredVerifications: 1 });
  });
});

import { expect, test } from 'vitest';
import type { AnalysisCase } from './analysis.ts';
import { epochHours, factsOf, numberText, quotedAtom } from './facts.ts';
import { aCase, anAnalysis, aResult, aSample, aService, aVerification } from './testing.ts';
import type { Analysis } from './types.ts';

test('a sample and its analyses become facts in the vocabulary of the rule base', () => {
  const sample = aSample({ id: 's1', barcode: "W'1", priority: 'STAT', parentId: 's0' });
  const nitrate = aCase({
    sample,
    analysis: anAnalysis({ id: 'a1', sampleId: 's1', status: 'SUBMITTED', assignedTo: 'ana', replacesId: 'a0' }),
    results: [aResult({ value: '9' }), aResult({ value: '3.40', unit: 'mg/l', detectionLimit: '1e-2', sequence: 2 })],
    verifications: [aVerification('vera')],
  });
  const coliforms = aCase({
    sample,
    service: aService({ code: 'COLI' }),
    analysis: anAnalysis({
      ...{ id: 'a2', sampleId: 's1', status: 'SUBMITTED', position: 2 },
      ...{ unit: null, requiredVerifications: 2 },
    }),
    results: [aResult({ value: null, unit: null, text: 'ND', flags: ['NON_DETECT'] })],
  });
  const facts = factsOf({
    sample,
    type: { id: 't', code: 'WATER', name: 'Water', version: 1 },
    client: { id: 'c', code: 'UTAH', name: 'Utah', version: 1 },
    analyses: [nitrate, coliforms],
  });
  expect(facts).toEqual([
    "sample('s1')",
    "sample_type('s1','WATER')",
    "priority('s1',stat)",
    "barcode('s1','W\\'1')",
    "client('s1','UTAH')",
    "collected_at('s1',492296)",
    "received_at('s1',492300)",
    "condition('s1',intact)",
    "parent('s1','s0')",
    "analysis('a1','s1','NITRATE')",
    "analysis_status('a1',submitted)",
    "assigned_to('a1','ana')",
    "replaces('a1','a0')",
    "submitted_by('a1','analyst')",
    "result('a1',3.4,'mg/L')",
    "detect_limit('a1',0.01,'mg/L')",
    "verified_by('a1','vera')",
    "analysis('a2','s1','COLI')",
    "analysis_status('a2',submitted)",
    "submitted_by('a2','analyst')",
    "result_text('a2',not_detected)",
    "required_verifications('NITRATE',1)",
    "unit_of('NITRATE','mg/L')",
    "required_verifications('COLI',2)",
  ]);
});

test('what holds a result is a fact, cause by cause, of the present result only', () => {
  const held = aResult({ flags: ['UNIT_MISMATCH', 'MEASURED_BEFORE_COLLECTED', 'HOLDING_TIME_EXCEEDED'] });
  const sample = aSample({ id: 's1' });
  const about = { sample, type: { id: 't', code: 'WATER', name: 'Water', version: 1 }, client: null };
  const heldFacts = (found: AnalysisCase) =>
    factsOf({ ...about, analyses: [found] }).filter((fact) => fact.startsWith('held('));
  const analysis = anAnalysis({ id: 'a1', sampleId: 's1', status: 'SUBMITTED' });
  expect(heldFacts(aCase({ sample, analysis, results: [held] }))).toEqual([
    "held('a1',unit_mismatch)",
    "held('a1',measured_before_collected)",
  ]);
  expect(heldFacts(aCase({ sample, analysis, results: [held, aResult({ sequence: 2 })] }))).toEqual([]);
});

test('what a test demands is what its analysis was asked for with, whatever the service says now; withdrawn ones do not count', () => {
  const sample = aSample({ id: 's1' });
  const found = (over: Partial<Analysis>) =>
    aCase({ sample, service: aService({ unit: 'ug/L', requiredVerifications: 0 }), analysis: anAnalysis(over) });
  const demands = (...analyses: AnalysisCase[]) =>
    factsOf({ sample, type: { id: 't', code: 'WATER', name: 'Water', version: 1 }, client: null, analyses }).filter(
      (fact) => /^(required|unit)/.test(fact),
    );
  const repeat = found({ id: 'a2', requiredVerifications: 2, unit: 'mg/L' });
  const withdrawn = found({ id: 'a1', status: 'RETRACTED', requiredVerifications: 1 });
  const expected = ["required_verifications('NITRATE',2)", "unit_of('NITRATE','mg/L')"];
  expect(demands(withdrawn, repeat)).toEqual(expected);
  expect(demands(repeat, withdrawn)).toEqual(expected);
});

test('what is unknown is no fact', () => {
  const sample = aSample({ id: 's1', collectedAt: null, receivedAt: null, condition: null });
  const facts = factsOf({
    sample,
    type: { id: 't', code: 'WATER', name: 'Water', version: 1 },
    client: null,
    analyses: [],
  });
  expect(facts).toEqual(["sample('s1')", "sample_type('s1','WATER')", "priority('s1',routine)"]);
});

test('whatever a text contains, its atom is closed and on one line', () => {
  expect(quotedAtom("it's\\\n\u0001")).toBe("'it\\'s\\\\\\n\\x1\\'");
  expect(numberText('1e-7')).toBe('0.0000001');
  expect(epochHours(new Date('1970-01-01T01:30:00Z'))).toBe('1.5');
});

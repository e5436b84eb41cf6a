import { expect, test } from 'vitest';
import { type AnalysisSource, epochHours, type FactSource, factsOf, numberText, quotedAtom } from './facts.ts';
import { anAnalysis, aResult, aSample } from './testing.ts';

function aSource(over: Partial<FactSource> = {}): FactSource {
  return { ...aSample({ id: 's1' }), type: 'WATER', client: null, analyses: [], ...over };
}

function analysed(over: Partial<AnalysisSource> = {}): AnalysisSource {
  return { ...anAnalysis({ id: 'a1' }), service: 'NITRATE', result: null, verifiedBy: [], ...over };
}

test('a sample and its analyses become facts in the vocabulary of the rule base', () => {
  const nitrate = analysed({
    ...{ status: 'SUBMITTED', assignedTo: 'ana', replacesId: 'a0' },
    result: aResult({ value: '3.40', unit: 'mg/l', detectionLimit: '1e-2' }),
    verifiedBy: ['vera'],
  });
  const coliforms = analysed({
    ...{ id: 'a2', service: 'COLI', status: 'SUBMITTED', unit: null, requiredVerifications: 2 },
    result: aResult({ value: null, unit: null, text: 'ND', flags: ['NON_DETECT'] }),
  });
  const sample = { barcode: "W'1", priority: 'STAT', parentId: 's0', client: 'UTAH' } as const;
  expect(factsOf(aSource({ ...sample, analyses: [nitrate, coliforms] }))).toEqual([
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

test('what holds a result is a fact, cause by cause', () => {
  const result = aResult({ flags: ['UNIT_MISMATCH', 'MEASURED_BEFORE_COLLECTED', 'HOLDING_TIME_EXCEEDED'] });
  const facts = factsOf(aSource({ analyses: [analysed({ status: 'SUBMITTED', result })] }));
  expect(facts.filter((fact) => fact.startsWith('held('))).toEqual([
    "held('a1',unit_mismatch)",
    "held('a1',measured_before_collected)",
  ]);
});

test('of several analyses of one test the last one that counts tells what the test demands', () => {
  const demands = (...analyses: AnalysisSource[]) =>
    factsOf(aSource({ analyses })).filter((fact) => /^(required|unit)/.test(fact));
  const repeat = analysed({ id: 'a2', requiredVerifications: 2, unit: 'mg/L' });
  const withdrawn = analysed({ status: 'RETRACTED', requiredVerifications: 1, unit: 'ug/L' });
  const expected = ["required_verifications('NITRATE',2)", "unit_of('NITRATE','mg/L')"];
  expect(demands(withdrawn, repeat)).toEqual(expected);
  expect(demands(repeat, withdrawn)).toEqual(expected);
});

test('what is unknown is no fact', () => {
  expect(factsOf(aSource({ collectedAt: null, receivedAt: null, condition: null }))).toEqual([
    "sample('s1')",
    "sample_type('s1','WATER')",
    "priority('s1',routine)",
  ]);
});

test('whatever a text contains, its atom is closed and on one line', () => {
  expect(quotedAtom("it's\\\n\u0001")).toBe("'it\\'s\\\\\\n\\x1\\'");
  expect(numberText('1e-7')).toBe('0.0000001');
  expect(epochHours(new Date('1970-01-01T01:30:00Z'))).toBe('1.5');
});

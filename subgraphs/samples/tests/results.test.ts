import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Viewer } from '#platform/identity/index.ts';
import { type Actions, actionsOf, analysisIdOf, codes } from './actions.ts';
import { createSamplesLab, newLaboratory, person, type SamplesLab } from './harness.ts';

let lab: SamplesLab;
let act: Actions;
let manager: Viewer;
let analyst: Viewer;
let verifier: Viewer;

beforeAll(async () => {
  lab = await createSamplesLab();
  act = actionsOf(lab);
});
afterAll(() => lab[Symbol.asyncDispose]());
beforeEach(async () => {
  manager = await newLaboratory(lab);
  analyst = person('analyst', manager);
  verifier = person('verifier', manager);
});

async function submitted(viewer = analyst, over: object = {}): Promise<string> {
  const id = analysisIdOf(await act.sample(manager));
  await act.submit(viewer, [{ analysisId: id, expectedVersion: 1, value: '3.40', ...over }]);
  return id;
}

describe('entering results', () => {
  test('a number stays as it was entered, in its unit, with who entered it', async () => {
    const id = await submitted();
    expect(await act.analysis(analyst, id)).toMatchObject({
      status: 'SUBMITTED',
      version: 2,
      result: { value: '3.40', unit: 'mg/L', text: null, flags: [], enteredBy: { id: analyst.userId } },
    });
  });

  test('every cause of refusal has its code and tells the present version; the others of the request are entered', async () => {
    const open = await act.sample(manager, { analyses: ['NITRATE', 'PHOSPHORUS', 'TEMP'] });
    const announced = await act.sample(manager, { receivedAt: null });
    const cancelled = await act.sample(manager);
    await lab.workflowMoved(manager, { sampleId: cancelled.id, to: 'INITIATION', status: 'CANCELLED', version: 2 });
    const withdrawn = await act.sample(manager);
    await act.retract(manager, [{ analysisId: analysisIdOf(withdrawn), expectedVersion: 1, reason: 'not needed' }]);
    const entered = await submitted();
    const future = new Date(Date.now() + 86_400_000).toISOString();
    const on = (over: object) => ({ analysisId: analysisIdOf(open), expectedVersion: 1, value: '1', ...over });
    const cases: [string, object][] = [
      ['NOT_FOUND', on({ analysisId: 'nothing' })],
      ['VERSION_CONFLICT', on({ expectedVersion: 7 })],
      ['VALUE_OR_TEXT', on({ text: 'ND' })],
      ['VALUE_OR_TEXT', on({ value: null })],
      ['VALUE_NEGATIVE', on({ value: '-1' })],
      ['TEXT_TOO_LONG', on({ value: null, text: 'x'.repeat(501) })],
      ['UNIT_INVALID', on({ unit: 'MG/L' })],
      ['MEASURED_IN_FUTURE', on({ measuredAt: future })],
      ['DETECTION_LIMIT_NEGATIVE', on({ detectionLimit: '-0.1' })],
      ['QUALIFIER_INVALID', on({ qualifiers: [''] })],
      ['SAMPLE_NOT_RECEIVED', on({ analysisId: analysisIdOf(announced) })],
      ['SAMPLE_CLOSED', on({ analysisId: analysisIdOf(cancelled) })],
      ['ANALYSIS_CLOSED', on({ analysisId: analysisIdOf(withdrawn), expectedVersion: 2 })],
      ['REASON_REQUIRED', on({ analysisId: entered, expectedVersion: 2 })],
      ['ResultSubmitted', on({ text: 'Not Detected', value: null, detectionLimit: '0.05', qualifiers: ['U', 'J'] })],
      ['ResultSubmitted', on({ analysisId: analysisIdOf(open, 2), value: '-4.50' })],
    ];
    const results = await act.submit(
      analyst,
      cases.map(([, input]) => input),
    );
    expect(codes(results)).toEqual(cases.map(([code]) => code));
    expect(results[1]).toMatchObject({ index: 1, currentVersion: 1 });
    expect(results[0]).toMatchObject({ index: 0, currentVersion: null });
    expect(results[14]?.analysis).toMatchObject({
      result: { text: 'Not Detected', flags: ['NON_DETECT'], detectionLimit: '0.05', qualifiers: ['U', 'J'] },
    });
    expect(results[15]?.analysis).toMatchObject({ status: 'VERIFIED', result: { value: '-4.50', unit: 'Cel' } });
  });

  test('two entries for one analysis in one request: the second is based on a version that the first has ended', async () => {
    const id = analysisIdOf(await act.sample(manager));
    const entry = { analysisId: id, expectedVersion: 1, value: '1' };
    expect(codes(await act.submit(analyst, [entry, { ...entry, value: '2' }]))).toEqual([
      'ResultSubmitted',
      'VERSION_CONFLICT',
    ]);
    const correction = { analysisId: id, expectedVersion: 2, value: '2', reason: 'dilution' };
    const again = { ...correction, expectedVersion: 3, value: '3' };
    expect(codes(await act.submit(analyst, [correction, again]))).toEqual(['ResultSubmitted', 'ResultSubmitted']);
    expect(await act.analysis(analyst, id)).toMatchObject({
      version: 4,
      result: { value: '3', flags: ['CORRECTED'], reason: 'dilution' },
      results: [{ value: '1' }, { value: '2' }, { value: '3' }],
    });
  });

  test('of two who enter at once one is told of the other', async () => {
    const id = analysisIdOf(await act.sample(manager));
    const entry = { analysisId: id, expectedVersion: 1, value: '1' };
    const both = await Promise.all([act.submit(analyst, [entry]), act.submit(manager, [entry])]);
    expect(codes(both.flat()).sort()).toEqual(['ResultSubmitted', 'VERSION_CONFLICT']);
  });

  test('a retry with the same key enters nothing twice; with other content it is a conflict', async () => {
    const id = analysisIdOf(await act.sample(manager));
    const inputs = [{ analysisId: id, expectedVersion: 1, value: '1' }];
    const first = await act.submit(analyst, inputs, 'k');
    expect(await act.submit(analyst, inputs, 'k')).toEqual(first);
    expect((await act.analysis(analyst, id)).results).toHaveLength(1);
    await expect(act.submit(analyst, [{ ...inputs[0], value: '2' }], 'k')).rejects.toThrow('CONFLICT');
  });

  test('the event tells the value before and after, and the sample’s new version', async () => {
    const id = await submitted();
    await act.submit(analyst, [{ analysisId: id, expectedVersion: 2, value: '3.5', reason: 'typing error' }]);
    const events = (await lab.events(manager)).filter(({ type }) => type === 'analysis.submitted');
    expect(events).toMatchObject([
      {
        subject_id: id,
        reason: null,
        payload: { before: null, after: { value: '3.40' }, sampleVersion: 2, version: 2 },
      },
      { reason: 'typing error', payload: { before: { value: '3.40' }, after: { value: '3.5' }, sampleVersion: 3 } },
    ]);
  });

  test('501 at once are refused with the bound; 500 are entered', async () => {
    const inputs = Array.from({ length: 250 }, () => ({
      typeCode: 'WATER',
      receivedAt: '2026-03-01T08:00:00Z',
      analyses: ['NITRATE', 'PHOSPHORUS'],
    }));
    const ids = (await act.register(manager, inputs)).flatMap(
      ({ sample }) => sample?.analyses.map(({ id }) => id) ?? [],
    );
    const entries = ids.map((analysisId) => ({ analysisId, expectedVersion: 1, value: '1.0' }));
    await expect(act.submit(analyst, [...entries, entries[0] ?? {}])).rejects.toThrow('BAD_INPUT');
    expect(new Set(codes(await act.submit(analyst, entries)))).toEqual(new Set(['ResultSubmitted']));
  });
});

describe('verifying results', () => {
  test('another person verifies; the same one is told that it is his or her own', async () => {
    const id = await submitted(manager);
    const input = { analysisId: id, expectedVersion: 2 };
    expect(codes(await act.verify(manager, [input]))).toEqual(['OWN_RESULT']);
    const [verified] = await act.verify(verifier, [input]);
    expect(verified?.analysis).toMatchObject({
      status: 'VERIFIED',
      version: 3,
      verifications: [{ by: { id: verifier.userId } }],
    });
    expect(codes(await act.verify(verifier, [{ ...input, expectedVersion: 3 }]))).toEqual(['NOT_SUBMITTED']);
  });

  test('as many persons as were required when it was asked for, each once', async () => {
    const id = analysisIdOf(await act.sample(manager, { analyses: ['PHOSPHORUS'] }));
    await act.submit(analyst, [{ analysisId: id, expectedVersion: 1, value: '1' }]);
    const [first] = await act.verify(verifier, [{ analysisId: id, expectedVersion: 2 }]);
    expect(first?.analysis).toMatchObject({ status: 'SUBMITTED', version: 3 });
    expect(codes(await act.verify(verifier, [{ analysisId: id, expectedVersion: 3 }]))).toEqual([
      'ALREADY_VERIFIED_BY_YOU',
    ]);
    const [second] = await act.verify(manager, [{ analysisId: id, expectedVersion: 3 }]);
    expect(second?.analysis).toMatchObject({ status: 'VERIFIED', version: 4 });
  });

  test('two persons at once verify in turn: the later one is told of the new version', async () => {
    const id = analysisIdOf(await act.sample(manager, { analyses: ['PHOSPHORUS'] }));
    await act.submit(analyst, [{ analysisId: id, expectedVersion: 1, value: '1' }]);
    const input = { analysisId: id, expectedVersion: 2 };
    const both = await Promise.all([act.verify(verifier, [input]), act.verify(manager, [input])]);
    expect(codes(both.flat()).sort()).toEqual(['AnalysisVerified', 'VERSION_CONFLICT']);
  });

  test('a correction starts verification anew', async () => {
    const id = analysisIdOf(await act.sample(manager, { analyses: ['PHOSPHORUS'] }));
    await act.submit(analyst, [{ analysisId: id, expectedVersion: 1, value: '1' }]);
    await act.verify(verifier, [{ analysisId: id, expectedVersion: 2 }]);
    await act.submit(analyst, [{ analysisId: id, expectedVersion: 3, value: '2', reason: 'blank subtracted' }]);
    expect(await act.analysis(analyst, id)).toMatchObject({ status: 'SUBMITTED', verifications: [] });
    expect(codes(await act.verify(verifier, [{ analysisId: id, expectedVersion: 4 }]))).toEqual(['AnalysisVerified']);
  });

  test('every cause of refusal has its code', async () => {
    const held = await submitted(analyst, { unit: 'ug/L' });
    const early = analysisIdOf(await act.sample(manager, { collectedAt: '2026-02-28T08:00:00Z' }));
    await act.submit(analyst, [
      { analysisId: early, expectedVersion: 1, value: '1', measuredAt: '2026-02-27T00:00:00Z' },
    ]);
    const empty = analysisIdOf(await act.sample(manager));
    const inputs = [
      { analysisId: held, expectedVersion: 2 },
      { analysisId: early, expectedVersion: 2 },
      { analysisId: empty, expectedVersion: 1 },
      { analysisId: empty, expectedVersion: 2 },
      { analysisId: manager.userId, expectedVersion: 2 },
    ];
    const results = await act.verify(verifier, inputs);
    expect(codes(results)).toEqual(['RESULT_HELD', 'RESULT_HELD', 'NOT_SUBMITTED', 'VERSION_CONFLICT', 'NOT_FOUND']);
    expect(results[0]?.message).toContain('UNIT_MISMATCH');
  });

  test('a sample that was cancelled or is completed takes no more verifications', async () => {
    for (const [to, status] of [
      ['RESULTS', 'CANCELLED'],
      ['COMPLETION', 'COMPLETED'],
    ]) {
      const sample = await act.sample(manager);
      await act.submit(analyst, [{ analysisId: analysisIdOf(sample), expectedVersion: 1, value: '1' }]);
      await lab.workflowMoved(manager, { sampleId: sample.id, to, status, version: 2 });
      const results = await act.verify(verifier, [
        { analysisId: analysisIdOf(sample), expectedVersion: 2 },
        { analysisId: analysisIdOf(sample), expectedVersion: 1 },
      ]);
      expect(codes(results)).toEqual(['SAMPLE_CLOSED', 'VERSION_CONFLICT']);
      expect(results[0]?.message).toContain(status);
    }
  });

  test('an analyst does not verify, a verifier does not enter', async () => {
    const id = await submitted();
    await expect(act.verify(analyst, [{ analysisId: id, expectedVersion: 2 }])).rejects.toThrow('FORBIDDEN');
    await expect(act.submit(verifier, [{ analysisId: id, expectedVersion: 2, value: '1' }])).rejects.toThrow(
      'FORBIDDEN',
    );
  });

  test('what is verified is announced', async () => {
    const id = await submitted();
    await act.verify(verifier, [{ analysisId: id, expectedVersion: 2 }]);
    expect((await lab.events(manager)).at(-1)).toMatchObject({
      type: 'analysis.verified',
      subject_id: id,
      actor_id: verifier.userId,
      payload: { status: 'VERIFIED', verifications: 1, requiredVerifications: 1 },
    });
  });
});

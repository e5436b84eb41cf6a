import { v7 } from 'uuid';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Viewer } from '#platform/identity/index.ts';
import { type Actions, actionsOf, codes } from './actions.ts';
import { ANALYSIS_BY_ID, FACTS } from './documents.ts';
import { createSamplesLab, newLaboratory, PEOPLE, person, type SamplesLab } from './harness.ts';
import type { AnalysisNode, RegisteredSample } from './shapes.ts';

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

function idOf(sample: RegisteredSample, position = 0): string {
  return sample.analyses[position]?.id ?? '';
}

async function analysis(viewer: Viewer, id: string): Promise<AnalysisNode> {
  return (await lab.ask<{ analysis: AnalysisNode }>(viewer, ANALYSIS_BY_ID, { id })).analysis;
}

async function submitted(viewer = analyst, over: object = {}): Promise<string> {
  const id = idOf(await act.sample(manager));
  await act.submit(viewer, [{ analysisId: id, expectedVersion: 1, value: '3.40', ...over }]);
  return id;
}

describe('entering results', () => {
  test('a number stays as it was entered, in its unit, with who entered it', async () => {
    const id = await submitted();
    expect(await analysis(analyst, id)).toMatchObject({
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
    await act.retract(manager, [{ analysisId: idOf(withdrawn), expectedVersion: 1, reason: 'not needed' }]);
    const entered = await submitted();
    const future = new Date(Date.now() + 86_400_000).toISOString();
    const on = (over: object) => ({ analysisId: idOf(open), expectedVersion: 1, value: '1', ...over });
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
      ['SAMPLE_NOT_RECEIVED', on({ analysisId: idOf(announced) })],
      ['SAMPLE_CLOSED', on({ analysisId: idOf(cancelled) })],
      ['ANALYSIS_CLOSED', on({ analysisId: idOf(withdrawn), expectedVersion: 2 })],
      ['REASON_REQUIRED', on({ analysisId: entered, expectedVersion: 2 })],
      ['ResultSubmitted', on({ text: 'Not Detected', value: null, detectionLimit: '0.05', qualifiers: ['U', 'J'] })],
      ['ResultSubmitted', on({ analysisId: idOf(open, 2), value: '-4.50' })],
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
    const id = idOf(await act.sample(manager));
    const entry = { analysisId: id, expectedVersion: 1, value: '1' };
    expect(codes(await act.submit(analyst, [entry, { ...entry, value: '2' }]))).toEqual([
      'ResultSubmitted',
      'VERSION_CONFLICT',
    ]);
    const correction = { analysisId: id, expectedVersion: 2, value: '2', reason: 'dilution' };
    const again = { ...correction, expectedVersion: 3, value: '3' };
    expect(codes(await act.submit(analyst, [correction, again]))).toEqual(['ResultSubmitted', 'ResultSubmitted']);
    expect(await analysis(analyst, id)).toMatchObject({
      version: 4,
      result: { value: '3', flags: ['CORRECTED'], reason: 'dilution' },
      results: [{ value: '1' }, { value: '2' }, { value: '3' }],
    });
  });

  test('of two who enter at once one is told of the other', async () => {
    const id = idOf(await act.sample(manager));
    const entry = { analysisId: id, expectedVersion: 1, value: '1' };
    const both = await Promise.all([act.submit(analyst, [entry]), act.submit(manager, [entry])]);
    expect(codes(both.flat()).sort()).toEqual(['ResultSubmitted', 'VERSION_CONFLICT']);
  });

  test('a retry with the same key enters nothing twice; with other content it is a conflict', async () => {
    const id = idOf(await act.sample(manager));
    const inputs = [{ analysisId: id, expectedVersion: 1, value: '1' }];
    const first = await act.submit(analyst, inputs, 'k');
    expect(await act.submit(analyst, inputs, 'k')).toEqual(first);
    expect((await analysis(analyst, id)).results).toHaveLength(1);
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
    const id = idOf(await act.sample(manager, { analyses: ['PHOSPHORUS'] }));
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
    const id = idOf(await act.sample(manager, { analyses: ['PHOSPHORUS'] }));
    await act.submit(analyst, [{ analysisId: id, expectedVersion: 1, value: '1' }]);
    const input = { analysisId: id, expectedVersion: 2 };
    const both = await Promise.all([act.verify(verifier, [input]), act.verify(manager, [input])]);
    expect(codes(both.flat()).sort()).toEqual(['AnalysisVerified', 'VERSION_CONFLICT']);
  });

  test('a correction starts verification anew', async () => {
    const id = idOf(await act.sample(manager, { analyses: ['PHOSPHORUS'] }));
    await act.submit(analyst, [{ analysisId: id, expectedVersion: 1, value: '1' }]);
    await act.verify(verifier, [{ analysisId: id, expectedVersion: 2 }]);
    await act.submit(analyst, [{ analysisId: id, expectedVersion: 3, value: '2', reason: 'blank subtracted' }]);
    expect(await analysis(analyst, id)).toMatchObject({ status: 'SUBMITTED', verifications: [] });
    expect(codes(await act.verify(verifier, [{ analysisId: id, expectedVersion: 4 }]))).toEqual(['AnalysisVerified']);
  });

  test('every cause of refusal has its code', async () => {
    const held = await submitted(analyst, { unit: 'ug/L' });
    const early = idOf(await act.sample(manager, { collectedAt: '2026-02-28T08:00:00Z' }));
    await act.submit(analyst, [
      { analysisId: early, expectedVersion: 1, value: '1', measuredAt: '2026-02-27T00:00:00Z' },
    ]);
    const empty = idOf(await act.sample(manager));
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
      await act.submit(analyst, [{ analysisId: idOf(sample), expectedVersion: 1, value: '1' }]);
      await lab.workflowMoved(manager, { sampleId: sample.id, to, status, version: 2 });
      const results = await act.verify(verifier, [
        { analysisId: idOf(sample), expectedVersion: 2 },
        { analysisId: idOf(sample), expectedVersion: 1 },
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

async function facts(sampleId: string) {
  const { sampleFacts } = await lab.ask<{ sampleFacts: { version: number; facts: string[] }[] }>(manager, FACTS, {
    ids: [sampleId],
  });
  return sampleFacts[0];
}

test('rules decide by the result that stands and by who verified it: what it corrected is no fact', async () => {
  const sample = await act.sample(manager, { analyses: ['NITRATE', 'PHOSPHORUS'] });
  const [first, second] = [idOf(sample), idOf(sample, 1)];
  await act.submit(analyst, [{ analysisId: second, expectedVersion: 1, value: '3.40' }]);
  await act.verify(verifier, [{ analysisId: second, expectedVersion: 2 }]);
  const ofAnalyses = async () => {
    const all = (await facts(sample.id))?.facts ?? [];
    return all.filter((fact) => fact.includes(`('${first}'`) || fact.includes(`('${second}'`));
  };
  const asked = [
    `analysis('${first}','${sample.id}','NITRATE')`,
    `analysis_status('${first}',registered)`,
    `analysis('${second}','${sample.id}','PHOSPHORUS')`,
  ];
  expect(await ofAnalyses()).toEqual([
    ...asked,
    `analysis_status('${second}',submitted)`,
    `submitted_by('${second}','${analyst.userId}')`,
    `result('${second}',3.4,'mg/L')`,
    `verified_by('${second}','${verifier.userId}')`,
  ]);
  const more = person('verifier', manager);
  await act.submit(analyst, [{ analysisId: first, expectedVersion: 1, value: '1', unit: 'ug/L' }]);
  expect(await ofAnalyses()).toContain(`held('${first}',unit_mismatch)`);
  await act.submit(analyst, [{ analysisId: first, expectedVersion: 2, value: '1', reason: 'unit' }]);
  expect(await ofAnalyses()).not.toContain(`held('${first}',unit_mismatch)`);
  await act.verify(more, [{ analysisId: first, expectedVersion: 3 }]);
  asked.splice(
    ...[1, 1],
    `analysis_status('${first}',verified)`,
    `submitted_by('${first}','${analyst.userId}')`,
    `result('${first}',1,'mg/L')`,
    `verified_by('${first}','${more.userId}')`,
  );
  const other = person('analyst', manager);
  await act.submit(other, [{ analysisId: second, expectedVersion: 3, value: '2', reason: 'dilution' }]);
  expect(await ofAnalyses()).toEqual([
    ...asked,
    `analysis_status('${second}',submitted)`,
    `submitted_by('${second}','${other.userId}')`,
    `result('${second}',2,'mg/L')`,
  ]);
});

test('several persons verify a result: all of them are facts, the first one first; samples keep apart', async () => {
  const [sample, beside] = [await act.sample(manager, { analyses: ['PHOSPHORUS'] }), await act.sample(manager)];
  const id = idOf(sample);
  await act.submit(analyst, [{ analysisId: id, expectedVersion: 1, value: '1' }]);
  await act.verify(verifier, [{ analysisId: id, expectedVersion: 2 }]);
  await act.verify(manager, [{ analysisId: id, expectedVersion: 3 }]);
  const query = `query Both($ids: [ID!]!) { sampleFacts(ids: $ids) { sampleId facts } }`;
  const ids = [sample.id, beside.id, sample.id, 'nonsense'];
  const { sampleFacts } = await lab.ask<{ sampleFacts: { sampleId: string; facts: string[] }[] }>(manager, query, {
    ids,
  });
  const factsOf = new Map(sampleFacts.map(({ sampleId, facts: found }) => [sampleId, found]));
  expect(sampleFacts).toHaveLength(2);
  const verifiers = factsOf.get(sample.id)?.filter((fact) => fact.startsWith('verified_by('));
  expect(verifiers).toEqual([`verified_by('${id}','${verifier.userId}')`, `verified_by('${id}','${manager.userId}')`]);
  expect(factsOf.get(beside.id)?.some((fact) => fact.includes(sample.id) || fact.includes(id))).toBe(false);
});

test('facts are told in whatever way they are asked for, and versions without them', async () => {
  const { id } = await act.sample(manager);
  const ask = async (selection: string, more = '') =>
    await lab.ask(manager, `query Facts($ids: [ID!]!) { sampleFacts(ids: $ids) { ${selection} } } ${more}`, {
      ids: [id],
    });
  expect(await ask('sampleId version')).toEqual({ sampleFacts: [{ sampleId: id, version: 1 }] });
  const told = (await facts(id))?.facts;
  expect(await ask('known: facts')).toEqual({ sampleFacts: [{ known: told }] });
  expect(await ask('...Known', 'fragment Known on SampleFacts { facts }')).toEqual({ sampleFacts: [{ facts: told }] });
});

describe('an analysis goes by what it was asked for with', () => {
  async function saveNitrate(over: object): Promise<void> {
    const query = `mutation Save($inputs: [AnalysisServiceInput!]!) { saveAnalysisServices(inputs: $inputs) { changed } }`;
    const service = { code: 'NITRATE', name: 'Nitrate', unit: 'mg/L', holdingTimeHours: 48, requiredVerifications: 1 };
    await lab.ask(manager, query, { inputs: [{ ...service, ...over }] });
  }
  const TERMS = `query Terms($id: ID!) { analysis(id: $id) { unit method requiredVerifications holdingTimeHours } }`;

  test('it shows its own unit, method, verifications and holding time', async () => {
    const id = idOf(await act.sample(manager));
    await saveNitrate({ unit: 'ug/L', method: 'EPA 353.2', requiredVerifications: 3, holdingTimeHours: 24 });
    const before = { unit: 'mg/L', method: null, requiredVerifications: 1, holdingTimeHours: 48 };
    expect(await lab.ask(manager, TERMS, { id })).toEqual({ analysis: before });
    const after = { unit: 'ug/L', method: 'EPA 353.2', requiredVerifications: 3, holdingTimeHours: 24 };
    expect(await lab.ask(manager, TERMS, { id: idOf(await act.sample(manager)) })).toEqual({ analysis: after });
  });

  test('who enters a result does not get it verified by lowering what its service demands, nor by a repeat', async () => {
    const id = idOf(await act.sample(manager));
    await saveNitrate({ requiredVerifications: 0 });
    const [entered] = await act.submit(manager, [{ analysisId: id, expectedVersion: 1, value: '1' }]);
    expect(entered?.analysis?.status).toBe('SUBMITTED');
    const [withdrawn] = await act.retract(manager, [
      { analysisId: id, expectedVersion: 2, reason: 'again', repeat: true },
    ]);
    const [again] = await act.submit(manager, [{ analysisId: withdrawn?.repeat?.id, expectedVersion: 1, value: '1' }]);
    expect(again?.analysis?.status).toBe('SUBMITTED');
  });

  test('raising what the service demands takes no verified analysis back; lowering it releases none that waits', async () => {
    const verified = await act.sample(manager);
    await act.submit(analyst, [{ analysisId: idOf(verified), expectedVersion: 1, value: '1' }]);
    await act.verify(verifier, [{ analysisId: idOf(verified), expectedVersion: 2 }]);
    const before = await facts(verified.id);
    await saveNitrate({ requiredVerifications: 2 });
    expect(await facts(verified.id)).toEqual(before);
    expect(before?.facts).toContain("required_verifications('NITRATE',1)");

    const waiting = await act.sample(manager);
    await act.submit(analyst, [{ analysisId: idOf(waiting), expectedVersion: 1, value: '1' }]);
    const [once] = await act.verify(verifier, [{ analysisId: idOf(waiting), expectedVersion: 2 }]);
    await saveNitrate({ requiredVerifications: 1 });
    expect(once?.analysis?.status).toBe('SUBMITTED');
    expect((await facts(waiting.id))?.facts).toContain("required_verifications('NITRATE',2)");
    const [twice] = await act.verify(manager, [{ analysisId: idOf(waiting), expectedVersion: 3 }]);
    expect(twice?.analysis?.status).toBe('VERIFIED');
  });

  test('another unit in the catalogue holds no result of before', async () => {
    const id = idOf(await act.sample(manager));
    await saveNitrate({ unit: 'ug/L' });
    const [entered] = await act.submit(analyst, [{ analysisId: id, expectedVersion: 1, value: '1' }]);
    expect(entered?.analysis?.result).toMatchObject({ unit: 'mg/L', flags: [] });
  });
});

describe('giving and withdrawing analyses', () => {
  test('an analysis is given to an analyst, and given on', async () => {
    const id = idOf(await act.sample(manager));
    const [given] = await act.assign(manager, [{ analysisId: id, expectedVersion: 1, analystId: analyst.userId }]);
    expect(given?.analysis).toMatchObject({ status: 'ASSIGNED', version: 2, assignedTo: { id: analyst.userId } });
    const [on] = await act.assign(manager, [
      { analysisId: id, expectedVersion: 2, analystId: manager.userId, reason: 'ill' },
    ]);
    expect(on?.analysis?.assignedTo?.id).toBe(manager.userId);
    expect((await lab.events(manager)).at(-1)).toMatchObject({
      type: 'analysis.assigned',
      reason: 'ill',
      payload: { before: { assignedTo: analyst.userId }, after: { assignedTo: manager.userId } },
    });
  });

  test('to an active person of the organization who may enter results, and to nobody else', async () => {
    const ids = await Promise.all(Array.from({ length: 5 }, async () => idOf(await act.sample(manager))));
    const gone = person('analyst', manager);
    const account = PEOPLE.get(gone.userId);
    if (account) account.active = false;
    const people = [v7(), person('analyst').userId, gone.userId, verifier.userId, analyst.userId];
    const results = await act.assign(
      manager,
      people.map((analystId, index) => ({ analysisId: ids[index], expectedVersion: 1, analystId })),
    );
    expect(codes(results)).toEqual([
      'ANALYST_UNKNOWN',
      'ANALYST_UNKNOWN',
      'ANALYST_INACTIVE',
      'ANALYST_NOT_PERMITTED',
      'AnalysisChanged',
    ]);
    expect(results[3]).toMatchObject({ currentVersion: 1, message: expect.stringContaining('results:enter') });
  });

  test('nobody is given work while accounts does not answer', async () => {
    const inputs = [{ analysisId: idOf(await act.sample(manager)), expectedVersion: 1, analystId: analyst.userId }];
    lab.accounts.down = true;
    await expect(act.assign(manager, inputs)).rejects.toThrow('UNAVAILABLE');
    lab.accounts.down = false;
    expect(codes(await act.assign(manager, inputs))).toEqual(['AnalysisChanged']);
  });

  test('a verified result is withdrawn and repeated: both stay on record and know each other', async () => {
    const id = await submitted();
    await act.verify(verifier, [{ analysisId: id, expectedVersion: 2 }]);
    const [item] = await act.retract(manager, [
      { analysisId: id, expectedVersion: 3, reason: 'wrong vial', repeat: true },
    ]);
    expect(item?.analysis).toMatchObject({ status: 'RETRACTED', version: 4, result: { value: '3.40' } });
    expect(item?.repeat?.retraction).toBeNull();
    expect(item?.repeat).toMatchObject({ status: 'REGISTERED', version: 1, result: null, replaces: { id } });
    expect((await analysis(manager, id)).replacedBy?.id).toBe(item?.repeat?.id);
    expect((await lab.events(manager)).at(-1)).toMatchObject({
      type: 'analysis.retracted',
      reason: 'wrong vial',
      payload: { repeatId: item?.repeat?.id, before: { status: 'VERIFIED' }, after: { status: 'RETRACTED' } },
    });
  });

  test('who withdrew an analysis, when and why stays with it, before a result too', async () => {
    const id = await submitted();
    const open = idOf(await act.sample(manager));
    expect((await analysis(manager, id)).retraction).toBeNull();
    const clerk = person('lab_clerk', manager);
    lab.now = new Date();
    const at = lab.now.toISOString();
    await act.retract(clerk, [
      { analysisId: id, expectedVersion: 2, reason: 'wrong vial' },
      { analysisId: open, expectedVersion: 1, reason: 'not needed' },
    ]);
    lab.now = null;
    const by = { id: clerk.userId };
    expect((await analysis(manager, id)).retraction).toEqual({ by, at, reason: 'wrong vial' });
    expect((await analysis(manager, open)).retraction).toEqual({ by, at, reason: 'not needed' });
  });

  test('nobody repeats without end: the repeat beyond 400 analyses of a sample is refused, the analysis stays', async () => {
    const sample = await act.sample(manager);
    const insert = `INSERT INTO analysis (organization_id, id, sample_id, service_id, position, status, version, required_verifications)
      SELECT organization_id, gen_random_uuid(), sample_id, service_id, n, 'CANCELLED', 1, 1
      FROM analysis, generate_series(2, 400) n WHERE sample_id = '${sample.id}'`;
    await lab.change(insert);
    const input = { analysisId: idOf(sample), expectedVersion: 1, reason: 'again' };
    const [refused] = await act.retract(manager, [{ ...input, repeat: true }]);
    expect(refused).toMatchObject({ code: 'TOO_MANY_ANALYSES', currentVersion: 1 });
    expect(codes(await act.retract(manager, [input]))).toEqual(['AnalysisChanged']);
  });

  test('a retry of a withdrawal makes no second repeat', async () => {
    const id = idOf(await act.sample(manager));
    const inputs = [{ analysisId: id, expectedVersion: 1, reason: 'broken', repeat: true }];
    const first = await act.retract(manager, inputs, 'r');
    expect(first[0]?.analysis?.status).toBe('CANCELLED');
    expect(await act.retract(manager, inputs, 'r')).toEqual(first);
  });

  test('every cause of refusal has its code', async () => {
    const id = await submitted();
    const open = idOf(await act.sample(manager));
    const assigned = await act.assign(manager, [
      { analysisId: id, expectedVersion: 2, analystId: analyst.userId },
      { analysisId: open, expectedVersion: 1 },
      { analysisId: open, expectedVersion: 9, analystId: analyst.userId },
      { analysisId: 'x', expectedVersion: 1, analystId: analyst.userId },
    ]);
    expect(codes(assigned)).toEqual(['WRONG_STATUS', 'ANALYST_REQUIRED', 'VERSION_CONFLICT', 'NOT_FOUND']);
    const withdrawn = await act.retract(manager, [
      { analysisId: open, expectedVersion: 1 },
      { analysisId: open, expectedVersion: 1, reason: 'x' },
      { analysisId: open, expectedVersion: 2, reason: 'x' },
    ]);
    expect(codes(withdrawn)).toEqual(['REASON_REQUIRED', 'AnalysisChanged', 'WRONG_STATUS']);
  });

  test('an analyst neither gives nor withdraws', async () => {
    const id = idOf(await act.sample(manager));
    await expect(act.assign(analyst, [{ analysisId: id, expectedVersion: 1 }])).rejects.toThrow('FORBIDDEN');
    await expect(act.retract(analyst, [{ analysisId: id, expectedVersion: 1, reason: 'x' }])).rejects.toThrow(
      'FORBIDDEN',
    );
  });
});

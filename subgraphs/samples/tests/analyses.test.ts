import { v7 } from 'uuid';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Viewer } from '#platform/identity/index.ts';
import { type Actions, actionsOf, analysisIdOf, codes } from './actions.ts';
import { createSamplesLab, newLaboratory, PEOPLE, person, type SamplesLab } from './harness.ts';

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

describe('an analysis goes by what it was asked for with', () => {
  async function saveNitrate(over: object): Promise<void> {
    const query = `mutation Save($inputs: [AnalysisServiceInput!]!) { saveAnalysisServices(inputs: $inputs) { changed } }`;
    const service = { code: 'NITRATE', name: 'Nitrate', unit: 'mg/L', holdingTimeHours: 48, requiredVerifications: 1 };
    await lab.ask(manager, query, { inputs: [{ ...service, ...over }] });
  }
  const TERMS = `query Terms($id: ID!) { analysis(id: $id) { unit method requiredVerifications holdingTimeHours } }`;

  test('it shows its own unit, method, verifications and holding time', async () => {
    const id = analysisIdOf(await act.sample(manager));
    await saveNitrate({ unit: 'ug/L', method: 'EPA 353.2', requiredVerifications: 3, holdingTimeHours: 24 });
    const before = { unit: 'mg/L', method: null, requiredVerifications: 1, holdingTimeHours: 48 };
    expect(await lab.ask(manager, TERMS, { id })).toEqual({ analysis: before });
    const after = { unit: 'ug/L', method: 'EPA 353.2', requiredVerifications: 3, holdingTimeHours: 24 };
    expect(await lab.ask(manager, TERMS, { id: analysisIdOf(await act.sample(manager)) })).toEqual({ analysis: after });
  });

  test('who enters a result does not get it verified by lowering what its service demands, nor by a repeat', async () => {
    const id = analysisIdOf(await act.sample(manager));
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
    await act.submit(analyst, [{ analysisId: analysisIdOf(verified), expectedVersion: 1, value: '1' }]);
    await act.verify(verifier, [{ analysisId: analysisIdOf(verified), expectedVersion: 2 }]);
    const [before] = await act.facts(manager, [verified.id]);
    await saveNitrate({ requiredVerifications: 2 });
    expect(await act.facts(manager, [verified.id])).toEqual([before]);
    expect(before?.facts).toContain("required_verifications('NITRATE',1)");

    const waiting = await act.sample(manager);
    await act.submit(analyst, [{ analysisId: analysisIdOf(waiting), expectedVersion: 1, value: '1' }]);
    const [once] = await act.verify(verifier, [{ analysisId: analysisIdOf(waiting), expectedVersion: 2 }]);
    await saveNitrate({ requiredVerifications: 1 });
    expect(once?.analysis?.status).toBe('SUBMITTED');
    expect((await act.facts(manager, [waiting.id]))[0]?.facts).toContain("required_verifications('NITRATE',2)");
    const [twice] = await act.verify(manager, [{ analysisId: analysisIdOf(waiting), expectedVersion: 3 }]);
    expect(twice?.analysis?.status).toBe('VERIFIED');
  });

  test('another unit in the catalogue holds no result of before', async () => {
    const id = analysisIdOf(await act.sample(manager));
    await saveNitrate({ unit: 'ug/L' });
    const [entered] = await act.submit(analyst, [{ analysisId: id, expectedVersion: 1, value: '1' }]);
    expect(entered?.analysis?.result).toMatchObject({ unit: 'mg/L', flags: [] });
  });
});

describe('giving and withdrawing analyses', () => {
  test('an analysis is given to an analyst, and given on', async () => {
    const id = analysisIdOf(await act.sample(manager));
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
    const ids = await Promise.all(Array.from({ length: 5 }, async () => analysisIdOf(await act.sample(manager))));
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
    const inputs = [
      { analysisId: analysisIdOf(await act.sample(manager)), expectedVersion: 1, analystId: analyst.userId },
    ];
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
    expect((await act.analysis(manager, id)).replacedBy?.id).toBe(item?.repeat?.id);
    expect((await lab.events(manager)).at(-1)).toMatchObject({
      type: 'analysis.retracted',
      reason: 'wrong vial',
      payload: { repeatId: item?.repeat?.id, before: { status: 'VERIFIED' }, after: { status: 'RETRACTED' } },
    });
  });

  test('who withdrew an analysis, when and why stays with it, before a result too', async () => {
    const id = await submitted();
    const open = analysisIdOf(await act.sample(manager));
    expect((await act.analysis(manager, id)).retraction).toBeNull();
    const clerk = person('lab_clerk', manager);
    lab.now = new Date();
    const at = lab.now.toISOString();
    await act.retract(clerk, [
      { analysisId: id, expectedVersion: 2, reason: 'wrong vial' },
      { analysisId: open, expectedVersion: 1, reason: 'not needed' },
    ]);
    lab.now = null;
    const by = { id: clerk.userId };
    expect((await act.analysis(manager, id)).retraction).toEqual({ by, at, reason: 'wrong vial' });
    expect((await act.analysis(manager, open)).retraction).toEqual({ by, at, reason: 'not needed' });
  });

  test('nobody repeats without end: the repeat beyond 400 analyses of a sample is refused, the analysis stays', async () => {
    const sample = await act.sample(manager);
    const insert = `INSERT INTO analysis (organization_id, id, sample_id, service_id, position, status, version, required_verifications)
      SELECT organization_id, gen_random_uuid(), sample_id, service_id, n, 'CANCELLED', 1, 1
      FROM analysis, generate_series(2, 400) n WHERE sample_id = '${sample.id}'`;
    await lab.change(insert);
    const input = { analysisId: analysisIdOf(sample), expectedVersion: 1, reason: 'again' };
    const [refused] = await act.retract(manager, [{ ...input, repeat: true }]);
    expect(refused).toMatchObject({ code: 'TOO_MANY_ANALYSES', currentVersion: 1 });
    expect(codes(await act.retract(manager, [input]))).toEqual(['AnalysisChanged']);
  });

  test('a retry of a withdrawal makes no second repeat', async () => {
    const id = analysisIdOf(await act.sample(manager));
    const inputs = [{ analysisId: id, expectedVersion: 1, reason: 'broken', repeat: true }];
    const first = await act.retract(manager, inputs, 'r');
    expect(first[0]?.analysis?.status).toBe('CANCELLED');
    expect(await act.retract(manager, inputs, 'r')).toEqual(first);
  });

  test('every cause of refusal has its code', async () => {
    const id = await submitted();
    const open = analysisIdOf(await act.sample(manager));
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
    const id = analysisIdOf(await act.sample(manager));
    await expect(act.assign(analyst, [{ analysisId: id, expectedVersion: 1 }])).rejects.toThrow('FORBIDDEN');
    await expect(act.retract(analyst, [{ analysisId: id, expectedVersion: 1, reason: 'x' }])).rejects.toThrow(
      'FORBIDDEN',
    );
  });
});

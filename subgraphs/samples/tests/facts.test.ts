import { v7 } from 'uuid';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Viewer } from '#platform/identity/index.ts';
import { type Actions, actionsOf, analysisIdOf } from './actions.ts';
import { createSamplesLab, newLaboratory, person, type SamplesLab } from './harness.ts';
import type { RegisteredSample } from './shapes.ts';

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

test('facts tell the sample and its analyses, and their version grows with either', async () => {
  const sample = await act.sample(manager, {
    clientCode: 'UTAHDWQ',
    barcode: 'F-1',
    priority: 'STAT',
    condition: 'INTACT',
  });
  const analysisId = sample.analyses[0]?.id ?? '';
  const [before] = await act.facts(manager, [sample.id]);
  expect(before).toMatchObject({ sampleId: sample.id, version: 1, priority: 'STAT', clientId: sample.client?.id });
  expect(before?.facts).toEqual([
    `sample('${sample.id}')`,
    `sample_type('${sample.id}','WATER')`,
    `priority('${sample.id}',stat)`,
    `barcode('${sample.id}','F-1')`,
    `client('${sample.id}','UTAHDWQ')`,
    `received_at('${sample.id}',492320)`,
    `condition('${sample.id}',intact)`,
    `analysis('${analysisId}','${sample.id}','NITRATE')`,
    `analysis_status('${analysisId}',registered)`,
    `required_verifications('NITRATE',1)`,
    `unit_of('NITRATE','mg/L')`,
  ]);
  await act.submit(analyst, [{ analysisId, expectedVersion: 1, text: 'ND', detectionLimit: '0.010' }]);
  const [after] = await act.facts(manager, [sample.id]);
  expect(after?.version).toBe(2);
  expect(after?.facts).toEqual(
    expect.arrayContaining([
      `analysis_status('${analysisId}',submitted)`,
      `submitted_by('${analysisId}','${analyst.userId}')`,
      `result_text('${analysisId}',not_detected)`,
      `detect_limit('${analysisId}',0.01,'mg/L')`,
    ]),
  );
});

test('unknown ids and those of others are left out; 501 are refused', async () => {
  const sample = await act.sample(manager);
  const stranger = await newLaboratory(lab);
  expect(await act.facts(stranger, [sample.id, v7(), 'nonsense'])).toEqual([]);
  await expect(
    act.facts(
      manager,
      Array.from({ length: 501 }, () => sample.id),
    ),
  ).rejects.toThrow('BAD_INPUT');
});

describe('of the results of an analysis', () => {
  /** Those about one analysis. */
  const factsAbout = async (sampleId: string, analysisId: string) =>
    (await act.facts(manager, [sampleId]))[0]?.facts.filter((fact) => fact.includes(`('${analysisId}'`));

  test('the one that stands decides, with who verified it: what it corrected is no fact', async () => {
    const sample = await act.sample(manager, { analyses: ['NITRATE', 'PHOSPHORUS'] });
    const id = analysisIdOf(sample, 1);
    const asked = [`analysis('${id}','${sample.id}','PHOSPHORUS')`, `analysis_status('${id}',submitted)`];
    await act.submit(analyst, [{ analysisId: id, expectedVersion: 1, value: '3.40' }]);
    await act.verify(verifier, [{ analysisId: id, expectedVersion: 2 }]);
    expect(await factsAbout(sample.id, id)).toEqual([
      ...asked,
      `submitted_by('${id}','${analyst.userId}')`,
      `result('${id}',3.4,'mg/L')`,
      `verified_by('${id}','${verifier.userId}')`,
    ]);
    const other = person('analyst', manager);
    await act.submit(other, [{ analysisId: id, expectedVersion: 3, value: '2', reason: 'dilution' }]);
    expect(await factsAbout(sample.id, id)).toEqual([
      ...asked,
      `submitted_by('${id}','${other.userId}')`,
      `result('${id}',2,'mg/L')`,
    ]);
  });

  test('what held it holds no more once it is corrected', async () => {
    const sample = await act.sample(manager);
    const id = analysisIdOf(sample);
    await act.submit(analyst, [{ analysisId: id, expectedVersion: 1, value: '1', unit: 'ug/L' }]);
    expect(await factsAbout(sample.id, id)).toContain(`held('${id}',unit_mismatch)`);
    await act.submit(analyst, [{ analysisId: id, expectedVersion: 2, value: '1', reason: 'unit' }]);
    expect(await factsAbout(sample.id, id)).not.toContain(`held('${id}',unit_mismatch)`);
  });

  test('all who verified it are told, the first one first', async () => {
    const sample = await act.sample(manager, { analyses: ['PHOSPHORUS'] });
    const id = analysisIdOf(sample);
    await act.submit(analyst, [{ analysisId: id, expectedVersion: 1, value: '1' }]);
    await act.verify(verifier, [{ analysisId: id, expectedVersion: 2 }]);
    await act.verify(manager, [{ analysisId: id, expectedVersion: 3 }]);
    const told = await factsAbout(sample.id, id);
    expect(told?.filter((fact) => fact.startsWith('verified_by('))).toEqual([
      `verified_by('${id}','${verifier.userId}')`,
      `verified_by('${id}','${manager.userId}')`,
    ]);
  });
});

test('each sample of a request is told once, with its own analyses in the order in which they were asked for', async () => {
  const [two, one] = [await act.sample(manager, { analyses: ['PHOSPHORUS', 'NITRATE'] }), await act.sample(manager)];
  const told = await act.facts(manager, [two.id, one.id, two.id]);
  const analysesOf = ({ id }: { readonly id: string }) =>
    told
      .filter(({ sampleId }) => sampleId === id)
      .map(({ facts }) => facts.filter((fact) => fact.startsWith('analysis(')));
  const fact = (sample: RegisteredSample, position: number, code: string) =>
    `analysis('${analysisIdOf(sample, position)}','${sample.id}','${code}')`;
  expect(analysesOf(two)).toEqual([[fact(two, 0, 'PHOSPHORUS'), fact(two, 1, 'NITRATE')]]);
  expect(analysesOf(one)).toEqual([[fact(one, 0, 'NITRATE')]]);
});

test('facts are told in whatever way they are asked for, and versions without them', async () => {
  const { id } = await act.sample(manager);
  const ask = async (selection: string, more = '') =>
    await lab.ask(manager, `query Facts($ids: [ID!]!) { sampleFacts(ids: $ids) { ${selection} } } ${more}`, {
      ids: [id],
    });
  expect(await ask('sampleId version')).toEqual({ sampleFacts: [{ sampleId: id, version: 1 }] });
  const told = (await act.facts(manager, [id]))[0]?.facts;
  expect(await ask('known: facts')).toEqual({ sampleFacts: [{ known: told }] });
  expect(await ask('...Known', 'fragment Known on SampleFacts { facts }')).toEqual({ sampleFacts: [{ facts: told }] });
});

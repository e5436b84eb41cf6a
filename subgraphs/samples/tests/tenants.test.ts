import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Viewer } from '#platform/identity/index.ts';
import { type Actions, actionsOf, analysisIdOf, codes } from './actions.ts';
import { ANALYSIS_BY_ID, DETAIL, ENTITIES, FACTS, LIST } from './documents.ts';
import { createSamplesLab, newLaboratory, person, type SamplesLab } from './harness.ts';
import type { AnalysisNode, RegisteredSample } from './shapes.ts';

let lab: SamplesLab;
let act: Actions;
let manager: Viewer;
let stranger: Viewer;
let ofUtah: RegisteredSample;
let ofProvo: RegisteredSample;

beforeAll(async () => {
  lab = await createSamplesLab();
  act = actionsOf(lab);
  manager = await newLaboratory(lab);
  stranger = await newLaboratory(lab);
  ofUtah = await act.sample(manager, { clientCode: 'UTAHDWQ', barcode: 'U-1' });
  ofProvo = await act.sample(manager, { clientCode: 'PROVO', barcode: 'P-1', parentId: ofUtah.id });
});
afterAll(() => lab[Symbol.asyncDispose]());

async function listed(viewer: Viewer, filter: object = {}): Promise<string[]> {
  const { samples } = await lab.ask<{ samples: { totalCount: number; edges: { node: { id: string } }[] } }>(
    viewer,
    LIST,
    {
      first: 200,
      filter,
    },
  );
  expect(samples.totalCount).toBe(samples.edges.length);
  return samples.edges.map(({ node }) => node.id).sort();
}

/** Which of the entities the viewer is answered; the others are errors that say NOT_FOUND. */
async function entities(viewer: Viewer, representations: readonly object[]): Promise<boolean[]> {
  const answers = await Promise.all(
    representations.map((one) => lab.send<{ _entities: unknown[] }>(viewer, ENTITIES, { representations: [one] })),
  );
  return answers.map(({ data, errors }) => {
    if (errors) expect(errors[0]?.extensions.code).toBe('NOT_FOUND');
    return !errors && data?._entities[0] !== null;
  });
}

describe('another organization', () => {
  test('sees nothing: no detail, no list, no count, no facts, no entity', async () => {
    expect(await lab.ask(stranger, DETAIL, { id: ofUtah.id })).toEqual({ sample: null });
    expect(await lab.ask(stranger, ANALYSIS_BY_ID, { id: analysisIdOf(ofUtah) })).toEqual({ analysis: null });
    expect(await listed(stranger)).toEqual([]);
    expect(await lab.ask(stranger, FACTS, { ids: [ofUtah.id] })).toEqual({ sampleFacts: [] });
    const representations = [
      { __typename: 'Sample', id: ofUtah.id },
      { __typename: 'Analysis', id: analysisIdOf(ofUtah) },
      { __typename: 'Client', id: ofUtah.client?.id },
    ];
    expect(await entities(stranger, representations)).toEqual([false, false, false]);
    expect(await entities(manager, representations)).toEqual([true, true, true]);
  });

  test('changes nothing: every write answers as if the row did not exist', async () => {
    const id = analysisIdOf(ofUtah);
    const coming = await act.sample(manager, { receivedAt: null });
    const before = await lab.events(manager);
    expect(codes(await act.receive(stranger, [{ sampleId: coming.id, expectedVersion: 1 }]))).toEqual(['NOT_FOUND']);
    expect(codes(await act.submit(stranger, [{ analysisId: id, expectedVersion: 1, value: '1' }]))).toEqual([
      'NOT_FOUND',
    ]);
    expect(codes(await act.verify(stranger, [{ analysisId: id, expectedVersion: 1 }]))).toEqual(['NOT_FOUND']);
    expect(
      codes(await act.assign(stranger, [{ analysisId: id, expectedVersion: 1, analystId: stranger.userId }])),
    ).toEqual(['NOT_FOUND']);
    expect(codes(await act.retract(stranger, [{ analysisId: id, expectedVersion: 1, reason: 'x' }]))).toEqual([
      'NOT_FOUND',
    ]);
    expect(await lab.events(manager)).toEqual(before);
    expect(await lab.events(stranger)).toEqual([]);
  });

  test('may use the same barcodes, codes and numbers', async () => {
    const twin = await act.sample(stranger, { clientCode: 'UTAHDWQ', barcode: 'U-1' });
    expect(twin.accessionNumber).toBe(ofUtah.accessionNumber);
    expect(twin.client?.id).not.toBe(ofUtah.client?.id);
  });

  const TABLES = [
    'sample',
    'sample_type',
    'client',
    'sample_point',
    'analysis_service',
    'analysis',
    'result',
    'verification',
    'custody_entry',
    'accession_counter',
    'sample_search',
  ];

  test.each(TABLES)('row-level security holds on %s without any filter of ours', async (table) => {
    const other = await lab.asSubgraph(
      stranger.organizationId,
      `SELECT 1 FROM ${table} WHERE organization_id = '${manager.organizationId}'`,
    );
    expect(other).toEqual([]);
    const own = await lab.asSubgraph(manager.organizationId, `SELECT DISTINCT organization_id FROM ${table}`);
    expect(own.every((row) => row.organization_id === manager.organizationId)).toBe(true);
    await expect(lab.asSubgraph(null, `SELECT 1 FROM ${table}`)).rejects.toThrow(
      /app\.organization_id|invalid input syntax for type uuid/,
    );
  });

  test('row-level security also refuses to write for another organization', async () => {
    const insert = `INSERT INTO client (organization_id, id, code, name) VALUES ('${manager.organizationId}', gen_random_uuid(), 'X', 'X')`;
    await expect(lab.asSubgraph(stranger.organizationId, insert)).rejects.toThrow('row-level security');
    const update = `UPDATE sample SET remarks = 'mine' WHERE id = '${ofUtah.id}' RETURNING id`;
    expect(await lab.asSubgraph(stranger.organizationId, update)).toEqual([]);
    const past = `UPDATE sample_search SET status = 'CANCELLED'`;
    await expect(lab.asSubgraph(manager.organizationId, past)).rejects.toThrow('permission denied');
  });

  test.each(['result', 'verification', 'custody_entry'])(
    'what %s records is neither changed nor removed, even by the service itself',
    async (table) => {
      await expect(lab.asSubgraph(manager.organizationId, `DELETE FROM ${table}`)).rejects.toThrow('permission denied');
      await expect(lab.asSubgraph(manager.organizationId, `UPDATE ${table} SET id = id`)).rejects.toThrow(
        'permission denied',
      );
    },
  );
});

describe('people of a client', () => {
  const utah = () => person('client', manager, ofUtah.client?.id ?? null);

  test('see the samples of their client only, also by reference, count and fact', async () => {
    expect(await listed(utah())).toEqual([ofUtah.id]);
    expect(await listed(utah(), { clientCode: ['PROVO'] })).toEqual([]);
    expect(await lab.ask(utah(), DETAIL, { id: ofProvo.id })).toEqual({ sample: null });
    expect(await lab.ask(utah(), DETAIL, { id: ofUtah.id })).toMatchObject({ sample: { id: ofUtah.id, children: [] } });
    expect(await lab.ask(utah(), ANALYSIS_BY_ID, { id: analysisIdOf(ofProvo) })).toEqual({ analysis: null });
    expect(await lab.ask(utah(), FACTS, { ids: [ofProvo.id] })).toEqual({ sampleFacts: [] });
    // What decides is the same for everybody: the facts go to rules, not to people.
    const ids = [ofUtah.id];
    expect(await lab.ask(utah(), FACTS, { ids })).toEqual(await lab.ask(manager, FACTS, { ids }));
    const representations = [
      { __typename: 'Sample', id: ofUtah.id },
      { __typename: 'Sample', id: ofProvo.id },
      { __typename: 'Analysis', id: analysisIdOf(ofProvo) },
      { __typename: 'Client', id: ofProvo.client?.id },
    ];
    expect(await entities(utah(), representations)).toEqual([true, false, false, false]);
  });

  test('do not learn who else is a client', async () => {
    const query = `{ clients(first: 10) { totalCount edges { node { code } } } }`;
    expect(await lab.ask(utah(), query)).toEqual({
      clients: { totalCount: 1, edges: [{ node: { code: 'UTAHDWQ' } }] },
    });
  });

  test('see the sample points of their own samples only: in the list, the count, by id and by code', async () => {
    const points = ['P2', 'P3'].map((code) => ({ code, name: code }));
    const save = `mutation Save($inputs: [SamplePointInput!]!) { saveSamplePoints(inputs: $inputs) { created } }`;
    await lab.ask(manager, save, { inputs: points });
    await act.sample(manager, { clientCode: 'UTAHDWQ', samplePointCode: 'P2' });
    await act.sample(manager, { clientCode: 'PROVO', samplePointCode: 'P3' });
    const query = `{ samplePoints(first: 10) { totalCount edges { node { id code } } } }`;
    interface Points {
      readonly samplePoints: { readonly totalCount: number; readonly edges: { node: { id: string; code: string } }[] };
    }
    const all = (await lab.ask<Points>(manager, query)).samplePoints;
    const own = (await lab.ask<Points>(utah(), query)).samplePoints;
    expect([all.totalCount, own.totalCount]).toEqual([3, 1]);
    expect(own.edges.map(({ node }) => node.code)).toEqual(['P2']);
    const references = all.edges.map(({ node: { id } }) => ({ __typename: 'SamplePoint', id }));
    expect(all.edges.map(({ node }) => node.code)).toEqual(['P1', 'P2', 'P3']);
    expect(await entities(utah(), references)).toEqual([false, true, false]);
    const sampler = person('sampler', manager, ofUtah.client?.id ?? null);
    const at = (samplePointCode: string) => ({ typeCode: 'WATER', samplePointCode });
    expect(codes(await act.register(sampler, [at('P2'), at('P3'), at('P1')]))).toEqual([
      'SampleRegistered',
      'UNKNOWN_SAMPLE_POINT',
      'UNKNOWN_SAMPLE_POINT',
    ]);
  });

  test('see a parent of another client as absent', async () => {
    const provo = person('client', manager, ofProvo.client?.id ?? null);
    expect(await lab.ask(provo, DETAIL, { id: ofProvo.id })).toMatchObject({ sample: { parent: null } });
  });

  test('when they may register at all, register for their client and on its samples only', async () => {
    const sampler = person('sampler', manager, ofUtah.client?.id ?? null);
    const own = await act.sample(sampler, {});
    expect(own.client?.code).toBe('UTAHDWQ');
    const refused = await act.register(sampler, [
      { typeCode: 'WATER', clientCode: 'PROVO' },
      { typeCode: 'WATER', parentId: ofProvo.id },
    ]);
    expect(codes(refused)).toEqual(['UNKNOWN_CLIENT', 'UNKNOWN_PARENT']);
    const coming = await act.sample(manager, { clientCode: 'PROVO', receivedAt: null });
    expect(codes(await act.receive(sampler, [{ sampleId: coming.id, expectedVersion: 1 }]))).toEqual(['NOT_FOUND']);
  });
});

describe('what a client learns of a result', () => {
  let analyst: Viewer;
  let verifier: Viewer;
  const utah = () => person('client', manager, ofUtah.client?.id ?? null);
  const HIDDEN = { result: null, results: [], verifications: [] };

  beforeAll(() => {
    analyst = person('analyst', manager);
    verifier = person('verifier', manager);
  });

  async function asked(): Promise<string> {
    return analysisIdOf(await act.sample(manager, { clientCode: 'UTAHDWQ', collectedAt: '2026-03-01T06:00:00Z' }));
  }
  async function seen(viewer: Viewer, id: string): Promise<AnalysisNode> {
    return (await lab.ask<{ analysis: AnalysisNode }>(viewer, ANALYSIS_BY_ID, { id })).analysis;
  }
  const enter = (id: string, expectedVersion: number, over: object = {}) =>
    act.submit(analyst, [{ analysisId: id, expectedVersion, value: '1', ...over }]);

  test('nothing before it is verified: neither what waits nor what is held; the status is told', async () => {
    const id = await asked();
    await enter(id, 1);
    expect(await seen(utah(), id)).toMatchObject({ status: 'SUBMITTED', version: 2, ...HIDDEN });
    expect((await seen(manager, id)).result?.value).toBe('1');
    const held = await asked();
    await enter(held, 1, { unit: 'ug/L' });
    expect(await seen(utah(), held)).toMatchObject({ status: 'SUBMITTED', ...HIDDEN });
  });

  test('the verified result with who verified it, without what was corrected before and why', async () => {
    const id = await asked();
    await enter(id, 1);
    await act.verify(verifier, [{ analysisId: id, expectedVersion: 2 }]);
    const corrected = await asked();
    await enter(corrected, 1, { value: '9' });
    await enter(corrected, 2, { value: '2', reason: 'the analyst had mixed up two vials' });
    await act.verify(verifier, [{ analysisId: corrected, expectedVersion: 3 }]);
    expect(await seen(utah(), corrected)).toMatchObject({
      status: 'VERIFIED',
      result: { value: '2', flags: ['CORRECTED'], reason: null },
      results: [{ value: '2' }],
      verifications: [{ by: { id: verifier.userId } }],
    });
    expect(await seen(manager, corrected)).toMatchObject({
      result: { reason: 'the analyst had mixed up two vials' },
      results: [{ value: '9' }, { value: '2' }],
    });
  });

  test('nothing any more once it is withdrawn', async () => {
    const id = await asked();
    await enter(id, 1);
    await act.verify(verifier, [{ analysisId: id, expectedVersion: 2 }]);
    expect((await seen(utah(), id)).result?.value).toBe('1');
    await act.retract(manager, [{ analysisId: id, expectedVersion: 3, reason: 'contaminated', repeat: true }]);
    const after = await seen(utah(), id);
    const retraction = { by: { id: manager.userId }, reason: null };
    expect(after).toMatchObject({ status: 'RETRACTED', ...HIDDEN, retraction });
    expect(after.replacedBy).not.toBeNull();
  });

  test('where their sample was, but not why the laboratory did something with it', async () => {
    const { id } = await act.sample(manager, { clientCode: 'UTAHDWQ' });
    const moved = { sampleId: id, to: 'INITIATION', status: 'CANCELLED', version: 2 };
    await lab.workflowMoved(manager, moved, { reason: 'the courier lost it' });
    const last = async (viewer: Viewer) => {
      const { sample } = await lab.ask<{ sample: { custody: { edges: { node: object }[] } } }>(viewer, DETAIL, { id });
      return sample.custody.edges.at(-1)?.node;
    };
    expect(await last(manager)).toMatchObject({ action: 'cancelled', reason: 'the courier lost it' });
    expect(await last(utah())).toMatchObject({ action: 'cancelled', reason: null });
  });

  test('decisions rest on every result all the same, whoever asks or enters', async () => {
    const sample = await act.sample(manager, { clientCode: 'UTAHDWQ' });
    await enter(analysisIdOf(sample), 1, { unit: 'ug/L' });
    expect(await lab.ask(utah(), FACTS, { ids: [sample.id] })).toEqual(
      await lab.ask(manager, FACTS, { ids: [sample.id] }),
    );
    const guest = person('analyst', manager, ofUtah.client?.id ?? null);
    const correction = { analysisId: analysisIdOf(sample), expectedVersion: 2, value: '2' };
    expect(codes(await act.submit(guest, [correction]))).toEqual(['REASON_REQUIRED']);
    await act.submit(guest, [{ ...correction, reason: 'unit' }]);
    expect((await seen(manager, analysisIdOf(sample))).results).toHaveLength(2);
  });
});

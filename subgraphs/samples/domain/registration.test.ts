import { describe, expect, test } from 'vitest';
import { type Catalogue, planRegistrations, type SampleRequest } from './registration.ts';
import { aService, T0 } from './testing.ts';

const catalogue: Catalogue = {
  types: new Map([['WATER', { id: 't', code: 'WATER', name: 'Water', version: 1 }]]),
  clients: new Map([['UTAH', { id: 'c', code: 'UTAH', name: 'Utah', version: 1 }]]),
  points: new Map([['P1', { id: 'p', code: 'P1', name: 'Point', version: 1, latitude: null, longitude: null }]]),
  services: new Map([
    ['NITRATE', aService()],
    ['PHOSPHORUS', aService({ id: 's2', code: 'PHOSPHORUS' })],
  ]),
  aliquots: new Map(),
  parents: new Set(['parent']),
  takenBarcodes: new Set(['TAKEN']),
  defaultClient: null,
};

function request(over: Partial<SampleRequest> = {}): SampleRequest {
  return {
    typeCode: 'WATER',
    clientCode: null,
    samplePointCode: null,
    barcode: null,
    priority: 'ROUTINE',
    category: 'ROUTINE',
    collectedAt: null,
    receivedAt: null,
    condition: null,
    parentId: null,
    analyses: [],
    remarks: null,
    startWorkflow: false,
    ...over,
  };
}

function outcome(over: Partial<SampleRequest>): string {
  const [plan] = planRegistrations([request(over)], catalogue, T0);
  if (!plan) throw new Error('no plan');
  return 'refusal' in plan ? plan.refusal.code : plan.status;
}

describe('each cause of refusal has its code', () => {
  const later = new Date(T0.getTime() + 1);
  const earlier = new Date(T0.getTime() - 1);
  test.each<[string, Partial<SampleRequest>]>([
    ['UNKNOWN_SAMPLE_TYPE', { typeCode: 'water' }],
    ['UNKNOWN_CLIENT', { clientCode: 'NOBODY' }],
    ['UNKNOWN_SAMPLE_POINT', { samplePointCode: 'NOWHERE' }],
    ['UNKNOWN_ANALYSIS_SERVICE', { analyses: ['NITRATE', 'GOLD'] }],
    ['DUPLICATE_ANALYSIS', { analyses: ['NITRATE', 'NITRATE'] }],
    ['TOO_MANY_ANALYSES', { analyses: Array.from({ length: 201 }, (_, index) => `S${index}`) }],
    ['DUPLICATE_BARCODE', { barcode: 'TAKEN' }],
    ['BARCODE_INVALID', { barcode: '  ' }],
    ['BARCODE_INVALID', { barcode: 'x'.repeat(81) }],
    ['BARCODE_INVALID', { barcode: 'a\nb' }],
    ['COLLECTED_IN_FUTURE', { collectedAt: later }],
    ['RECEIVED_IN_FUTURE', { receivedAt: later }],
    ['RECEIVED_BEFORE_COLLECTED', { collectedAt: T0, receivedAt: earlier }],
    ['CONDITION_WITHOUT_RECEPTION', { condition: 'INTACT' }],
    ['UNKNOWN_PARENT', { parentId: 'stranger' }],
    ['REMARKS_TOO_LONG', { remarks: 'x'.repeat(2_001) }],
  ])('%s', (code, over) => {
    expect(outcome(over)).toBe(code);
  });
});

test('a sample that came with its time of reception is RECEIVED and due after its priority’s hours', () => {
  const hours = { STAT: 4, URGENT: 24, ROUTINE: 120 } as const;
  for (const priority of ['STAT', 'URGENT', 'ROUTINE'] as const) {
    const [plan] = planRegistrations([request({ priority, receivedAt: T0, collectedAt: T0 })], catalogue, T0);
    if (!plan || 'refusal' in plan) throw new Error('refused');
    expect(plan.status).toBe('RECEIVED');
    expect(plan.dueAt?.getTime()).toBe(T0.getTime() + hours[priority] * 3_600_000);
  }
  expect(outcome({})).toBe('REGISTERED');
});

test('of two with one barcode the first is planned, the second refused; a refused one does not take its barcode', () => {
  const plans = planRegistrations(
    [request({ barcode: 'B', typeCode: 'nope' }), request({ barcode: 'B' }), request({ barcode: 'B' })],
    catalogue,
    T0,
  );
  expect(plans.map((plan) => ('refusal' in plan ? plan.refusal.code : 'planned'))).toEqual([
    'UNKNOWN_SAMPLE_TYPE',
    'planned',
    'DUPLICATE_BARCODE',
  ]);
});

test('a sample has at most 1000 aliquots, those before in the same request included', () => {
  const parents = new Set(['p1', 'p2']);
  const aliquots = new Map([
    ['p1', 999],
    ['p2', 1_000],
  ]);
  const requests = ['p1', 'p1', 'p2'].map((parentId) => request({ parentId }));
  const plans = planRegistrations(requests, { ...catalogue, parents, aliquots }, T0);
  expect(plans.map((plan) => ('refusal' in plan ? plan.refusal.code : 'planned'))).toEqual([
    'planned',
    'TOO_MANY_ALIQUOTS',
    'TOO_MANY_ALIQUOTS',
  ]);
});

test('a person of a client registers for that client when none is named', () => {
  const own = { id: 'own', code: 'OWN', name: 'Own', version: 1 };
  const [plan] = planRegistrations([request()], { ...catalogue, defaultClient: own }, T0);
  expect(plan).toMatchObject({ client: own });
});

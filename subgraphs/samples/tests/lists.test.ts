import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Viewer } from '#platform/identity/index.ts';
import { ORDER_FIELDS } from '../domain/listing.ts';
import { type Actions, actionsOf } from './actions.ts';
import { DETAIL, LIST } from './documents.ts';
import { createSamplesLab, newLaboratory, person, type SamplesLab } from './harness.ts';

interface Node {
  readonly id: string;
  readonly accessionNumber: string;
  readonly barcode: string | null;
  readonly receivedAt: string | null;
  readonly collectedAt: string | null;
  readonly dueAt: string | null;
  readonly registeredAt: string;
}

interface Page {
  readonly totalCount: number;
  readonly pageInfo: {
    hasNextPage: boolean;
    hasPreviousPage: boolean;
    startCursor: string | null;
    endCursor: string | null;
  };
  readonly edges: readonly { cursor: string; node: Node }[];
}

const COUNT = 60;
let lab: SamplesLab;
let act: Actions;
let manager: Viewer;

beforeAll(async () => {
  lab = await createSamplesLab();
  act = actionsOf(lab);
  manager = await newLaboratory(lab);
  // Many equal times and many without one: where cursors go wrong.
  const inputs = Array.from({ length: COUNT }, (_, i) => ({
    typeCode: i % 3 === 0 ? 'SOIL' : 'WATER',
    clientCode: i % 2 === 0 ? 'UTAHDWQ' : 'PROVO',
    samplePointCode: i % 5 === 0 ? 'P1' : null,
    priority: (['STAT', 'URGENT', 'ROUTINE'] as const)[i % 3],
    category: i % 10 === 0 ? 'FIELD_BLANK' : 'ROUTINE',
    barcode: i % 4 === 0 ? null : `W-2021-${String(i).padStart(3, '0')}_%`,
    collectedAt: i % 4 === 0 ? null : `2026-01-0${1 + (i % 3)}T00:00:00Z`,
    receivedAt: i % 3 === 0 ? null : `2026-02-0${1 + (i % 4)}T00:00:00Z`,
  }));
  await act.register(manager, inputs.slice(0, 30));
  await act.register(manager, inputs.slice(30));
});
afterAll(() => lab[Symbol.asyncDispose]());

async function page(variables: object): Promise<Page> {
  return (await lab.ask<{ samples: Page }>(manager, LIST, { first: 200, ...variables })).samples;
}

async function count(filter: object): Promise<number> {
  const { totalCount, edges } = await page({ filter });
  expect(edges).toHaveLength(totalCount);
  return totalCount;
}

const FIELDS = {
  RECEIVED_AT: 'receivedAt',
  COLLECTED_AT: 'collectedAt',
  DUE_AT: 'dueAt',
  REGISTERED_AT: 'registeredAt',
  ACCESSION_NUMBER: 'accessionNumber',
} as const;

function sorted(nodes: readonly Node[], field: keyof typeof FIELDS, direction: string): string[] {
  const sign = direction === 'ASC' ? 1 : -1;
  const compare = (a: string, b: string) => (a === b ? 0 : a < b ? -sign : sign);
  return [...nodes]
    .sort((a, b) => {
      const [x, y] = [a[FIELDS[field]], b[FIELDS[field]]];
      if (x === null || y === null) return x === y ? compare(a.id, b.id) : x === null ? 1 : -1;
      return compare(x, y) || compare(a.id, b.id);
    })
    .map(({ id }) => id);
}

test('paging in any order and any page size gives each row once, in that order, those without a value last', async () => {
  const all = (await page({})).edges.map(({ node }) => node);
  expect(all).toHaveLength(COUNT);
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...ORDER_FIELDS),
      fc.constantFrom('ASC', 'DESC'),
      fc.integer({ min: 1, max: COUNT + 5 }),
      fc.boolean(),
      async (field, direction, first, filtered) => {
        const filter = filtered ? { typeCode: ['WATER'], priority: ['URGENT', 'ROUTINE', 'STAT'] } : null;
        const expected = sorted(
          filtered ? (await page({ filter })).edges.map(({ node }) => node) : all,
          field,
          direction,
        );
        const seen: string[] = [];
        let after: string | null = null;
        do {
          const got: Page = await page({ filter, orderBy: { field, direction }, first, after });
          expect(got.totalCount).toBe(expected.length);
          expect(got.pageInfo.hasPreviousPage).toBe(after !== null);
          seen.push(...got.edges.map(({ node }) => node.id));
          after = got.pageInfo.hasNextPage ? got.pageInfo.endCursor : null;
          if (after) expect(got.edges).toHaveLength(first);
        } while (after);
        expect(seen).toEqual(expected);
      },
    ),
    { numRuns: 25 },
  );
}, 120_000);

test('every row’s own cursor continues behind that row', async () => {
  const orderBy = { field: 'RECEIVED_AT', direction: 'DESC' };
  const { edges } = await page({ orderBy });
  const middle = edges[COUNT - 10];
  const rest = await page({ orderBy, after: middle?.cursor });
  expect(rest.edges.map(({ node }) => node.id)).toEqual(edges.slice(COUNT - 9).map(({ node }) => node.id));
});

test('a cursor of another order or of no list is refused with a sentence that explains', async () => {
  const { pageInfo } = await page({ first: 5, orderBy: { field: 'DUE_AT', direction: 'ASC' } });
  const other = await lab.send(manager, LIST, {
    first: 5,
    orderBy: { field: 'DUE_AT', direction: 'DESC' },
    after: pageInfo.endCursor,
  });
  expect(other.errors?.[0]).toMatchObject({
    extensions: { code: 'BAD_INPUT' },
    message: expect.stringContaining('DUE_AT ASC'),
  });
  for (const after of ['nonsense', Buffer.from('["RECEIVED_AT DESC",5,"x"]').toString('base64url')]) {
    const { errors } = await lab.send(manager, LIST, { first: 5, orderBy: { field: 'RECEIVED_AT' }, after });
    expect(errors?.[0]?.extensions.code).toBe('BAD_INPUT');
  }
});

test.each([0, -1, 201])('a page of %i rows is refused', async (first) => {
  expect((await lab.send(manager, LIST, { first })).errors?.[0]?.extensions.code).toBe('BAD_INPUT');
});

describe('filters', () => {
  test('each condition restricts, and all of them must hold', async () => {
    expect(await count({ typeCode: ['SOIL'] })).toBe(20);
    expect(await count({ typeCode: ['SOIL', 'WATER'] })).toBe(COUNT);
    expect(await count({ clientCode: ['PROVO'] })).toBe(30);
    expect(await count({ samplePointCode: ['P1'] })).toBe(12);
    expect(await count({ status: ['REGISTERED'] })).toBe(20);
    expect(await count({ status: ['RECEIVED', 'REGISTERED'] })).toBe(COUNT);
    expect(await count({ priority: ['STAT'] })).toBe(20);
    expect(await count({ category: ['FIELD_BLANK'] })).toBe(6);
    expect(await count({ typeCode: ['SOIL'], clientCode: ['PROVO'], status: ['REGISTERED'] })).toBe(10);
  });

  test('an empty list and an unknown code match nothing', async () => {
    expect(await count({ status: [] })).toBe(0);
    expect(await count({ typeCode: [] })).toBe(0);
    expect(await count({ typeCode: ['NOPE'] })).toBe(0);
  });

  test('times are half-open ranges', async () => {
    const day = (n: number) => `2026-02-0${n}T00:00:00Z`;
    const inRange = await page({ filter: { receivedAt: { from: day(2), to: day(3) } } });
    expect(new Set(inRange.edges.map(({ node }) => node.receivedAt))).toEqual(new Set([`2026-02-02T00:00:00.000Z`]));
    expect(await count({ receivedAt: { from: day(1) } })).toBe(40);
    expect(await count({ receivedAt: { to: day(1) } })).toBe(0);
    expect(await count({ dueAt: { from: day(1) } })).toBe(40);
    expect(await count({ collectedAt: { from: '2026-01-01T00:00:00Z', to: '2027-01-01T00:00:00Z' } })).toBe(45);
  });

  test('text is found anywhere in accession number or barcode, letter case and wildcards ignored', async () => {
    expect(await count({ text: 'w-2021' })).toBe(45);
    expect(await count({ text: 'W-2021-007' })).toBe(1);
    expect(await count({ text: '007_%' })).toBe(1);
    expect(await count({ text: '0_7' })).toBe(0);
    expect(await count({ text: '-000001' })).toBe(1);
    expect(await count({ text: '' })).toBe(COUNT);
  });
});

describe('text among many samples', () => {
  const many = Array.from({ length: 500 }, (_, i) => ({
    typeCode: 'WATER',
    clientCode: i % 2 === 0 ? 'UTAHDWQ' : 'PROVO',
    barcode: i === 7 ? 'Needle-Ä7' : `HAY-${i}`,
    receivedAt: i % 3 === 0 ? null : `2026-02-0${1 + (i % 4)}T00:00:00Z`,
  }));
  let viewer: Viewer;
  beforeAll(async () => {
    viewer = await newLaboratory(lab);
    const stranger = await newLaboratory(lab);
    await act.register(stranger, many);
    await act.register(viewer, many);
  });

  async function found(who: Viewer, filter: object): Promise<[number, (string | null)[]]> {
    const { samples } = await lab.ask<{ samples: Page }>(who, LIST, { first: 3, filter });
    return [samples.totalCount, samples.edges.map(({ node }) => node.barcode)];
  }

  test('a rare text is found in one’s own organization only', async () => {
    expect(await found(viewer, { text: 'eEDLE-ä' })).toEqual([1, ['Needle-Ä7']]);
    expect(await found(viewer, { text: 'needle', clientCode: ['UTAHDWQ'] })).toEqual([0, []]);
    expect(await found(viewer, { text: 'neither' })).toEqual([0, []]);
    const [, utah] = many;
    const [{ client } = { client: null }] = (
      await act.register(viewer, [{ ...utah, barcode: null, clientCode: 'UTAHDWQ' }])
    ).flatMap(({ sample }) => sample ?? []);
    expect(await found(person('client', viewer, client?.id), { text: 'needle' })).toEqual([0, []]);
  });

  test.each([
    ['common', 'hay-'],
    ['of some rows', 'hay-1'],
    ['rare', 'ay-499'],
    ['short', '49'],
  ])('a text that is %s gives each row once, in any order and with other conditions', async (_, text) => {
    const list = async (variables: object) => (await lab.ask<{ samples: Page }>(viewer, LIST, variables)).samples;
    const all: Node[] = [];
    for (let after: string | null = null; all.length < many.length; ) {
      const { edges, pageInfo } = await list({ first: 200, after });
      all.push(...edges.map(({ node }) => node));
      after = pageInfo.endCursor;
    }
    const holds = ({ barcode, accessionNumber }: Node) =>
      `${accessionNumber} ${barcode}`.toLowerCase().includes(text) && barcode !== null;
    for (const [field, direction] of ORDER_FIELDS.flatMap((field) => [
      [field, 'ASC'] as const,
      [field, 'DESC'] as const,
    ])) {
      const seen: string[] = [];
      let after: string | null = null;
      do {
        const filter = { text, status: ['RECEIVED', 'REGISTERED'] };
        const got: Page = await list({ first: 90, after, orderBy: { field, direction }, filter });
        seen.push(...got.edges.map(({ node }) => node.id));
        after = got.pageInfo.hasNextPage ? got.pageInfo.endCursor : null;
      } while (after);
      expect(seen).toEqual(sorted(all.filter(holds), field, direction));
    }
  });

  test('so are common and short texts', async () => {
    expect((await found(viewer, { text: 'hay-' }))[0]).toBe(499);
    expect((await found(viewer, { text: 'e-' }))[0]).toBe(1);
  });
});

test('custody is paged like any list', async () => {
  const { edges } = await page({ first: 1, orderBy: { field: 'RECEIVED_AT', direction: 'ASC' } });
  const id = edges[0]?.node.id;
  const query = `query Custody($id: ID!, $after: String) { sample(id: $id) { custody(first: 1, after: $after) {
    totalCount pageInfo { hasNextPage endCursor } edges { node { action } } } } }`;
  interface Custody {
    sample: {
      custody: {
        totalCount: number;
        pageInfo: { hasNextPage: boolean; endCursor: string };
        edges: { node: { action: string } }[];
      };
    };
  }
  const first = (await lab.ask<Custody>(manager, query, { id })).sample.custody;
  const second = (await lab.ask<Custody>(manager, query, { id, after: first.pageInfo.endCursor })).sample.custody;
  expect([first.totalCount, first.pageInfo.hasNextPage, second.pageInfo.hasNextPage]).toEqual([2, true, false]);
  expect([...first.edges, ...second.edges].map(({ node }) => node.action)).toEqual(['received', 'registered']);
});

test('in a list each sample has its own custody, as many entries as asked for', async () => {
  const query = `{ samples(first: 200) { edges { node { receivedAt custody(first: 1) {
    totalCount pageInfo { hasNextPage } edges { node { action } } } } } } }`;
  interface Listed {
    samples: {
      edges: {
        node: {
          receivedAt: string | null;
          custody: { totalCount: number; pageInfo: { hasNextPage: boolean }; edges: { node: { action: string } }[] };
        };
      }[];
    };
  }
  const { samples } = await lab.ask<Listed>(manager, query);
  expect(samples.edges).toHaveLength(COUNT);
  for (const { node } of samples.edges) {
    const received = node.receivedAt !== null;
    expect(node.custody).toEqual({
      totalCount: received ? 2 : 1,
      pageInfo: { hasNextPage: received },
      edges: [{ node: { action: received ? 'received' : 'registered' } }],
    });
  }
});

test('a sample that is not there is null, not an error', async () => {
  expect(await lab.ask(manager, DETAIL, { id: 'nonsense' })).toEqual({ sample: null });
});

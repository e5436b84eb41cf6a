import { expect, test } from 'vitest';
import type { RequestContext } from '#platform/graphql/index.ts';
import { createContext } from '../context.ts';
import type { SampleReader, SampleStore } from '../data/sample-store.ts';
import { aSample, T0 } from '../domain/testing.ts';
import { listCustody } from './list-samples.ts';

/** A store in which every sample was registered; `statements` is what was asked of it. */
function fakeStore() {
  const statements: number[] = [];
  const reader: Pick<SampleReader, 'custodyOf' | 'countCustody'> = {
    async custodyOf(ids) {
      statements.push(ids.length);
      const entry = { at: T0, action: 'registered', location: null, by: 'ana', reason: null };
      return ids.map((sampleId) => ({ id: `of-${sampleId}`, sampleId, ...entry }));
    },
    async countCustody(ids) {
      statements.push(ids.length);
      return new Map(ids.map((id) => [id, 1]));
    },
  };
  const store: Pick<SampleStore, 'read'> = { read: (_, work) => work(reader as SampleReader) };
  return { statements, store: store as SampleStore };
}

test('the custody of 200 samples is one statement, their counts another', async () => {
  const { statements, store } = fakeStore();
  const request = { viewer: { organizationId: 'o', clientId: null } } as unknown as RequestContext;
  const ctx = createContext({ store, clock: () => T0, newId: () => 'id' }, request);
  const samples = Array.from({ length: 200 }, (_, index) => aSample({ id: `s${index}` }));
  const pages = await Promise.all(samples.map((sample) => listCustody(ctx, sample, { first: 5 })));
  expect(statements).toEqual([200]);
  expect(pages.map(({ edges }) => edges[0]?.node.id)).toEqual(samples.map(({ id }) => `of-${id}`));
  expect(await Promise.all(pages.map(({ totalCount }) => totalCount()))).toEqual(samples.map(() => 1));
  expect(statements).toEqual([200, 200]);
});

import { BadInputError } from '#platform/errors/index.ts';
import { type Connection, connectionOf, decodeKeyset, encodeKeyset, pageSize } from '#platform/graphql/index.ts';
import { type SamplesContext, scopeOf } from '../context.ts';
import { DEFAULT_ORDER, type SampleFilter, type SampleOrder } from '../domain/listing.ts';
import type { CustodyEntry, Sample } from '../domain/types.ts';
import { readSampleCursor, sampleCursor } from './cursors.ts';
import { checkInputs } from './input.ts';

interface Page {
  readonly first: number;
  readonly after?: string | null | undefined;
}

const MAX_CODES = 1_000;

export async function listSamples(
  ctx: SamplesContext,
  filter: SampleFilter,
  page: Page & { readonly order: SampleOrder | null },
): Promise<Connection<Sample>> {
  const order = page.order ?? DEFAULT_ORDER;
  const first = pageSize(page.first);
  checkFilter(filter);
  const after = page.after ? readSampleCursor(order, page.after) : null;
  const rows = await ctx.store.read(scopeOf(ctx), (reader) =>
    reader.listSamples(filter, { order, after, limit: first + 1 }),
  );
  return connectionOf({
    rows,
    first,
    after: page.after,
    cursor: (sample) => sampleCursor(order, sample),
    node: (sample) => sample,
    totalCount: () => ctx.store.read(scopeOf(ctx), (reader) => reader.countSamples(filter)),
  });
}

function checkFilter(filter: SampleFilter): void {
  checkInputs([filter], 'filter');
  for (const name of ['typeCode', 'clientCode', 'samplePointCode'] as const) {
    const count = filter[name]?.length ?? 0;
    if (count > MAX_CODES) throw new BadInputError(`"filter.${name}" takes at most ${MAX_CODES} codes, got ${count}.`);
  }
}

export async function listCustody(ctx: SamplesContext, sample: Sample, page: Page): Promise<Connection<CustodyEntry>> {
  const first = pageSize(page.first);
  const after = page.after ? readCustodyCursor(page.after) : null;
  const limit = first + 1;
  // First pages of a list of samples are read together; who pages on does so in one sample.
  const rows = after
    ? await ctx.store.read(scopeOf(ctx), (reader) => reader.custodyOf([sample.id], { after, limit }))
    : await ctx.loaders.custodyStart(limit).load(sample.id);
  return connectionOf({
    rows,
    first,
    after: page.after,
    cursor: ({ at, id }) => encodeKeyset([at, id]),
    node: (entry) => entry,
    totalCount: () => ctx.loaders.custodyCount.load(sample.id),
  });
}

function readCustodyCursor(cursor: string): { readonly at: Date; readonly id: string } {
  const [at, id] = decodeKeyset(cursor, ['date', 'uuid']);
  return { at, id };
}

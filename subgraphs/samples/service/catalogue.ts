import { BadInputError } from '#platform/errors/index.ts';
import { type Connection, connectionOf, decodeKeyset, encodeKeyset, pageSize } from '#platform/graphql/index.ts';
import { actorOf, type SamplesContext, scopeOf } from '../context.ts';
import type { SampleReader } from '../data/sample-store.ts';
import {
  type CatalogueEntry,
  type CatalogueKind,
  type CatalogueRows,
  checkCodes,
  planSave,
} from '../domain/catalogue.ts';
import type { SampleType } from '../domain/types.ts';
import { catalogueChanged } from '../events.ts';
import { checkInputs, checkReason } from './input.ts';

export interface CatalogueSaved {
  readonly created: number;
  readonly changed: number;
}

export interface CatalogueSave<Kind extends CatalogueKind> {
  readonly rows: readonly CatalogueEntry<Kind>[];
  readonly idempotencyKey: string | null;
  /** Why, for the audit trail. */
  readonly reason: string | null;
}

/**
 * Creates or changes rows by code, all or none; rows that equal what is stored are left alone.
 * @throws BadInputError naming the first row that is not fit, ConflictError naming the first that is stale.
 */
export async function saveCatalogue<Kind extends CatalogueKind>(
  ctx: SamplesContext,
  kind: Kind,
  { rows, idempotencyKey, reason }: CatalogueSave<Kind>,
): Promise<CatalogueSaved> {
  checkInputs(rows);
  checkReason(reason);
  checkCodes(kind, rows);
  if (rows.length === 0) return { created: 0, changed: 0 };
  return ctx.store.write(actorOf(ctx), null, (writer) =>
    writer.once({ operation: `save${kind}`, key: idempotencyKey, request: { rows, reason } }, async () => {
      await writer.lockCatalogue(kind);
      const codes = rows.map(({ code }) => code);
      const stored = new Map((await writer.catalogueByCodes(kind, codes)).map((row) => [row.code, row]));
      const { created, changed } = planSave(kind, rows, stored, ctx.newId);
      if (kind === 'SampleType') await checkRoom(writer, created.length);
      const all = [...created.map((after) => ({ before: null, after })), ...changed];
      if (all.length > 0) {
        await writer.saveCatalogue(
          kind,
          all.map(({ after }) => after),
        );
        await writer.announce(all.map(({ before, after }) => catalogueChanged(kind, { before, after, reason })));
      }
      return { created: created.length, changed: changed.length };
    }),
  );
}

const MAX_SAMPLE_TYPES = 1_000;

/** @throws BadInputError when there would be more sample types than one answer lists. */
async function checkRoom(reader: SampleReader, more: number): Promise<void> {
  if (more === 0) return;
  const present = await reader.countCatalogue('SampleType');
  if (present + more <= MAX_SAMPLE_TYPES) return;
  throw new BadInputError(
    `A laboratory has at most ${MAX_SAMPLE_TYPES} sample types; there are ${present}, and ${more} would be new.`,
    { limit: MAX_SAMPLE_TYPES },
  );
}

export function sampleTypes(ctx: SamplesContext): Promise<SampleType[]> {
  return ctx.store.read(scopeOf(ctx), (reader) => reader.listCatalogue('SampleType', { after: null }));
}

export async function catalogueList<Kind extends CatalogueKind>(
  ctx: SamplesContext,
  kind: Kind,
  args: { readonly first: number; readonly after?: string | null | undefined },
): Promise<Connection<CatalogueRows[Kind]>> {
  const first = pageSize(args.first);
  const after = args.after ? decodeKeyset(args.after, ['text'])[0] : null;
  const rows = await ctx.store.read(scopeOf(ctx), (reader) => reader.listCatalogue(kind, { after, limit: first + 1 }));
  return connectionOf({
    rows,
    first,
    after: args.after,
    cursor: ({ code }) => encodeKeyset([code]),
    node: (row) => row,
    totalCount: () => ctx.store.read(scopeOf(ctx), (reader) => reader.countCatalogue(kind)),
  });
}

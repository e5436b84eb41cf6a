import { BadInputError } from '#platform/errors/index.ts';
import { decodeKeyset, encodeKeyset } from '#platform/graphql/index.ts';
import { isId } from '../domain/ids.ts';
import type { Keyset, SampleOrder, SampleOrderField } from '../domain/listing.ts';
import type { Sample } from '../domain/types.ts';

const VALUE: Readonly<Record<SampleOrderField, (sample: Sample) => Date | string | null>> = {
  RECEIVED_AT: (sample) => sample.receivedAt,
  COLLECTED_AT: (sample) => sample.collectedAt,
  DUE_AT: (sample) => sample.dueAt,
  REGISTERED_AT: (sample) => sample.registeredAt,
  ACCESSION_NUMBER: (sample) => sample.accessionNumber,
};

export function sampleCursor(order: SampleOrder, sample: Sample): string {
  const value = VALUE[order.field](sample);
  return encodeKeyset([orderName(order), value instanceof Date ? value.toISOString() : value, sample.id]);
}

/** @throws BadInputError for a cursor of another order or of another list. */
export function readSampleCursor(order: SampleOrder, cursor: string): Keyset {
  const [name, value, id] = decodeKeyset(cursor, 3);
  if (name !== orderName(order)) {
    throw new BadInputError(
      `"after" is a cursor of the order ${String(name)}, but this list runs by ${orderName(order)}: start again without "after".`,
    );
  }
  const at = typeof value === 'string' && order.field !== 'ACCESSION_NUMBER' ? new Date(value) : null;
  const fits = typeof value === 'string' ? at === null || !Number.isNaN(at.getTime()) : value === null;
  if (fits && typeof id === 'string' && isId(id)) return { value: at ?? (value === null ? null : String(value)), id };
  throw new BadInputError(`"after" must be a cursor that this list gave, got ${JSON.stringify(cursor.slice(0, 100))}.`);
}

function orderName({ field, direction }: SampleOrder): string {
  return `${field} ${direction}`;
}

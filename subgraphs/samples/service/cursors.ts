import { BadInputError } from '#platform/errors/index.ts';
import { decodeKeyset, encodeKeyset } from '#platform/graphql/index.ts';
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
  return encodeKeyset([orderName(order), VALUE[order.field](sample), sample.id]);
}

/** @throws BadInputError for a cursor of another order or of another list. */
export function readSampleCursor(order: SampleOrder, cursor: string): Keyset {
  const [name] = decodeKeyset(cursor, ['text', 'text?', 'uuid']);
  if (name !== orderName(order)) {
    throw new BadInputError(
      `"after" is a cursor of the order ${String(name)}, but this list runs by ${orderName(order)}: start again without "after".`,
    );
  }
  const kind = order.field === 'ACCESSION_NUMBER' ? 'text' : 'date?';
  const [, value, id] = decodeKeyset(cursor, ['text', kind, 'uuid']);
  return { value, id };
}

function orderName({ field, direction }: SampleOrder): string {
  return `${field} ${direction}`;
}

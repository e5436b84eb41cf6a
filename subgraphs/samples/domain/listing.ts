import type { Priority, SampleCategory, SampleStatus } from './types.ts';

export const ORDER_FIELDS = ['RECEIVED_AT', 'COLLECTED_AT', 'DUE_AT', 'REGISTERED_AT', 'ACCESSION_NUMBER'] as const;
export type SampleOrderField = (typeof ORDER_FIELDS)[number];

export interface SampleOrder {
  readonly field: SampleOrderField;
  readonly direction: 'ASC' | 'DESC';
}

/** From inclusive, to exclusive; null is open. */
export interface TimeRange {
  readonly from: Date | null;
  readonly to: Date | null;
}

/** Null conditions do not restrict; an empty list matches nothing. */
export interface SampleFilter {
  readonly status: readonly SampleStatus[] | null;
  readonly typeCode: readonly string[] | null;
  readonly clientCode: readonly string[] | null;
  readonly samplePointCode: readonly string[] | null;
  readonly priority: readonly Priority[] | null;
  readonly category: readonly SampleCategory[] | null;
  readonly text: string | null;
  readonly collectedAt: TimeRange | null;
  readonly receivedAt: TimeRange | null;
  readonly dueAt: TimeRange | null;
}

/** The place of a row in an order: rows without a value come last, equal values by id. */
export interface Keyset {
  readonly value: Date | string | null;
  readonly id: string;
}

export const DEFAULT_ORDER: SampleOrder = { field: 'REGISTERED_AT', direction: 'DESC' };

import type { Cells } from './columns.ts';

const ORDINARY = new Set(['', 'Sample-Routine']);

/** What a row says that has no field of its own in the laboratory, one sentence each. */
export function remarksOf(cells: Cells): string[] {
  return [
    ORDINARY.has(cells.activityType) ? '' : `Activity: ${cells.activityType}.`,
    cells.collectionMethod && `Collected by method ${cells.collectionMethod}.`,
    cells.laboratory && `Laboratory: ${cells.laboratory}.`,
    cells.comment && `${cells.characteristic}: ${cells.comment}`,
  ].filter((note) => note !== '');
}

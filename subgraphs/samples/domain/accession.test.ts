import { expect, test } from 'vitest';
import { accessionNumber } from './accession.ts';

test('an accession number has the year and at least six digits', () => {
  expect(accessionNumber(2026, 42)).toBe('2026-000042');
  expect(accessionNumber(2026, 1_000_000)).toBe('2026-1000000');
});

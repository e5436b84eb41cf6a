import fc from 'fast-check';
import { expect, test } from 'vitest';
import { barcodeOf, codeOf } from './codes.ts';

test('a text that is a code already stays itself, and spaces become hyphens', () => {
  expect(codeOf('UTAH_WQX-4900440', 80)).toBe('UTAH_WQX-4900440');
  expect(codeOf('Rye Spring 3', 80)).toBe('Rye-Spring-3');
});

test('what a code cannot hold is replaced by a hash that tells texts apart', () => {
  expect(codeOf('Río (upper)', 80)).toMatch(/^Ro-upper\.[0-9a-f]{8}$/);
  expect(codeOf('a(b', 80)).not.toBe(codeOf('a)b', 80));
});

test('every text gives a code within the limits, always the same one', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1, maxLength: 200, unit: 'grapheme' }), (text) => {
      expect(codeOf(text, 40)).toMatch(/^[A-Za-z0-9_.:-]{1,40}$/);
      expect(codeOf(text, 40)).toBe(codeOf(text, 40));
    }),
  );
});

test('a barcode has at most 80 printable characters; long activities keep different barcodes', () => {
  const long = 'X'.repeat(100);
  expect(barcodeOf('A-1')).toBe('A-1');
  expect(barcodeOf(long)).toHaveLength(80);
  expect(barcodeOf(`${long}1`)).not.toBe(barcodeOf(`${long}2`));
  expect(barcodeOf(long, 2)).toHaveLength(80);
  expect(barcodeOf('A\u0007B')).toMatch(/^A B~[0-9a-f]{8}$/);
});

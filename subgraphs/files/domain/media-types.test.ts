import { expect, test } from 'vitest';
import { bareMediaType, extractText, judgeContent, mediaTypeProblem, textOf } from './media-types.ts';

const sample = (content: string | Uint8Array, detected: string | null = null, whole = true) => ({
  detected,
  head: typeof content === 'string' ? Buffer.from(content) : content,
  whole,
});

test('parameters and case of a media type do not matter', () => {
  expect(bareMediaType(' Text/CSV; charset=utf-8')).toBe('text/csv');
});

test.each([
  ['text/csv', 'run.csv'],
  ['text/plain', 'instrument.gcd2'],
  ['application/octet-stream', 'run.raw'],
  ['application/pdf', 'no-ending'],
  ['image/jpeg', 'photo.JPEG'],
])('%s may be named %s', (mediaType, name) => {
  expect(mediaTypeProblem(mediaType, name)).toBeNull();
});

test.each([
  ['application/x-msdownload', 'run.csv', 'is not accepted'],
  ['text/csv', 'run.pdf', 'application/pdf'],
  ['text/plain', 'run.sh', 'programs'],
  ['application/octet-stream', 'report.pdf.exe', 'programs'],
  ['constructor', 'run.csv', 'is not accepted'],
])('%s may not be named %s', (mediaType, name, saying) => {
  expect(mediaTypeProblem(mediaType, name)).toContain(saying);
});

test.each([
  ['text/csv', sample('a,b\n1,2\n')],
  ['text/csv', sample(Buffer.from('d\u00e9bit,1\n', 'latin1'))],
  ['text/csv', sample(Buffer.from('\ufeffa,b', 'utf16le'))],
  ['text/plain', sample('x\ty\r\n\f\x1a')],
  ['application/json', sample(' {"a":1}')],
  ['image/svg+xml', sample('<?xml version="1.0"?><svg/>', 'application/xml')],
  ['image/png', sample(Buffer.of(0x89), 'image/png')],
  ['application/octet-stream', sample(Buffer.of(0, 1, 2))],
])('content of %s is recognized', (mediaType, content) => {
  expect(judgeContent(mediaType, content)).toEqual({ kind: 'accepted' });
});

test.each([
  ['text/csv', sample(Buffer.of(0x89, 0x50), 'image/png')],
  ['text/csv', sample(Buffer.of(65, 0, 66))],
  ['image/png', sample('a,b')],
  ['image/png', sample(Buffer.of(0xff, 0xd8), 'image/jpeg')],
  ['application/json', sample('a,b')],
  ['application/pdf', sample('<html>')],
])('content that is not %s is a mismatch', (mediaType, content) => {
  expect(judgeContent(mediaType, content)).toMatchObject({ kind: 'refused', code: 'MEDIA_TYPE_MISMATCH' });
});

test.each([
  ['application/octet-stream', sample(Buffer.from('MZ'), 'application/x-msdownload')],
  ['application/octet-stream', sample(Buffer.from('\x7fELF'), 'application/x-elf')],
  ['text/plain', sample('#!/bin/sh\nrm -rf /\n')],
])('a program declared as %s is never accepted', (mediaType, content) => {
  expect(judgeContent(mediaType, content)).toMatchObject({ kind: 'refused', code: 'MEDIA_TYPE_NOT_ALLOWED' });
});

test('a character that the end of the sample cuts through is not broken text', () => {
  const head = Buffer.from('水').subarray(0, 2);
  expect(textOf({ head, whole: false })).toBe('');
});

test('text is taken from readable kinds only, bounded, and says when it was cut', () => {
  expect(extractText('text/csv', sample('a,b'))).toEqual({ kind: 'TABLE', text: 'a,b', truncated: false });
  expect(extractText('text/plain', sample('a', null, false))).toEqual({ kind: 'TEXT', text: 'a', truncated: true });
  const long = extractText('text/plain', sample(`${'a'.repeat(99_999)}\u{1f4a7}`));
  expect(long).toMatchObject({ truncated: true });
  expect(long?.text).toHaveLength(99_999);
  expect(extractText('application/pdf', sample('%PDF'))).toBeNull();
});

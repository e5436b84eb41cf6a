import { expect, test } from 'vitest';
import { checkToken, signToken } from './signed-token.ts';

const CLAIMS = {
  organizationId: '0190a000-0000-7000-8000-000000000001',
  userId: '0190a000-0000-7000-8000-0000000000aa',
  subjectId: '0190a000-0000-7000-8000-0000000000ff',
  expiresAt: 1_800_000_000_000,
};
const KEY = 'k'.repeat(32);
const BEFORE = CLAIMS.expiresAt - 1;

test('a token carries its claims', () => {
  const token = signToken('download', CLAIMS, KEY);
  expect(token).toMatch(/^[\w-]+$/);
  expect(checkToken('download', token, KEY, BEFORE)).toEqual({ kind: 'valid', claims: CLAIMS });
});

test('at its last instant a token has expired', () => {
  expect(checkToken('download', signToken('download', CLAIMS, KEY), KEY, CLAIMS.expiresAt)).toEqual({
    kind: 'expired',
  });
});

test('a token of one purpose or key is worthless for another', () => {
  const token = signToken('upload', CLAIMS, KEY);
  expect(checkToken('download', token, KEY, BEFORE)).toEqual({ kind: 'invalid' });
  expect(checkToken('upload', token, 'x'.repeat(32), BEFORE)).toEqual({ kind: 'invalid' });
});

test('no bit of a token can be changed', () => {
  const bytes = Buffer.from(signToken('download', CLAIMS, KEY), 'base64url');
  for (let bit = 0; bit < bytes.length * 8; bit++) {
    const forged = Buffer.from(bytes);
    forged.writeUInt8(forged.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
    expect(checkToken('download', forged.toString('base64url'), KEY, BEFORE)).toEqual({ kind: 'invalid' });
  }
});

test.each(['', '.', '../../etc/passwd', 'A'.repeat(115), 'x'.repeat(100_000)])('rubbish is invalid', (token) => {
  expect(checkToken('download', token, KEY, BEFORE)).toEqual({ kind: 'invalid' });
});

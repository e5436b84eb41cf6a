import { expect, test, vi } from 'vitest';
import type { AccountsContext } from '../context.ts';
import { checkPassword } from './check-password.ts';
import { sign } from './sign.ts';

vi.mock('./check-password.ts');

const SIGNED = {
  meaning: 'APPROVAL',
  subjectType: 'Report',
  subjectId: 'report-1',
  contentHash: 'a'.repeat(64),
} as const;

test('a password that opens the account of somebody else signs nothing, and the refusal is recorded', async () => {
  // Between looking up the person and checking the password an address can pass on to another account.
  const other = { id: 'other', organizationId: 'o', passwordHash: 'hash', active: true };
  vi.mocked(checkPassword).mockResolvedValue(other);
  const announced: unknown[] = [];
  const announce = async (events: readonly unknown[]) => announced.push(...events);
  const signer = { id: 'mara', name: 'Mara', email: 'mara@demo.test', roles: ['lab_manager'] };
  const ctx = {
    viewer: { userId: 'mara', organizationId: 'o' },
    requestId: 'r',
    loaders: { userById: { load: async () => signer } },
    db: {
      write: (_: unknown, work: (unit: object) => unknown) => work({ announce, once: () => ({ kind: 'signed' }) }),
    },
  } as unknown as AccountsContext;
  expect(await sign(ctx, { signed: SIGNED, password: 'theirs', idempotencyKey: null })).toMatchObject({
    kind: 'refused',
    reason: 'INVALID_CREDENTIALS',
  });
  expect(announced).toMatchObject([{ type: 'signature.refused' }]);
});

import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { type CryptoKey, exportJWK, generateKeyPair, importJWK, type JWK } from 'jose';
import type { Database } from '#platform/database/index.ts';
import type { AccountsTx } from './client.ts';

export const ALGORITHM = 'ES256';
const ROTATE_AFTER_MS = 30 * 24 * 3_600_000;
/** A retired key is published as long as any token it signed could still be presented. */
const PUBLISHED_AFTER_MS = 31 * 24 * 3_600_000;

interface StoredKey {
  readonly id: string;
  readonly publicJwk: JWK;
  readonly privateJwk: string;
  readonly createdAt: Date;
}

export interface SigningKey {
  readonly id: string;
  readonly key: CryptoKey | Uint8Array;
}

/** Keys that sign access tokens: in the database so that every replica signs with the same, sealed so that a dump of it cannot sign. */
export interface SigningKeys {
  /** The key to sign with now. */
  current(): Promise<SigningKey>;
  /** What verifiers need: RFC 7517. */
  publicKeys(): Promise<{ readonly keys: readonly JWK[] }>;
  /** Makes a new key when the newest is 30 days old, and drops those that nobody can need. */
  rotate(): Promise<void>;
}

export function createSigningKeys(db: Database<AccountsTx>, sealKey: string, clock: () => Date): SigningKeys {
  let cached: { readonly signing: SigningKey; readonly until: number } | null = null;

  const stored = (): Promise<StoredKey[]> =>
    db.system(async (tx) => {
      const rows = await tx.signingKey.findMany({ orderBy: { createdAt: 'desc' } });
      // Written by `create` below and by nothing else.
      return rows.map((row) => ({ ...row, publicJwk: row.publicJwk as unknown as JWK }));
    });

  async function rotate(): Promise<void> {
    const now = clock();
    const fresh = await newKey(sealKey, now);
    await db.system(async (tx) => {
      // Replicas that start together must agree on one key.
      await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtext('alims.signing_key'))`;
      const newest = await tx.signingKey.findFirst({ orderBy: { createdAt: 'desc' } });
      if (newest && now.getTime() - newest.createdAt.getTime() < ROTATE_AFTER_MS) return;
      await tx.signingKey.create({ data: { ...fresh, publicJwk: { ...fresh.publicJwk } as Record<string, string> } });
      const unneeded = new Date(now.getTime() - ROTATE_AFTER_MS - PUBLISHED_AFTER_MS);
      await tx.signingKey.deleteMany({ where: { createdAt: { lt: unneeded } } });
    });
    cached = null;
  }

  async function current(): Promise<SigningKey> {
    if (cached && cached.until > clock().getTime()) return cached.signing;
    let [newest] = await stored();
    if (!newest) {
      await rotate();
      [newest] = await stored();
    }
    if (!newest) throw new Error('No signing key could be made.');
    const key = await importJWK(JSON.parse(unseal(newest.privateJwk, sealKey)), ALGORITHM);
    cached = { signing: { id: newest.id, key }, until: clock().getTime() + 60_000 };
    return cached.signing;
  }

  return { current, rotate, publicKeys: async () => ({ keys: (await stored()).map((row) => row.publicJwk) }) };
}

async function newKey(sealKey: string, createdAt: Date): Promise<StoredKey> {
  const pair = await generateKeyPair(ALGORITHM, { extractable: true });
  const id = randomBytes(12).toString('base64url');
  const publicJwk = { ...(await exportJWK(pair.publicKey)), kid: id, alg: ALGORITHM, use: 'sig' };
  return { id, publicJwk, privateJwk: seal(JSON.stringify(await exportJWK(pair.privateKey)), sealKey), createdAt };
}

function seal(text: string, key: string): string {
  const iv = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', Buffer.from(key, 'hex'), iv);
  const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
  return Buffer.concat([iv, cipher.getAuthTag(), sealed]).toString('base64');
}

/** @throws when SECRET_KEY is not the one that sealed it. */
function unseal(text: string, key: string): string {
  const bytes = Buffer.from(text, 'base64');
  const decipher = createDecipheriv('aes-256-gcm', Buffer.from(key, 'hex'), bytes.subarray(0, 12));
  decipher.setAuthTag(bytes.subarray(12, 28));
  try {
    return decipher.update(bytes.subarray(28), undefined, 'utf8') + decipher.final('utf8');
  } catch (cause) {
    throw new Error('The signing keys in the database were sealed with another SECRET_KEY: start with that one.', {
      cause,
    });
  }
}

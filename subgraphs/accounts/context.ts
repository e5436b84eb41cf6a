import DataLoader from 'dataloader';
import type { Database } from '#platform/database/index.ts';
import { fillContext, type RequestContext } from '#platform/graphql/index.ts';
import { idOf } from '#platform/identity/index.ts';
import { findOrganization, findUsers } from './data/accounts-repository.ts';
import type { AccountsTx } from './data/client.ts';
import { findSignatures } from './data/signature-repository.ts';
import type { SigningKeys } from './data/signing-keys.ts';
import type { Signature } from './domain/signature.ts';
import type { Organization, User } from './domain/user.ts';
import type { Turns } from './service/turns.ts';

export interface AccountsDeps {
  readonly db: Database<AccountsTx>;
  readonly keys: SigningKeys;
  /** Of refresh tokens, each of which follows from the one before. */
  readonly refreshKey: string;
  /** Of passwords within idempotency records. */
  readonly fingerprintKey: string;
  readonly signInTurns: Turns;
  readonly clock: () => Date;
  readonly newId: () => string;
  readonly accessTokenMinutes: number;
  readonly sessionHours: number;
}

export interface AccountsContext extends RequestContext, AccountsDeps {
  readonly loaders: {
    readonly userById: DataLoader<string, User | null>;
    readonly organizationById: DataLoader<string, Organization | null>;
    readonly signatureById: DataLoader<string, Signature | null>;
  };
}

/** `deps` live as long as the process; the context, and so its loaders' caches, as long as one request. */
export function createContext(deps: AccountsDeps, request: RequestContext): AccountsContext {
  const userById = new DataLoader<string, User | null>(
    async (ids) => {
      const found = await deps.db.read(request.viewer, (_, query) => findUsers(query, ids));
      const byId = new Map(found.map((user) => [user.id, user]));
      return ids.map((id) => byId.get(idOf(id)) ?? null);
    },
    { cacheKeyFn: idOf },
  );
  const organizationById = new DataLoader<string, Organization | null>((ids) =>
    Promise.all(
      ids.map((organizationId) => deps.db.read({ organizationId }, (tx) => findOrganization(tx, organizationId))),
    ),
  );
  const signatureById = new DataLoader<string, Signature | null>(
    async (ids) => {
      const found = await deps.db.read(request.viewer, (tx) => findSignatures(tx, ids));
      const byId = new Map(found.map((signature) => [signature.id, signature]));
      return ids.map((id) => byId.get(idOf(id)) ?? null);
    },
    { cacheKeyFn: idOf },
  );
  return fillContext(request, deps, { loaders: { userById, organizationById, signatureById } });
}

import { deriveKey } from '#platform/config/index.ts';
import { defineSubgraph, type Host, readSchema } from '#platform/graphql/index.ts';
import { type AccountsContext, type AccountsDeps, createContext } from './context.ts';
import { purgeSessions, purgeThrottles } from './data/accounts-repository.ts';
import { createClient } from './data/client.ts';
import { createSigningKeys } from './data/signing-keys.ts';
import { FORGET_FAILURES_MS } from './domain/session.ts';
import { resolvers } from './resolvers.ts';
import { createTurns } from './service/turns.ts';

const KEEP_ENDED_SESSIONS_MS = 30 * 24 * 3_600_000;

export async function createDeps(host: Host): Promise<AccountsDeps> {
  const db = await host.database('accounts', createClient);
  const keys = createSigningKeys(db, deriveKey(host.secretKey, 'signing-keys'), host.clock);
  const refreshKey = deriveKey(host.secretKey, 'refresh-tokens');
  const fingerprintKey = deriveKey(host.secretKey, 'password-fingerprints');
  const { clock, newId } = host;
  return { db, keys, refreshKey, fingerprintKey, signInTurns: createTurns(), clock, newId, ...host.config.sessions };
}

export const accounts = defineSubgraph<AccountsDeps, AccountsContext>({
  name: 'accounts',
  port: 4001,
  typeDefs: readSchema('accounts'),
  resolvers,
  createDeps,
  createContext,
  routes: ({ keys }) => [
    { prefix: '/.well-known/jwks.json', fetch: async () => Response.json(await keys.publicKeys()) },
  ],
  jobs: (deps) => [
    { name: 'accounts.rotate-signing-keys', cron: '17 3 * * *', handle: () => deps.keys.rotate() },
    { name: 'accounts.purge', cron: '37 * * * *', handle: () => purge(deps) },
  ],
});

/** Drops what nobody can need any more: sessions that ended a month ago, wrong passwords that no longer count. */
async function purge({ db, clock }: AccountsDeps): Promise<void> {
  const now = clock().getTime();
  await db.system(async (tx) => {
    await purgeSessions(tx, new Date(now - KEEP_ENDED_SESSIONS_MS));
    await purgeThrottles(tx, new Date(now - FORGET_FAILURES_MS));
  });
}

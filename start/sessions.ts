import type { AskAs, Fetch } from '#platform/graphql/index.ts';
import { createAccessTokenVerifier, createAuthenticator, type SessionState } from '#platform/identity/index.ts';
import { type Authenticate, identifyViewer } from '#router/identify.ts';

export interface AccountsAccess {
  /** How each subgraph is reached; `accounts` is looked up at each use. */
  readonly fetchers: ReadonlyMap<string, Fetch>;
  readonly askAs: AskAs;
  readonly identityKey: string;
}

/** Who is behind a token, asked of accounts wherever it runs. */
export function authenticatorOf({ fetchers, askAs, identityKey }: AccountsAccess): Authenticate {
  const keys = async () => {
    const response = await accountsOf(fetchers)(new Request('http://accounts.internal/.well-known/jwks.json'));
    return response.json();
  };
  const sessionState = async (organizationId: string, id: string, requestId: string): Promise<SessionState> => {
    const ask = askAs(null, requestId);
    const data = await ask<{ sessionState: SessionState }>('accounts', SESSION_STATE, { organizationId, id });
    // accounts writes roles in capitals, as GraphQL enums are.
    const roles = data.sessionState.roles.map((role) => role.toLowerCase() as (typeof data.sessionState.roles)[number]);
    return { ...data.sessionState, roles };
  };
  const identify = createAuthenticator({ verify: createAccessTokenVerifier(keys), sessionState, identityKey });
  return async (token, requestId) => identifyViewer(await identify(token, requestId));
}

const SESSION_STATE = `query SessionState($organizationId: ID!, $id: ID!) {
  sessionState(organizationId: $organizationId, id: $id) { active roles clientId }
}`;

function accountsOf(fetchers: ReadonlyMap<string, Fetch>): Fetch {
  const accounts = fetchers.get('accounts');
  if (!accounts) throw new Error('The router does not know where accounts runs: set ACCOUNTS_URL.');
  return accounts;
}

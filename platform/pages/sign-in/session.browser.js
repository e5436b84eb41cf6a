// Runs in the browser before a page starts: signs in through the API of accounts and keeps the session for all pages.
globalThis.alimsSession = (() => {
  const SESSION = 'alims:session';
  const REFRESH_BEFORE_MS = 30_000;

  const SIGN_IN = `mutation SignIn($email: String!, $password: String!) {
    signIn(email: $email, password: $password) {
      __typename
      ... on Session { accessToken refreshToken expiresAt user { name email roles organization { name } } }
      ... on SignInRefused { reason retryAfterSeconds }
    }
  }`;
  const REFRESH = `mutation RefreshSession($refreshToken: String!) {
    refreshSession(refreshToken: $refreshToken) {
      __typename
      ... on Session { accessToken refreshToken expiresAt }
      ... on SignInRefused { reason }
    }
  }`;
  const SIGN_OUT = 'mutation SignOut { signOut { revoked } }';

  // Before a page puts anything in its place.
  const plainFetch = window.fetch.bind(window);
  const listeners = [];
  let session = readSession();
  let refreshing = null;

  function readSession() {
    try {
      return JSON.parse(localStorage.getItem(SESSION));
    } catch {
      return null;
    }
  }

  function writeSession(next) {
    session = next;
    if (next) localStorage.setItem(SESSION, JSON.stringify(next));
    else localStorage.removeItem(SESSION);
  }

  function tell(message) {
    for (const listener of listeners) listener(message);
  }

  async function post(query, variables, token) {
    const headers = { 'content-type': 'application/json', accept: 'application/json' };
    if (token) headers.authorization = `Bearer ${token}`;
    const response = await plainFetch('/graphql', {
      method: 'POST',
      headers,
      body: JSON.stringify({ query, variables }),
    });
    const result = await response.json();
    if (result.errors) throw new Error(result.errors[0].message);
    return result.data;
  }

  function refusalText({ reason, retryAfterSeconds }) {
    const sentence = String(reason).toLowerCase().replaceAll('_', ' ');
    return `Refused: ${sentence}${retryAfterSeconds ? ` (try again in ${retryAfterSeconds} s)` : ''}`;
  }

  async function signIn(email, password) {
    const { signIn: answer } = await post(SIGN_IN, { email, password });
    if (answer.__typename !== 'Session') throw new Error(refusalText(answer));
    const { accessToken, refreshToken, expiresAt, user } = answer;
    // The token that a page may show; when it is renewed, requests that carry it get the new one.
    writeSession({ accessToken, refreshToken, expiresAt, user, shownToken: accessToken });
    tell('');
  }

  async function signOut() {
    const { accessToken } = session;
    writeSession(null);
    await post(SIGN_OUT, {}, accessToken).catch(() => {});
    tell('');
  }

  /** A token that will live for a while; null when nobody is signed in. */
  async function freshToken() {
    if (!session) return null;
    if (Date.parse(session.expiresAt) - Date.now() > REFRESH_BEFORE_MS) return session.accessToken;
    refreshing ??= refresh().finally(() => {
      refreshing = null;
    });
    await refreshing;
    return session?.accessToken ?? null;
  }

  async function refresh() {
    try {
      const { refreshSession: answer } = await post(REFRESH, { refreshToken: session.refreshToken });
      if (answer.__typename !== 'Session') throw new Error(refusalText(answer));
      const { accessToken, refreshToken, expiresAt } = answer;
      writeSession({ ...session, accessToken, refreshToken, expiresAt });
    } catch (error) {
      writeSession(null);
      tell(`Signed out: ${error.message}`);
    }
  }

  return {
    get current() {
      return session;
    },
    fetch: plainFetch,
    signIn,
    signOut,
    freshToken,
    /** Called with a message for people, mostly empty, when somebody signed in or is signed out. */
    onChange(listener) {
      listeners.push(listener);
    },
  };
})();

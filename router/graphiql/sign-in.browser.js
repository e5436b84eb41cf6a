// Runs in the browser before GraphiQL starts: signs in through the same API and fills the headers of GraphiQL's tabs.
(() => {
  const bar = document.getElementById('sign-in-bar');
  const settings = JSON.parse(bar.dataset.settings);
  const SESSION = 'alims:session';
  const TABS = 'graphiql:tabState';
  const HEADERS = 'graphiql:headers';
  const REFRESH_BEFORE_MS = 30_000;
  const DEMO = { email: 'manager@demo.test', password: 'alims-demo' };

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

  const plainFetch = window.fetch.bind(window);
  let session = readSession();

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
    // The token that the headers editors show; when it is renewed, requests that carry it get the new one.
    writeSession({ accessToken, refreshToken, expiresAt, user, shownToken: accessToken });
    fillHeaders(accessToken);
    restart();
  }

  async function signOut() {
    const { accessToken } = session;
    writeSession(null);
    fillHeaders(null);
    await post(SIGN_OUT, {}, accessToken).catch(() => {});
    restart();
  }

  // GraphiQL reads its tabs from storage when it starts and from nowhere else, so it is started again.
  function restart() {
    const page = new URL(location.href);
    page.search = '';
    location.replace(page.href);
  }

  function fillHeaders(token) {
    const text = withAuthorization(localStorage.getItem(HEADERS), token);
    localStorage.setItem(HEADERS, text);
    const state = readTabs();
    if (!state) return;
    for (const tab of state.tabs) tab.headers = withAuthorization(tab.headers, token);
    localStorage.setItem(TABS, JSON.stringify(state));
  }

  function readTabs() {
    try {
      const state = JSON.parse(localStorage.getItem(TABS));
      return Array.isArray(state?.tabs) ? state : null;
    } catch {
      return null;
    }
  }

  function withAuthorization(text, token) {
    let headers = {};
    try {
      headers = JSON.parse(text || '{}') ?? {};
    } catch {
      // A half-written editor cannot be merged with: the token matters more.
    }
    for (const name of Object.keys(headers)) if (name.toLowerCase() === 'authorization') delete headers[name];
    if (token) headers.Authorization = `Bearer ${token}`;
    return Object.keys(headers).length === 0 ? '' : JSON.stringify(headers, null, 2);
  }

  let refreshing = null;

  async function freshToken() {
    if (Date.parse(session.expiresAt) - Date.now() > REFRESH_BEFORE_MS) return session.accessToken;
    refreshing ??= refresh().finally(() => {
      refreshing = null;
    });
    await refreshing;
    return session?.accessToken;
  }

  async function refresh() {
    try {
      const { refreshSession: answer } = await post(REFRESH, { refreshToken: session.refreshToken });
      if (answer.__typename !== 'Session') throw new Error(refusalText(answer));
      const { accessToken, refreshToken, expiresAt } = answer;
      writeSession({ ...session, accessToken, refreshToken, expiresAt });
    } catch (error) {
      writeSession(null);
      showForm(`Signed out: ${error.message}`);
    }
  }

  window.fetch = async (input, init) => {
    const shown = session && `Bearer ${session.shownToken}`;
    if (!shown || !init?.headers) return plainFetch(input, init);
    const headers = new Headers(init.headers);
    if (headers.get('authorization') !== shown) return plainFetch(input, init);
    const token = await freshToken();
    if (token) headers.set('authorization', `Bearer ${token}`);
    return plainFetch(input, { ...init, headers });
  };

  function element(tag, properties = {}, ...children) {
    const made = Object.assign(document.createElement(tag), properties);
    made.append(...children);
    return made;
  }

  function brand() {
    const made = element('div', { className: 'brand' });
    made.innerHTML =
      '<svg viewBox="0 0 32 32" aria-hidden="true"><path d="M12 4h8v3h-1v7l7 10a3 3 0 0 1-3 4H9a3 3 0 0 1-3-4l7-10V7h-1z" fill="#14b8a6"/><path d="M11 20h10l3 5H8z" fill="#ccfbf1"/></svg>';
    made.append(settings.title, element('small', { textContent: 'GraphQL explorer' }));
    return made;
  }

  function showForm(message = '') {
    if (!settings.signIn) {
      bar.replaceChildren(brand());
      return;
    }
    const email = element('input', {
      type: 'email',
      name: 'email',
      placeholder: 'Email',
      required: true,
      autocomplete: 'username',
      ariaLabel: 'Email',
      value: settings.demo ? DEMO.email : '',
    });
    const password = element('input', {
      type: 'password',
      name: 'password',
      placeholder: 'Password',
      required: true,
      autocomplete: 'current-password',
      ariaLabel: 'Password',
      value: settings.demo ? DEMO.password : '',
    });
    const button = element('button', { type: 'submit', textContent: 'Sign in' });
    const note = element('span', { className: 'message', role: 'status', textContent: message, title: message });
    const form = element('form', {}, note, email, password, button);
    form.addEventListener('submit', async (event) => {
      event.preventDefault();
      button.disabled = true;
      note.textContent = '';
      try {
        await signIn(email.value, password.value);
      } catch (error) {
        note.textContent = error.message;
        note.title = error.message;
        button.disabled = false;
      }
    });
    bar.replaceChildren(brand(), form);
  }

  function showPerson() {
    const { user } = session;
    const who = element('div', { className: 'who' });
    const roles = (user.roles ?? []).map((role) => String(role).toLowerCase().replaceAll('_', ' ')).join(', ');
    who.append(
      'Signed in as ',
      element('b', { textContent: user.name || user.email }),
      element('span', { textContent: ` · ${roles}${user.organization ? ` · ${user.organization.name}` : ''}` }),
    );
    const button = element('button', { type: 'button', className: 'quiet', textContent: 'Sign out' });
    button.addEventListener('click', () => {
      button.disabled = true;
      signOut();
    });
    bar.replaceChildren(brand(), who, button);
  }

  // GraphiQL opens one more, empty tab when what it last showed is none of its stored tabs.
  function rememberActiveTab() {
    const state = readTabs();
    const active = state?.tabs[state.activeTabIndex];
    if (!active) return;
    for (const key of ['query', 'variables', 'headers']) localStorage.setItem(`graphiql:${key}`, active[key] ?? '');
  }

  rememberActiveTab();
  if (session?.user) showPerson();
  else showForm();
})();

// Runs in the browser before GraphiQL starts: fills the headers of GraphiQL's tabs with the session's token.
(() => {
  const session = globalThis.alimsSession;
  const TABS = 'graphiql:tabState';
  const HEADERS = 'graphiql:headers';
  /** The token that the headers were filled with: somebody may have signed in or out on another page since. */
  const FILLED = 'alims:graphiql-token';

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

  function fillHeaders() {
    const token = session.current?.shownToken ?? null;
    if (localStorage.getItem(FILLED) === token) return;
    if (token) localStorage.setItem(FILLED, token);
    else localStorage.removeItem(FILLED);
    localStorage.setItem(HEADERS, withAuthorization(localStorage.getItem(HEADERS), token));
    const state = readTabs();
    if (!state) return;
    for (const tab of state.tabs) tab.headers = withAuthorization(tab.headers, token);
    localStorage.setItem(TABS, JSON.stringify(state));
  }

  // GraphiQL opens one more, empty tab when what it last showed is none of its stored tabs.
  function rememberActiveTab() {
    const state = readTabs();
    const active = state?.tabs[state.activeTabIndex];
    if (!active) return;
    for (const key of ['query', 'variables', 'headers']) localStorage.setItem(`graphiql:${key}`, active[key] ?? '');
  }

  window.fetch = async (input, init) => {
    const { current } = session;
    const shown = current && `Bearer ${current.shownToken}`;
    if (!shown || !init?.headers) return session.fetch(input, init);
    const headers = new Headers(init.headers);
    if (headers.get('authorization') !== shown) return session.fetch(input, init);
    const token = await session.freshToken();
    if (token) headers.set('authorization', `Bearer ${token}`);
    return session.fetch(input, { ...init, headers });
  };

  // GraphiQL reads its tabs from storage when it starts and from nowhere else, so it is started again; not when a session
  // ended by itself, which the bar says while the person goes on reading.
  session.onChange((message) => {
    if (message) return;
    fillHeaders();
    const page = new URL(location.href);
    page.search = '';
    location.replace(page.href);
  });

  fillHeaders();
  rememberActiveTab();
})();

// Runs in the browser beside GraphiQL: shows how the router would run what the editor holds, without running it.
(() => {
  const bar = document.getElementById('sign-in-bar');
  const TABS = 'graphiql:tabState';
  // GraphiQL stores what is typed half a second after the last key.
  const REFRESH_MS = 700;

  function element(tag, properties = {}, ...children) {
    const made = Object.assign(document.createElement(tag), properties);
    made.append(...children);
    return made;
  }

  const note = element('p', { className: 'note', role: 'status' });
  const text = element('pre', { tabIndex: 0, ariaLabel: 'Query plan' });
  const asText = element('button', { type: 'button', textContent: 'Text', ariaPressed: 'true' });
  const asData = element('button', { type: 'button', textContent: 'Data', ariaPressed: 'false' });
  const close = element('button', { type: 'button', textContent: 'Close' });
  const head = element('header', {}, element('h2', { textContent: 'Query plan' }), asText, asData, close);
  const panel = element('aside', { id: 'query-plan', hidden: true, ariaLabel: 'Query plan' }, head, note, text);
  const open = element('button', {
    type: 'button',
    id: 'show-query-plan',
    className: 'quiet',
    textContent: 'Query plan',
    title: 'How the router would run the operation in the editor',
  });

  let shownFor = null;
  let shown = null;
  let timer = null;

  function activeTab() {
    try {
      const { tabs, activeTabIndex } = JSON.parse(localStorage.getItem(TABS));
      return tabs[activeTabIndex] ?? null;
    } catch {
      return null;
    }
  }

  function headersOf({ headers }) {
    try {
      return JSON.parse(headers || '{}');
    } catch {
      return {};
    }
  }

  function parsed(variables) {
    try {
      return JSON.parse(variables || '{}');
    } catch {
      return {};
    }
  }

  function render() {
    const { message = '', refused = false, plan = null } = shown ?? {};
    note.textContent = message;
    note.classList.toggle('refused', refused);
    const data = asData.ariaPressed === 'true';
    text.textContent = plan ? (data ? JSON.stringify(plan.plan, null, 2) : plan.text) : '';
  }

  async function ask({ query, operationName, variables, headers }) {
    // Through the page's fetch, which puts a fresh token in place of one that has expired.
    const response = await fetch('/graphql', {
      method: 'POST',
      headers: {
        ...headersOf({ headers }),
        'content-type': 'application/json',
        accept: 'application/json',
        'x-alims-query-plan': 'dry-run',
      },
      body: JSON.stringify({ query, operationName, variables: parsed(variables) }),
    });
    const { errors, extensions } = await response.json();
    if (!extensions?.queryPlan) return { message: errors?.[0]?.message ?? 'The router gave no plan.', refused: true };
    const { node } = extensions.queryPlan.plan;
    return { plan: extensions.queryPlan, message: node ? '' : 'No subgraph is asked.' };
  }

  async function refresh() {
    const tab = activeTab();
    const key = JSON.stringify([tab?.query, tab?.operationName, tab?.headers]);
    if (key === shownFor) return;
    shownFor = key;
    let next;
    try {
      next = tab?.query?.trim() ? await ask(tab) : { message: 'Write an operation to see how it would be run.' };
    } catch (error) {
      next = { message: error.message, refused: true };
    }
    // What was typed meanwhile is on its way already.
    if (key !== shownFor) return;
    shown = next;
    render();
  }

  function show(visible) {
    panel.hidden = !visible;
    open.ariaExpanded = String(visible);
    clearInterval(timer);
    if (!visible) return;
    shownFor = null;
    refresh();
    timer = setInterval(refresh, REFRESH_MS);
  }

  function choose(button) {
    for (const each of [asText, asData]) each.ariaPressed = String(each === button);
    render();
  }

  open.addEventListener('click', () => show(panel.hidden));
  close.addEventListener('click', () => {
    show(false);
    open.focus();
  });
  for (const button of [asText, asData]) button.addEventListener('click', () => choose(button));
  panel.addEventListener('keydown', ({ key }) => {
    if (key === 'Escape') close.click();
  });
  document.body.append(panel);

  // The bar is written anew at each sign-in and sign-out.
  const place = () => {
    if (!bar.contains(open)) bar.querySelector('.brand')?.after(open);
  };
  new MutationObserver(place).observe(bar, { childList: true });
  place();
})();

/** Tabs as people with a keyboard know them: arrows move, and what is chosen is shown. */
export function startTabs(list, onShow) {
  const tabs = [...list.querySelectorAll('[role=tab]')];
  function choose(chosen) {
    for (const tab of tabs) {
      const isChosen = tab === chosen;
      tab.ariaSelected = String(isChosen);
      tab.tabIndex = isChosen ? 0 : -1;
      document.getElementById(tab.getAttribute('aria-controls')).hidden = !isChosen;
    }
    onShow(chosen.id);
  }
  list.addEventListener('click', ({ target }) => {
    const tab = target.closest('[role=tab]');
    if (tab) choose(tab);
  });
  list.addEventListener('keydown', ({ key, target }) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[key];
    if (!step) return;
    const next = tabs.at((tabs.indexOf(target) + step) % tabs.length);
    next.focus();
    choose(next);
  });
  return { choose: (id) => choose(tabs.find((tab) => tab.id === id)) };
}

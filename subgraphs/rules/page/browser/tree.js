import { element } from './element.js';

/**
 * A tree that is read by eye, mouse, keyboard and screen reader. A node is
 * `{kind, kindText, title, lines, children, open, action: {text, run}}`; lines, children and action may be missing.
 */
export function createTree(label, nodes) {
  const tree = element('ul', { role: 'tree', ariaLabel: label });
  tree.append(...nodes.map((node) => itemOf(node, 1)));
  const first = tree.querySelector('[role=treeitem]');
  if (first) first.tabIndex = 0;
  tree.addEventListener('keydown', onKey);
  tree.addEventListener('click', onClick);
  tree.addEventListener('focusin', ({ target }) => {
    const item = target.closest('[role=treeitem]');
    for (const other of tree.querySelectorAll('[role=treeitem][tabindex="0"]')) other.tabIndex = -1;
    item.tabIndex = 0;
  });
  return tree;
}

function itemOf({ kind, kindText, title, lines = [], children = [], open = true, action }, level) {
  const item = element('li', { role: 'treeitem', tabIndex: -1, className: kind, ariaLevel: String(level) });
  const head = element('div', { className: 'node' }, element('span', { className: 'kind', textContent: kindText }));
  head.append(element('code', { textContent: title }));
  item.append(head, ...lines.map(({ code, text }) => element(code ? 'pre' : 'p', { textContent: text })));
  if (action) {
    const button = element('button', { type: 'button', textContent: action.text, className: 'act' });
    button.addEventListener('click', action.run);
    item.append(button);
  }
  if (children.length > 0) {
    item.ariaExpanded = String(open);
    item.append(element('ul', { role: 'group' }, ...children.map((child) => itemOf(child, level + 1))));
  }
  return item;
}

function setOpen(item, open) {
  if (item.ariaExpanded !== null) item.ariaExpanded = String(open);
}

function isOpen(item) {
  return item.ariaExpanded === 'true';
}

function onClick({ target }) {
  const head = target.closest('.node');
  if (!head) return;
  const item = head.parentElement;
  item.focus();
  setOpen(item, !isOpen(item));
}

/** The items that can be seen, from above. */
function visible(tree) {
  return [...tree.querySelectorAll('[role=treeitem]')].filter((item) => item.offsetParent !== null);
}

function parentOf(item) {
  return item.parentElement.closest('[role=treeitem]');
}

function onKey(event) {
  const item = event.target;
  if (item.role !== 'treeitem') return;
  const items = visible(event.currentTarget);
  const at = items.indexOf(item);
  const moves = {
    ArrowDown: () => items[at + 1]?.focus(),
    ArrowUp: () => items[at - 1]?.focus(),
    Home: () => items[0].focus(),
    End: () => items.at(-1).focus(),
    ArrowRight: () => (isOpen(item) || item.ariaExpanded === null ? items[at + 1]?.focus() : setOpen(item, true)),
    ArrowLeft: () => (isOpen(item) ? setOpen(item, false) : parentOf(item)?.focus()),
    Enter: () => press(item),
    ' ': () => press(item),
  };
  const move = moves[event.key];
  if (!move) return;
  event.preventDefault();
  move();
}

/** What a node offers to do, else it opens or closes. */
function press(item) {
  const button = item.querySelector(':scope > button.act');
  if (button) button.click();
  else setOpen(item, !isOpen(item));
}

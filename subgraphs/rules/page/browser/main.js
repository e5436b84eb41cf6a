import { EditorView } from '@codemirror/view';
import { isSignedIn, send } from './api.js';
import { diagnostics, recheck } from './diagnostics.js';
import { createEditor } from './editor.js';
import { byId, element } from './element.js';
import { EXAMPLES } from './examples.js';
import { createLibrary } from './library.js';
import { createQuestion } from './question.js';
import { startTabs } from './tabs.js';
import { createVersions } from './versions.js';
import { factLines } from './words.js';

const ME = 'query Me { me { permissions } }';
const DRAFT = 'alims:rules-page';

function ruleSet() {
  return byId('rule-set').value.trim();
}

function say(text, isError) {
  byId('outcome').textContent = text;
  byId('outcome').classList.toggle('error', isError);
}

/** Whether the person who is signed in may read rules, and so have them checked. */
let mayRead = false;
const library = createLibrary();
const onAsk = () => question.ask();
const editor = createEditor({
  parent: byId('editor'),
  label: 'Rules',
  onAsk,
  names: library.names,
  extensions: [
    diagnostics({ beside, ready: () => mayRead, onTrouble: (error) => say(error.message, true) }),
    EditorView.updateListener.of(({ docChanged }) => docChanged && showExample()),
  ],
});
const facts = createEditor({
  parent: byId('facts'),
  label: 'Facts',
  onAsk,
  names: library.names,
  lines: false,
  extensions: EditorView.updateListener.of(({ docChanged }) => {
    if (docChanged) recheck(editor.view);
  }),
});

/** What stands beside the rules. */
function beside() {
  return { ruleSet: ruleSet(), assume: factLines(facts.text) };
}

function read() {
  return { goal: byId('goal').value.trim(), rules: editor.text, ...beside() };
}

/** Puts facts beside those that are there, and asks again; where values are wanted, the first place is selected instead. */
function assume(added, wantsValues) {
  const before = facts.text.trimEnd();
  const start = before === '' ? '' : `${before}\n`;
  facts.text = `${start}${added.join('\n')}\n`;
  tabs.choose('tab-editor');
  if (!wantsValues) return question.ask();
  const place = start.length + added.join('\n').search(/(?<=[(,[|])_(?=[),\]|])/);
  facts.view.dispatch({ selection: { anchor: place, head: place + 1 }, scrollIntoView: true });
  facts.view.focus();
}

const question = createQuestion({ read, assume });
const versions = createVersions({
  editor,
  ruleSet,
  openSet(name, text) {
    byId('rule-set').value = name;
    editor.text = text;
    tabs.choose('tab-editor');
    sayOfSet();
  },
  askTest({ goal, assume }) {
    facts.text = assume.map((fact) => `${fact}\n`).join('');
    byId('goal').value = goal;
    question.ask();
  },
  answered: question.answered,
  onPublished: library.load,
});
const tabs = startTabs(document.querySelector('[role=tablist]'), () => editor.view.requestMeasure());

function sayOfSet() {
  byId('rule-set-says').textContent =
    ruleSet() === 'default' ? 'stands on the shipped rules and decides workflows' : 'stands alone and decides nothing';
  recheck(editor.view);
}

/** The example that the editor holds; none once it was changed, so that it can be chosen anew. */
function showExample() {
  const at = EXAMPLES.findIndex(({ rules }) => rules === editor.text);
  byId('example').value = at < 0 ? '' : String(at);
}

function openExample({ rules, facts: given, goal }) {
  byId('rule-set').value = 'playground';
  editor.text = rules;
  facts.text = given;
  byId('goal').value = goal;
  sayOfSet();
}

/** What was being written comes back after a reload of this tab. */
function restore() {
  const kept = JSON.parse(sessionStorage.getItem(DRAFT));
  if (!kept) return openExample(EXAMPLES[0]);
  byId('rule-set').value = kept.ruleSet;
  editor.text = kept.rules;
  facts.text = kept.facts;
  byId('goal').value = kept.goal;
  sayOfSet();
}

function admit(permissions) {
  mayRead = permissions.includes('rules:read');
  byId('ask').querySelector('button').disabled = !mayRead;
  versions.permit(permissions);
  recheck(editor.view);
}

/** `message` says why somebody is signed out, where nobody asked for it. */
async function enter(message) {
  for (const part of [library, versions, question]) part.clear(); // what another person saw is not for this one
  if (!isSignedIn()) {
    admit([]);
    return say(message || 'Sign in to check rules and to ask questions.', Boolean(message));
  }
  try {
    const { me } = await send(ME);
    admit(me.permissions);
    if (!mayRead) return say('Reading and asking rules need the permission rules:read, which you do not have.', true);
    say('Choose an example, or write rules and ask a goal.', false);
    await Promise.all([library.load(), versions.load()]);
  } catch (error) {
    say(error.message, true);
  }
}

byId('example').append(...EXAMPLES.map(({ name }, i) => element('option', { value: String(i), textContent: name })));
byId('example').addEventListener('change', ({ target }) => {
  if (target.value !== '') openExample(EXAMPLES[Number(target.value)]);
});
byId('rule-set').addEventListener('input', sayOfSet);
byId('ask').addEventListener('submit', (event) => {
  event.preventDefault();
  question.ask();
});
addEventListener('pagehide', () => {
  const kept = { ruleSet: ruleSet(), rules: editor.text, facts: facts.text, goal: byId('goal').value };
  sessionStorage.setItem(DRAFT, JSON.stringify(kept));
});
globalThis.alimsSession.onChange(enter);
restore();
await enter('');

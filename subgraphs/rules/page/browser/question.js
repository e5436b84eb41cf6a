import { send } from './api.js';
import { byId, element } from './element.js';
import { proofTree } from './proof.js';
import { whyNotTree } from './why-not.js';
import { counted, stoppedText } from './words.js';

const ASK = `query Ask($input: RuleQueryInput!) {
  executeQuery(input: $input) {
    id stoppedBy answers { text bindings { variable value } } stats { inferences elapsedMs }
  }
}`;

function show(title, tree) {
  byId('tree-title').textContent = title;
  byId('tree-title').hidden = tree === null;
  byId('tree').replaceChildren(...(tree ? [tree] : []));
}

function say(text, isError = false) {
  byId('outcome').textContent = text;
  byId('outcome').classList.toggle('error', isError);
}

/** A question is asked of the editor's text; an answer shows its proof, and none shows why. */
export function createQuestion({ read, assume }) {
  let newest = 0;
  /** What was asked last and answered whole, for a test to be made of it. */
  let answered = null;

  async function guarded(work) {
    newest += 1;
    const mine = newest;
    try {
      const result = await work();
      return mine === newest ? result : null;
    } catch (error) {
      if (mine === newest) say(error.message, true);
      return null;
    }
  }

  async function prove(row, queryId, answer, text) {
    for (const other of row.parentElement.children) other.ariaSelected = String(other === row);
    const tree = await guarded(() => proofTree(queryId, answer));
    if (tree) show(`Proof of ${text}`, tree);
  }

  function rowOf(queryId, { text, bindings }, answer) {
    const values = bindings.length > 0 ? bindings.map(({ value }) => value) : ['true'];
    const cells = values.map((value) => element('td', {}, element('code', { textContent: value })));
    const button = element('button', { type: 'button', textContent: 'Proof', ariaLabel: `Proof of ${text}` });
    const row = element('tr', { ariaSelected: 'false' }, ...cells, element('td', {}, button));
    row.addEventListener('click', () => prove(row, queryId, answer, text));
    return row;
  }

  function table({ id, answers }) {
    if (answers.length === 0) return [];
    const names = answers[0].bindings.map(({ variable }) => variable);
    const heads = [...(names.length > 0 ? names : ['Answer']), ''].map((textContent) =>
      element('th', { scope: 'col', textContent }),
    );
    const body = element('tbody', {}, ...answers.map((answer, i) => rowOf(id, answer, i)));
    return [element('table', {}, element('thead', {}, element('tr', {}, ...heads)), body)];
  }

  function outcome({ answers, stoppedBy, stats }) {
    const cost = `${stats.inferences.toLocaleString('en')} inferences, ${stats.elapsedMs.toFixed(1)} ms`;
    const count = `${counted(answers.length, 'answer', 'answers')}, ${cost}.`;
    return stoppedBy ? `${count} ${stoppedText(stoppedBy)}` : count;
  }

  /** What is still under way is not shown any more. */
  function clear() {
    newest += 1;
    answered = null;
    byId('answers').replaceChildren();
    show('', null);
  }

  async function ask() {
    const input = read();
    if (input.goal === '') return say('Write a goal to ask, for example fit(S).', true);
    clear();
    say('Asking…');
    const data = await guarded(() => send(ASK, { input }));
    if (!data) return;
    const { executeQuery: result } = data;
    say(outcome(result));
    byId('answers').replaceChildren(...table(result));
    if (result.stoppedBy) return;
    answered = { ...input, expected: result.answers.map(({ text }) => text) };
    if (result.answers.length > 0) return;
    const tree = await guarded(() => whyNotTree(input, assume));
    if (tree) show('Why not', tree);
  }

  return { ask, clear, answered: () => answered };
}

import { linter, lintGutter } from '@codemirror/lint';
import { StateEffect } from '@codemirror/state';
import { send } from './api.js';
import { byId, element } from './element.js';

const CHECK = `query CheckRules($text: String!, $ruleSet: String!, $assume: [String!]!) {
  checkRules(text: $text, ruleSet: $ruleSet, assume: $assume) { severity message line column }
}`;
const TYPED_PAUSE_MS = 350;

const checkAgain = StateEffect.define();

/** The API counts characters, the editor units of UTF-16. */
function placeOf(doc, { line, column }) {
  const at = doc.line(Math.min(line, doc.lines));
  const before = [...at.text].slice(0, column - 1).join('').length;
  return Math.min(at.from + before, at.to);
}

/** To the end of the word or of the line of signs: a place is one character, and hard to see. */
function endOf(doc, from) {
  const line = doc.lineAt(from);
  const length = /^([\p{L}\p{N}_]+|[^\s\p{L}\p{N}_]+)?/u.exec(line.text.slice(from - line.from))[0].length;
  return Math.min(from + Math.max(length, 1), doc.length);
}

function showRemarks(view, remarks) {
  byId('remarks').replaceChildren(
    ...remarks.map(({ severity, message, line, column, from }) => {
      const button = element('button', { type: 'button', textContent: `Line ${line}, column ${column}` });
      button.addEventListener('click', () => {
        view.dispatch({ selection: { anchor: from }, scrollIntoView: true });
        view.focus();
      });
      return element('li', { className: severity.toLowerCase() }, button, ` ${severity.toLowerCase()}: ${message}`);
    }),
  );
}

/** Remarks while somebody types. What is answered about an older text is left aside by the linter, and by the list. `beside` gives set and facts. */
export function diagnostics({ beside, onTrouble, ready }) {
  let newest = 0;
  async function check(view) {
    newest += 1;
    const mine = newest;
    const { doc } = view.state;
    if (!ready() || doc.length === 0) {
      showRemarks(view, []);
      return [];
    }
    try {
      const { checkRules } = await send(CHECK, { text: doc.toString(), ...beside() });
      const remarks = checkRules.map((remark) => ({ ...remark, from: placeOf(doc, remark) }));
      if (mine === newest) showRemarks(view, remarks);
      return remarks.map(({ severity, message, from }) => ({
        severity: severity.toLowerCase(),
        message,
        from,
        to: endOf(doc, from),
      }));
    } catch (error) {
      if (mine === newest) onTrouble(error);
      return [];
    }
  }
  const needsRefresh = (update) => update.transactions.some(({ effects }) => effects.some((e) => e.is(checkAgain)));
  return [linter(check, { delay: TYPED_PAUSE_MS, needsRefresh }), lintGutter()];
}

/** The same text may be judged otherwise now. */
export function recheck(view) {
  view.dispatch({ effects: checkAgain.of(null) });
}

import { autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap } from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap } from '@codemirror/commands';
import { bracketMatching, syntaxHighlighting } from '@codemirror/language';
import { lintKeymap } from '@codemirror/lint';
import { Compartment, EditorState } from '@codemirror/state';
import { drawSelection, EditorView, highlightActiveLine, keymap, lineNumbers } from '@codemirror/view';
import { classHighlighter } from '@lezer/highlight';
import { prolog } from './prolog.js';

const DARK = matchMedia('(prefers-color-scheme: dark)');
const nonce = document.querySelector('script[nonce]').nonce;

/** Names that the text itself uses, and those of the rules in force. */
function completeNames(names) {
  return (context) => {
    const typed = context.matchBefore(/[a-z][\p{L}\p{N}_]*/u);
    if (!typed || (typed.to - typed.from < 2 && !context.explicit)) return null;
    const used = context.state.doc.toString().match(/\b[a-z][\p{L}\p{N}_]*/gu) ?? [];
    const known = new Set([...used, ...names()]);
    known.delete(typed.text);
    return {
      from: typed.from,
      options: [...known].toSorted().map((label) => ({ label })),
      validFor: /^[\p{L}\p{N}_]*$/u,
    };
  };
}

/**
 * An editor of Prolog. Tab leaves it, so that the page can be used by keyboard.
 * `onAsk` is what Ctrl-Enter does, `names` gives the names to complete with.
 */
export function createEditor({ parent, label, extensions = [], onAsk, names = () => [], lines = true }) {
  const scheme = new Compartment();
  function askByKey() {
    onAsk();
    return true;
  }
  const view = new EditorView({
    parent,
    state: EditorState.create({
      extensions: [
        EditorView.cspNonce.of(nonce),
        EditorView.contentAttributes.of({ 'aria-label': label }),
        scheme.of(EditorView.darkTheme.of(DARK.matches)),
        lines ? [lineNumbers(), highlightActiveLine()] : [],
        history(),
        drawSelection(),
        bracketMatching(),
        closeBrackets(),
        EditorView.lineWrapping,
        autocompletion({ override: [completeNames(names)], icons: false }),
        prolog(),
        syntaxHighlighting(classHighlighter),
        keymap.of([
          { key: 'Mod-Enter', run: askByKey },
          ...closeBracketsKeymap,
          ...completionKeymap,
          ...lintKeymap,
          ...historyKeymap,
          ...defaultKeymap,
        ]),
        extensions,
      ],
    }),
  });
  DARK.addEventListener('change', () => {
    view.dispatch({ effects: scheme.reconfigure(EditorView.darkTheme.of(DARK.matches)) });
  });
  return {
    view,
    get text() {
      return view.state.doc.toString();
    },
    set text(text) {
      view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: text } });
    },
  };
}

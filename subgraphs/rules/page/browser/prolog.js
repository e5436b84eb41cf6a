import { LanguageSupport, StreamLanguage } from '@codemirror/language';
import { tags } from '@lezer/highlight';

const SYMBOLS = /^[+\-*/\\^<>=~:.?@#&$]+/;
const WORD_OPERATORS = new Set(['is', 'mod', 'rem', 'div', 'xor', 'rdiv']);

/** What is between `/*` and its end, over lines. */
function blockComment(stream, state) {
  state.inComment = !stream.skipTo('*/');
  if (state.inComment) stream.skipToEnd();
  else stream.match('*/');
  return 'comment';
}

/** Up to the quote that closes it, whether that is on this line or not: a doubled quote or a backslash goes on. */
function quoted(stream, state) {
  for (let char = stream.next(); char; char = stream.next()) {
    if (char === '\\') stream.next();
    else if (char === state.quote && !stream.eat(state.quote)) {
      const kind = state.quote === "'" ? 'atom' : 'string';
      state.quote = null;
      return kind;
    }
  }
  return state.quote === "'" ? 'atom' : 'string';
}

function word(stream) {
  const name = stream.match(/^[\p{L}_][\p{L}\p{N}_]*/u)[0];
  if (/^[\p{Lu}_]/u.test(name)) return 'variable';
  if (WORD_OPERATORS.has(name)) return 'operator';
  return stream.peek() === '(' ? 'predicate' : 'atom';
}

function token(stream, state) {
  if (state.inComment) return blockComment(stream, state);
  if (state.quote) return quoted(stream, state);
  if (stream.eatSpace()) return null;
  if (stream.match('%')) {
    stream.skipToEnd();
    return 'comment';
  }
  if (stream.match('/*')) return blockComment(stream, state);
  if (stream.match(/^0'(\\.|''|.)/u) || stream.match(/^0[xob][\da-f]+/i)) return 'number';
  if (stream.match(/^\d[\d_]*(\.\d+)?([eE][+-]?\d+)?/)) return 'number';
  if (/^["'`]$/.test(stream.peek())) {
    state.quote = stream.next();
    return quoted(stream, state);
  }
  if (/^[\p{L}_]$/u.test(stream.peek())) return word(stream);
  if (stream.match(/^\.(?=\s|%|$)/)) return 'end';
  if (stream.match(/^(:-|-->|\\\+|->|!)/)) return 'control';
  if (stream.match(SYMBOLS)) return 'operator';
  return stream.next().match(/[()[\]{}]/) ? 'bracket' : 'punctuation';
}

const language = StreamLanguage.define({
  name: 'prolog',
  startState: () => ({ inComment: false, quote: null }),
  copyState: (state) => ({ ...state }),
  token,
  languageData: { commentTokens: { line: '%' }, closeBrackets: { brackets: ['(', '[', '{', "'", '"'] } },
  tokenTable: {
    atom: tags.atom,
    bracket: tags.bracket,
    control: tags.keyword,
    end: tags.punctuation,
    predicate: tags.propertyName,
    variable: tags.variableName,
  },
});

export function prolog() {
  return new LanguageSupport(language);
}

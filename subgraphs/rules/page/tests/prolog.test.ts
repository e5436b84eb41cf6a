import { classHighlighter, highlightTree } from '@lezer/highlight';
import { expect, test } from 'vitest';

// By its address, as the browser does: it has no types.
const { prolog } = await import(new URL('../browser/prolog.js', import.meta.url).href);

/** What is coloured, each as `text:class`. */
function coloured(text: string): string[] {
  const found: string[] = [];
  highlightTree(prolog().language.parser.parse(text), classHighlighter, (from, to, names) => {
    found.push(`${text.slice(from, to)}:${names.replace('tok-', '')}`);
  });
  return found;
}

test('variables, names, numbers and signs of a rule are told apart', () => {
  const rule = coloured("fit(S) :- held(S, H), H =< 48.5, \\+ 'is bad'(S, _x).");
  for (const part of [
    'fit:propertyName',
    'S:variableName',
    ':-:keyword',
    '=<:operator',
    '48.5:number',
    '\\+:keyword',
  ]) {
    expect(rule).toContain(part);
  }
  expect(rule).toContain("'is bad':atom");
  expect(rule).toContain('_x:variableName');
});

test('a quote ends where Prolog says, also on a later line', () => {
  expect(coloured("a('it''s', \"x\\\"y\", 0'c).")).toEqual(
    expect.arrayContaining(["'it''s':atom", '"x\\"y":string', "0'c:number"]),
  );
  expect(coloured("a('one\ntwo', B).")).toContain('B:variableName');
});

test('a comment ends at its line, or at its sign', () => {
  expect(coloured('% A b\nc(D).')).toEqual(expect.arrayContaining(['% A b:comment', 'D:variableName']));
  expect(coloured('/* A\nB */ c(D).')).toContain('D:variableName');
  expect(coloured('/* A\nB */ c(D).').join()).not.toMatch(/[AB]:variableName/);
});

test('letters beyond ASCII are letters', () => {
  expect(coloured('größe(Ähre, 𝛼).')).toEqual(expect.arrayContaining(['größe:propertyName', 'Ähre:variableName']));
});

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type KnowledgePart, readKnowledge, writeKnowledge } from './knowledge-text.ts';
import { atom, struct } from './term.ts';
import { writeTerm } from './writer.ts';

const HOSTILE = [
  '% ALIMS rules x',
  '%% ALIMS facts',
  '% ALIMS facts',
  '%%% ALIMS knowledge 1',
  '% ALIMS',
  'p(1). % from 2026-01-01T00:00:00.000Z',
  '',
  '\r',
  "q('a.\u2028b').",
];
const line = fc.oneof(
  fc.constantFrom(...HOSTILE),
  fc.string({ unit: 'binary' }).map((s) => s.replaceAll('\n', ' ')),
);
const text = fc.array(line, { maxLength: 8 }).map((lines) => lines.join('\n'));
const instant = fc.date({ min: new Date(0), max: new Date('2100-01-01'), noInvalidDate: true });
const fact = fc.record({
  text: fc.string({ unit: 'binary', minLength: 1 }).map((name) => writeTerm(struct('p', [atom(name)]))),
  validFrom: instant,
  validTo: fc.option(instant),
});
const part: fc.Arbitrary<KnowledgePart> = fc.record({
  ruleSets: fc.uniqueArray(fc.record({ name: fc.constantFrom('default', 'a', 'b'), text }), {
    selector: ({ name }) => name,
  }),
  facts: fc.array(fact, { maxLength: 8 }),
});

test('what is written is read back exactly, whatever the rules and facts hold', () => {
  fc.assert(
    fc.property(part, (knowledge) => {
      const read = readKnowledge(writeKnowledge(knowledge));
      if ('fault' in read) throw new Error(read.fault);
      expect({
        ruleSets: read.ruleSets.map(({ name, text: rules }) => ({ name, text: rules })),
        facts: read.facts.map(({ line: _, ...rest }) => rest),
      }).toEqual(knowledge);
    }),
    { numRuns: 500 },
  );
});

test.each(['\u2028', '\u2029'])('a fact with the separator %j, which ends no line here, is read back', (separator) => {
  const written = { text: `p('a${separator}b')`, validFrom: new Date(0), validTo: null };
  expect(readKnowledge(writeKnowledge({ ruleSets: [], facts: [written] }))).toMatchObject({ facts: [written] });
});

test('people may write one by hand: comments, empty lines and facts without instants', () => {
  expect(readKnowledge('% ALIMS knowledge 1\n% by hand\n\n% ALIMS facts\n% people\n  role(ana, verifier).\n')).toEqual({
    ruleSets: [],
    facts: [{ text: 'role(ana, verifier)', validFrom: null, validTo: null, line: 6 }],
  });
});

test.each([
  ['p(1).\n', 1],
  ['% ALIMS knowledge 1\np(1).\n', 2],
  ['% ALIMS knowledge 1\n% ALIMS facts\np(1)\n', 3],
  ['% ALIMS knowledge 1\n% ALIMS facts\np(1). % from yesterday\n', 3],
  ['% ALIMS knowledge 1\n% ALIMS facts\np(1). % from 2026-13-01T00:00:00Z\n', 3],
  ['% ALIMS knowledge 1\n% ALIMS rules a\np(1).\n% ALIMS rules a\n', 4],
])('%j is refused at line %i', (source, at) => {
  expect(readKnowledge(source)).toEqual({ fault: expect.any(String), line: at });
});

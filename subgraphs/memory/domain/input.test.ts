import { describe, expect, test } from 'vitest';
import { BadInputError } from '#platform/errors/index.ts';
import { contextDraft, interactionDraft, patternDraft, questionOf, selectionOf } from './input.ts';
import { bytesOfVector, vectorFromBytes, vectorOf } from './vector.ts';

const NOW = new Date('2026-11-22T12:00:00Z');
const EMBEDDING = Array.from({ length: 384 }, (_, index) => Math.sin(index));
const TURN = { conversationId: 'c-1', messageType: 'USER', content: 'Which blanks failed?' } as const;
const PATTERN = { patternType: 'rework', description: 'reruns', successRate: 0.5 };

const refused: readonly (readonly [string, () => unknown, RegExp])[] = [
  ['empty content', () => contextDraft({ ...TURN, content: ' \n' }, NOW), /"content" must hold 1 to 20000 .* got 0/],
  ['long content', () => contextDraft({ ...TURN, content: 'x'.repeat(20_001) }, NOW), /got 20001/],
  ['a NUL', () => contextDraft({ ...TURN, content: 'a\u0000b' }, NOW), /NUL/],
  ['a long name', () => contextDraft({ ...TURN, conversationId: 'c'.repeat(201) }, NOW), /"conversationId".*1 to 200/],
  [
    'an expiry that has passed',
    () => contextDraft({ ...TURN, expiresAt: NOW }, NOW),
    /must lie in the future, got 2026/,
  ],
  [
    'a stage without a workflow',
    () => contextDraft({ ...TURN, workflowStage: 'TESTING' }, NOW),
    /without "workflowId"/,
  ],
  ['a short embedding', () => vectorOf([1, 2, 3], 'nomic'), /exactly 384 numbers, got 3/],
  ['NaN', () => vectorOf(EMBEDDING.with(7, Number.NaN), 'nomic'), /number 7 is NaN/],
  ['more than 32 bits hold', () => vectorOf(EMBEDDING.with(9, 1e300), 'nomic'), /number 9 is 1e\+300/],
  ['no direction', () => vectorOf(new Array(384).fill(0), 'nomic'), /all zeros/],
  ['an embedding without its model', () => vectorOf(EMBEDDING, undefined), /"embeddingModel" must name the model/],
  ['a model without an embedding', () => vectorOf(null, 'nomic'), /without "embedding"/],
  [
    'a share above 1',
    () => patternDraft({ ...PATTERN, successRate: 1.01 }),
    /"successRate".*between 0 and 1, got 1.01/,
  ],
  ['a negative frequency', () => patternDraft({ ...PATTERN, frequency: -1 }), /"frequency" must be 1 or more, got -1/],
  ['a negative score', () => interactionDraft({ interactionType: 'x', satisfactionScore: -0.1 }), /satisfactionScore/],
  ['too many tags', () => interactionDraft({ interactionType: 'x', contextTags: Array(21).fill('t') }), /got 21 tags/],
  ['an empty tag', () => interactionDraft({ interactionType: 'x', contextTags: ['qc', ' '] }), /got " "/],
  ['an empty question', () => questionOf({ query: '' }), /"query" must hold 1 to 2000/],
  ['too many hits', () => questionOf({ query: 'x', limit: 101 }), /"limit" must be 1 to 100, got 101/],
  ['no selection', () => selectionOf({ reason: 'r' }), /exactly one of .* got 0/],
  ['two selections', () => selectionOf({ conversationId: 'c', everything: true, reason: 'r' }), /got 2/],
  ['no ids', () => selectionOf({ contextIds: [], reason: 'r' }), /"contextIds" must hold 1 to 500 ids, got 0/],
  ['no reason', () => selectionOf({ everything: true, reason: '' }), /"reason" must hold 1 to 500/],
];

describe('refused with a sentence that says how to mend it:', () => {
  test.each(refused)('%s', (_, check, message) => {
    expect(check).toThrow(BadInputError);
    expect(check).toThrow(message);
  });
});

test('a vector comes back from its bytes as it went in', () => {
  const vector = vectorOf(EMBEDDING, ' nomic ');
  expect(vector && vectorFromBytes('nomic', bytesOfVector(vector))).toEqual(vector);
});

test('what is left out takes its default', () => {
  expect(patternDraft(PATTERN)).toMatchObject({ frequency: 1, userPreference: null, vector: null });
  expect(interactionDraft({ interactionType: 'search' })).toMatchObject({ satisfactionScore: null, contextTags: [] });
  expect(questionOf({ query: 'blanks' })).toEqual({ query: 'blanks', limit: 10, vector: null });
});

import { describe, expect, test } from 'vitest';
import { ourAnswers } from './testing/ours.ts';
import type { Topic } from './testing/program.ts';
import { hasSwipl, swiplAnswers } from './testing/swipl.ts';
import { TOPICS } from './testing/topics.ts';

const installed = hasSwipl();
if (!installed) console.info('swipl is not installed: our answers are not compared with SWI-Prolog.');

/** The cases of a topic that differ though they must not, and those that must and do not. */
function differences({ cases }: Topic): unknown[] {
  const theirs = swiplAnswers(cases);
  return cases.flatMap((one, i) => {
    const ours = ourAnswers(one);
    const [left, right] = one.asSet ? [ours.toSorted(), theirs[i]!.toSorted()] : [ours, theirs[i]!];
    return (left.join('\n') === right.join('\n')) === (one.differs === null)
      ? []
      : [{ ...one, ours: left, theirs: right }];
  });
}

describe('the same answers as SWI-Prolog', () => {
  test.skipIf(!installed).each(TOPICS.map((topic) => [topic.name, topic] as const))('%s', (_, topic) => {
    expect(differences(topic)).toEqual([]);
  });
});

test('at least 300 programs are asked of both', () => {
  const programs = new Set(TOPICS.flatMap(({ cases }) => cases.map(({ program }) => program)));
  expect(programs.size).toBeGreaterThanOrEqual(300);
});

import { ourAnswers } from '../ours.ts';
import type { Case } from '../program.ts';
import { swiplAnswers } from '../swipl.ts';
import type { PublicTest, Suite } from './public-test.ts';

export interface TopicCount {
  readonly topic: string;
  readonly tests: number;
  /** Those that ask for nothing that our language leaves out. */
  readonly applicable: number;
  readonly ours: number;
  readonly swipl: number;
}

export interface Outcome {
  readonly counts: readonly TopicCount[];
  /** The names of the applicable tests that we do not pass. */
  readonly failed: readonly string[];
}

const passes = (lines: readonly string[]) => lines[0]?.startsWith('yes') ?? false;

/** Runs a suite in our engine and in SWI-Prolog, topic by topic. */
export function outcomeOf({ tests, leftOut }: Suite): Outcome {
  const byTopic = Map.groupBy(tests, ({ topic }) => topic);
  const left = Map.groupBy(leftOut, ({ topic }) => topic);
  const failed: string[] = [];
  const counts = [...new Set([...byTopic.keys(), ...left.keys()])].map((topic) => {
    const chosen: readonly PublicTest[] = byTopic.get(topic) ?? [];
    const cases: Case[] = chosen.map(({ program, goal }) => ({ program, goal, asSet: false, differs: null }));
    const missed = chosen.filter((_, i) => !passes(ourAnswers(cases[i]!)));
    failed.push(...missed.map(({ name }) => name));
    return {
      topic,
      tests: chosen.length + (left.get(topic)?.length ?? 0),
      applicable: chosen.length,
      ours: chosen.length - missed.length,
      swipl: cases.length === 0 ? 0 : swiplAnswers(cases).filter(passes).length,
    };
  });
  return { counts, failed };
}

/** A row for each topic of which anything can be asked, and one for all. */
export function tableOf({ counts }: Outcome): string[] {
  const sum = (of: (count: TopicCount) => number) => counts.reduce((total, count) => total + of(count), 0);
  const all = {
    topic: 'all',
    tests: sum((one) => one.tests),
    applicable: sum((one) => one.applicable),
    ours: sum((one) => one.ours),
    swipl: sum((one) => one.swipl),
  };
  return [...counts.filter(({ applicable }) => applicable > 0), all].map(
    ({ topic, tests, applicable, ours, swipl }) => `| \`${topic}\` | ${tests} | ${applicable} | ${ours} | ${swipl} |`,
  );
}

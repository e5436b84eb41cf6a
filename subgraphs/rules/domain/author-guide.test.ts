import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { TOPICS } from './differential/testing/topics.ts';
import { RuleFault } from './faults.ts';
import { askText, knowledgeOf } from './testing.ts';

const PAGE = readFileSync(new URL('../../../docs/rules.md', import.meta.url), 'utf8');

interface Example {
  readonly program: string;
  readonly goal: string;
  readonly expected: readonly string[];
}

/** The questions of a block: `?- goal`, and behind it a line with `%` per answer. */
function examplesOf(block: string): Example[] {
  const lines = block.split('\n');
  const program = lines.filter((line) => !/^(\?-|%) /.test(line)).join('\n');
  return lines.flatMap((line, i) => {
    if (!line.startsWith('?- ')) return [];
    const rest = lines.slice(i + 1);
    const end = rest.findIndex((next) => !next.startsWith('% '));
    return [{ program, goal: line.slice(3), expected: rest.slice(0, end).map((answer) => answer.slice(2)) }];
  });
}

const EXAMPLES = [...PAGE.matchAll(/```prolog\n([\s\S]*?)```/g)].flatMap(([, block]) => examplesOf(block ?? ''));

function answersOf({ program, goal }: Example): string[] {
  const { answers, stoppedBy } = askText(knowledgeOf(program), goal);
  if (stoppedBy !== null) return [`stopped by ${stoppedBy}`];
  return answers.length === 0 ? ['no'] : answers.map(({ text }) => text);
}

test('the page has examples', () => {
  expect(EXAMPLES.length).toBeGreaterThan(20);
});

test.each(EXAMPLES.map((example) => [example.goal, example] as const))('%s', (_, example) => {
  const [first = ''] = example.expected;
  if (!first.startsWith('error: ')) {
    expect(answersOf(example)).toEqual(example.expected);
    return;
  }
  expect(() => answersOf(example)).toThrow(RuleFault);
  expect(() => answersOf(example)).toThrow(first.slice('error: '.length));
});

test('the page counts the programs of the differential suite as they are', () => {
  const rows = TOPICS.map(({ name, cases }) => {
    const programs = new Set(cases.map(({ program }) => program)).size;
    const same = cases.filter(({ differs }) => differs === null).length;
    return `| ${name} | ${programs} | ${cases.length} | ${same} |`;
  });
  expect(PAGE.split('\n').filter((line) => /^\| [a-z/:, ]+ \| \d+ \| \d+ \| \d+ \|$/.test(line))).toEqual(rows);
});

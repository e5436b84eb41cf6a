import { expect, test } from 'vitest';
import { createTopNames, OTHER } from './top-names.ts';

function start(most: number) {
  const dropped: string[] = [];
  return { names: createTopNames({ most, onDrop: (name) => dropped.push(name) }), dropped };
}

function use({ names }: ReturnType<typeof start>, name: string, times: number): string {
  let label = '';
  for (let count = 0; count < times; count++) label = names.labelOf(name);
  return label;
}

test('the first names are told, and what comes after them is other', () => {
  const top = start(2);
  expect(use(top, 'a', 1)).toBe('a');
  expect(use(top, 'b', 1)).toBe('b');
  expect(use(top, 'c', 1)).toBe(OTHER);
});

test('a name that is used more takes the place of the one that is used least', () => {
  const top = start(2);
  use(top, 'a', 5);
  use(top, 'b', 3);
  expect(use(top, 'c', 3)).toBe(OTHER);
  expect(use(top, 'c', 1)).toBe('c');
  expect(top.dropped).toEqual(['b']);
  expect(use(top, 'b', 1)).toBe(OTHER);
  expect(use(top, 'a', 1)).toBe('a');
});

test('thousands of names that are made up for one request push out none that is used twice', () => {
  const top = start(3);
  for (const name of ['a', 'b', 'c']) use(top, name, 2);
  for (let count = 0; count < 5_000; count++) expect(use(top, `made-up-${count}`, 1)).toBe(OTHER);
  expect(top.dropped).toEqual([]);
});

test('made-up names that came first give way as soon as real ones are used twice', () => {
  const top = start(2);
  for (let count = 0; count < 100; count++) use(top, `made-up-${count}`, 1);
  expect(use(top, 'real', 2)).toBe('real');
});

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Row } from './columns.ts';
import { type BrokenRow, readRows } from './csv.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'import-water-'));
});
afterAll(() => rm(folder, { recursive: true }));

const HEADINGS = 'ActivityIdentifier,ActivityStartDate,CharacteristicName,ResultMeasureValue';

async function all(file: string): Promise<(Row | BrokenRow)[]> {
  const rows: (Row | BrokenRow)[] = [];
  for await (const row of readRows(file)) rows.push(row);
  return rows;
}

async function rowsOf(name: string, text: string) {
  const file = join(folder, name);
  await writeFile(file, text);
  return all(file);
}

test('quoted commas and line ends, a byte-order mark and an unfinished last line are read', async () => {
  const rows = await rowsOf('a.csv', `\uFEFF${HEADINGS}\r\n"A,1",2021-05-04,"two\nlines",1\r\nB,2021-05-05,pH,7`);
  expect(rows).toMatchObject([
    { number: 2, cells: { activity: 'A,1', characteristic: 'two\nlines' } },
    { number: 3, cells: { activity: 'B' } },
  ]);
});

test('a row with a cell too many or too few is marked, and the next one is read', async () => {
  const rows = await rowsOf('b.csv', `${HEADINGS}\nA,2021-05-04\nB,2021-05-05,pH,7,extra\nC,2021-05-05,pH,7\n`);
  expect(rows).toMatchObject([
    { number: 2, broken: true },
    { number: 3, broken: true },
    { number: 4, cells: { activity: 'C' } },
  ]);
});

test('tab-separated exports are read by their name', async () => {
  const rows = await rowsOf('c.tsv', `${HEADINGS.replaceAll(',', '\t')}\nA,1\t2021-05-04\tpH\t7\n`);
  expect(rows).toMatchObject([{ cells: { activity: 'A,1', value: '7' } }]);
});

test('an empty file and a file that is not there are told apart', async () => {
  await expect(rowsOf('d.csv', '')).rejects.toThrow(/is empty/);
  await expect(all(join(folder, 'none.csv'))).rejects.toThrow(/ENOENT/);
});

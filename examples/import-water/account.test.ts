import { expect, test } from 'vitest';
import { accountTable, createAccount } from './account.ts';

test('every row is in one group, and the table adds up', () => {
  const account = createAccount();
  for (const row of [4, 2]) account.accept(row);
  account.keep(3, 'RESULT_MISSING');
  account.refuse(5, 'VALUE_NEGATIVE', 'Below zero.');
  expect(account.groups().map(({ verdict, reason, rows }) => [verdict, reason, rows])).toEqual([
    ['accepted', 'SUBMITTED', [2, 4]],
    ['held', 'RESULT_MISSING', [3]],
    ['refused', 'VALUE_NEGATIVE', [5]],
  ]);
  expect(accountTable(account.groups(), 4)).toMatch(/rows read\s+4 {2}= 2 accepted \+ 1 held \+ 1 refused$/);
});

test('a row that would be counted twice is a fault of the importer', () => {
  const account = createAccount();
  account.accept(2);
  expect(() => account.keep(2, 'RESULT_MISSING')).toThrow(/twice/);
});

test('the order in which rows are settled does not show', () => {
  const rows = [5, 3, 4, 2];
  const groupsOf = (order: readonly number[]) => {
    const account = createAccount();
    for (const row of order) account.refuse(row, row < 4 ? 'A' : 'B', `about ${row}`);
    return account.groups();
  };
  expect(groupsOf(rows)).toEqual(groupsOf(rows.toReversed()));
  expect(groupsOf(rows)[0]).toMatchObject({ reason: 'A', why: 'Row 2: about 2', rows: [2, 3] });
});

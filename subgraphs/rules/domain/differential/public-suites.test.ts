import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { swiplSuite } from './testing/suites/installed.ts';
import { KNOWN_FAILURES } from './testing/suites/known-failures.ts';
import { outcomeOf, tableOf } from './testing/suites/outcome.ts';
import { hasSwipl } from './testing/swipl.ts';

const PAGE = readFileSync(new URL('../../../../docs/rules.md', import.meta.url), 'utf8');
const swipl = hasSwipl() ? swiplSuite() : null;
if (swipl === null) console.info('swi-prolog-test is not installed: the public tests of SWI-Prolog are not run.');

describe.skipIf(swipl === null)('the public tests of SWI-Prolog', () => {
  const outcome = outcomeOf(swipl ?? { tests: [], leftOut: [] });

  test('all pass but those that are known to fail, which still do', () => {
    expect(outcome.failed.toSorted()).toEqual(Object.keys(KNOWN_FAILURES).toSorted());
  });

  test('the page counts them as they are', () => {
    expect(PAGE.split('\n').filter((line) => /^\| `[^`]+` (\| \d+ ){4}\|$/.test(line))).toEqual(tableOf(outcome));
  });
});

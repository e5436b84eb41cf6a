import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { readEclipse, readInria, readLabelled, readSyntaxTable } from './other-formats.ts';
import { readPlunit } from './plunit.ts';
import { type Suite, together } from './public-test.ts';

/** Where Debian's package swi-prolog-test puts SWI-Prolog's own tests. */
const DEBIAN = '/usr/lib/swi-prolog/test';

/**
 * Files that test modules, expansion of terms, declarations of determinism, grammar rules and flags: what their goals
 * mean hangs on directives that our language does not have.
 */
const OTHER_LANGUAGE = new Set([
  'core/test_dcg',
  'core/test_det_decl',
  'core/test_expand',
  'core/test_meta_predicate',
  'core/test_module',
  'core/test_moved_ubody',
  'core/test_occurs_check',
  'library/test_yall',
  'tabling/test_answer_subsumption',
]);

function plunitFile(folder: string, file: string): Suite {
  const topic = `${basename(folder)}/${basename(file, '.pl')}`;
  const suite = readPlunit(topic, readFileSync(join(folder, file), 'utf8'));
  if (!OTHER_LANGUAGE.has(topic)) return suite;
  return {
    tests: [],
    leftOut: [...suite.leftOut, ...suite.tests.map(({ name }) => ({ topic, name, why: 'another language' }))],
  };
}

function plunitFolder(folder: string): Suite {
  const files = readdirSync(folder).filter((file) => /^test_.*\.pl$/.test(file));
  return together(files.toSorted().map((file) => plunitFile(folder, file)));
}

/** SWI-Prolog's tests of its core, its libraries and tabling; null where the package is not installed. */
export function swiplSuite(): Suite | null {
  if (!existsSync(join(DEBIAN, 'test.pl'))) return null;
  return together([
    readLabelled('test.pl', readFileSync(join(DEBIAN, 'test.pl'), 'utf8')),
    ...['core', 'library', 'tabling'].map((name) => plunitFolder(join(DEBIAN, 'Tests', name))),
    readEclipse('eclipse', readFileSync(join(DEBIAN, 'Tests/eclipse/string_tests.tst'), 'utf8')),
  ]);
}

/** The suites in a folder, told apart by the names of their files. */
export function suitesIn(folder: string): Suite {
  const files = readdirSync(folder).filter((file) => file.endsWith('.pl'));
  return together(
    files.toSorted().map((file) => {
      const source = readFileSync(join(folder, file), 'utf8');
      const name = basename(file, '.pl');
      if (/inria/.test(name)) return readInria(name, source);
      return /conformity/.test(name) ? readSyntaxTable(name, source) : readPlunit(name, source);
    }),
  );
}

/**
 * Counts what a folder of public suites (.pl files) asks of our language, and how much of it we and SWI-Prolog pass:
 * `node subgraphs/rules/domain/differential/testing/count-suites.ts <folder>`. Lists what we do not pass.
 * A file with "inria" in its name is read as Hodgson's pairs, with "conformity" as Scryer's table, any other as plunit.
 */
import { suitesIn } from './suites/installed.ts';
import { outcomeOf, tableOf } from './suites/outcome.ts';
import { hasSwipl } from './swipl.ts';

const [folder] = process.argv.slice(2);
if (folder === undefined || !hasSwipl()) {
  console.error('Usage: count-suites.ts <folder of .pl files>, with swipl installed (Debian: swi-prolog-nox).');
  process.exit(2);
}
const outcome = outcomeOf(suitesIn(folder));
console.log(['| suite | tests | asked | passed here | passed by SWI-Prolog |', ...tableOf(outcome)].join('\n'));
for (const name of outcome.failed) console.log(`not passed: ${name}`);

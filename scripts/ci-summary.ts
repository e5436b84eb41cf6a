/** Adds up the runs of .ci/run: lists what was skipped, says what failed, and closes with one line. */
import { existsSync, readFileSync } from 'node:fs';

interface Report {
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly message?: string;
    readonly assertionResults: readonly { readonly fullName: string; readonly status: string }[];
  }[];
}

const [failedChecks = '0', ...files] = process.argv.slice(2);
let passed = 0;
let failed = Number(failedChecks) > 0 ? 1 : 0;
const skipped: string[] = [];

for (const file of files) {
  if (!existsSync(file)) {
    console.log(`The run that should have written ${file} did not finish.`);
    failed += 1;
    continue;
  }
  const report = JSON.parse(readFileSync(file, 'utf8')) as Report;
  for (const { name, status, message, assertionResults } of report.testResults) {
    for (const test of assertionResults) {
      if (test.status === 'passed') passed += 1;
      else if (test.status === 'failed') failed += 1;
      else skipped.push(test.fullName);
    }
    // A file that could not be loaded, or whose hooks failed, has no failed test to count.
    if (status === 'failed' && !assertionResults.some((test) => test.status === 'failed')) {
      console.log(`${name} failed outside its tests: ${message ?? ''}`);
      failed += 1;
    }
  }
}

for (const name of skipped) console.log(`skipped: ${name}`);
// Beside an absent ../shared nothing excuses a skipped test here: all it needs was installed.
if (skipped.length > 0 && existsSync('../shared')) {
  console.log(`${skipped.length} test(s) were skipped although ../shared is there.`);
  failed += 1;
}
if (passed === 0) failed += 1;
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;

import { send } from './api.js';
import { element } from './element.js';
import { stoppedText } from './words.js';

const TEST = `mutation TestRules($versionId: ID!, $cases: [RuleTestInput!], $expectedRevision: Int) {
  testRules(versionId: $versionId, cases: $cases, expectedRevision: $expectedRevision) {
    __typename
    ... on RuleTestReport { passed results { name passed expected found stoppedBy error } }
    ... on RuleChangeRefused { message }
  }
}`;

function resultItem({ name, passed, expected, found, stoppedBy, error }) {
  const list = (answers) => (answers.length === 0 ? 'no answer' : answers.join(', '));
  const trouble = error ?? (stoppedBy ? stoppedText(stoppedBy) : `expected ${list(expected)}; found ${list(found)}`);
  const text = passed ? `passes: ${name}` : `fails: ${name} (${trouble})`;
  return element('li', { className: passed ? 'passes' : 'error', textContent: text });
}

/** The tests of a version: run, and for a draft made of the question that was answered last. */
export function testPart({ version, answered, ruleSet, load, tried, say }) {
  const kept = version.tests?.cases ?? [];
  const results = element('ul', { className: 'results' });
  const row = element('div', { className: 'row' });

  async function run(cases) {
    const expectedRevision = cases ? (version.tests?.revision ?? 0) : null;
    const { testRules } = await send(TEST, { versionId: version.id, cases, expectedRevision });
    if (testRules.__typename === 'RuleChangeRefused') return say(testRules.message, true);
    results.replaceChildren(...testRules.results.map(resultItem));
    say(testRules.passed ? 'Every test passes.' : 'A test fails.', !testRules.passed);
  }

  function add(textContent, work) {
    const made = element('button', { type: 'button', textContent });
    made.addEventListener('click', () => tried(work));
    row.append(made);
  }

  if (kept.length > 0) add(`Run ${kept.length === 1 ? 'its test' : `its ${kept.length} tests`}`, () => run(null));
  if (version.status === 'DRAFT') {
    add('Keep the last question as a test', async () => {
      const question = answered();
      if (!question) return say('Ask a question first: its answers are what the test expects.', true);
      if (question.ruleSet !== ruleSet) return say(`The last question was asked of ${question.ruleSet}.`, true);
      const { goal, assume, expected } = question;
      await run([...kept, { name: goal.slice(0, 200), goal, assume, expected }]);
      await load();
    });
  }
  return element('div', { className: 'tests' }, row, results);
}

import { send } from './api.js';
import { element } from './element.js';
import { testForm } from './test-form.js';
import { counted, stoppedText } from './words.js';

const TEST = `mutation TestRules($versionId: ID!, $cases: [RuleTestInput!], $expectedRevision: Int) {
  testRules(versionId: $versionId, cases: $cases, expectedRevision: $expectedRevision) {
    __typename
    ... on RuleTestReport { revision results { name passed expected found stoppedBy error } }
    ... on RuleChangeRefused { message }
  }
}`;
const EMPTY = { name: '', goal: '', assume: [], expected: [] };

function button(textContent, work, ariaLabel = textContent) {
  const made = element('button', { type: 'button', textContent, ariaLabel });
  made.addEventListener('click', work);
  return made;
}

function answers(title, texts) {
  const items = texts.length === 0 ? 'no answer' : texts.join('\n');
  return element(
    'div',
    {},
    element('span', { className: 'says', textContent: title }),
    element('pre', { textContent: items }),
  );
}

/** Whether a test passes, and where it does not what was expected, what came, and a way to look into it. */
function resultOf({ passed, expected, found, stoppedBy, error }, look) {
  if (passed) return element('div', { className: 'passes', textContent: 'passes' });
  const trouble = error ?? (stoppedBy ? stoppedText(stoppedBy) : null);
  const parts = trouble
    ? [element('p', { textContent: trouble })]
    : [answers('Expected', expected), answers('Came', found)];
  const head = element('b', { className: 'error', textContent: 'fails' });
  return element('div', { className: 'fails' }, head, ...parts, button('Look into it', look));
}

/**
 * The tests of a version: run, and for a draft written by hand or made of the question that was answered last. `reports`
 * keeps by version what came of its newest tests, for when the part is drawn anew; `look` asks the question of a test.
 */
export function testPart({ version, answered, ruleSet, reports, load, look, tried, say }) {
  const kept = version.tests?.cases ?? [];
  const isDraft = version.status === 'DRAFT';
  const place = element('div');
  const list = element('ol', { className: 'results' });

  function show() {
    const report = reports.get(version.id);
    const results = report?.revision === version.tests?.revision ? report?.results : null; // of others it says nothing
    list.replaceChildren(...kept.map((test, at) => itemOf(test, at, results?.[at])));
  }

  /** The verdict is said when the results are there to be seen. Throws what the API says against the cases. */
  async function run(cases) {
    const expectedRevision = cases ? (version.tests?.revision ?? 0) : null;
    const { testRules: report } = await send(TEST, { versionId: version.id, cases, expectedRevision });
    if (report.__typename === 'RuleChangeRefused') throw new Error(report.message);
    // Other tests were run since, in the place of these.
    if (report.revision < (reports.get(version.id)?.revision ?? 0)) return;
    reports.set(version.id, report);
    const isThere = list.isConnected && report.revision === version.tests?.revision;
    await (isThere ? show() : load());
    if (reports.get(version.id) !== report) return;
    const failed = report.results.filter(({ passed }) => !passed).length;
    const verdict = failed === 0 ? 'Every test passes.' : `${counted(failed, 'test fails', 'tests fail')}.`;
    say(verdict, failed > 0);
  }

  function remove(at) {
    // A version keeps at least one test once it has any: the API takes 1 to 100 in the place of those before.
    if (kept.length === 1) return say('A draft keeps its last test: change it, or save another draft.', true);
    return tried(() => run(kept.toSpliced(at, 1)));
  }

  function write(test, at) {
    const { form, focus } = testForm({
      test,
      label: at < kept.length ? `Change the test ${test.name}` : 'Write a test',
      keep: (written) => run(kept.toSpliced(at, 1, written)),
      close: () => place.replaceChildren(),
    });
    place.replaceChildren(form);
    focus();
  }

  function itemOf(test, at, result) {
    const head = element(
      'div',
      { className: 'row' },
      element('b', { textContent: test.name }),
      element('code', { textContent: test.goal }),
    );
    if (isDraft) {
      head.append(
        button('Change', () => write(test, at), `Change the test ${test.name}`),
        button('Remove', () => remove(at), `Remove the test ${test.name}`),
      );
    }
    return element('li', {}, head, result ? resultOf(result, () => look(test)) : null);
  }

  const row = element('div', { className: 'row' });
  if (kept.length > 0) {
    const runKept = () => tried(() => run(null));
    row.append(button(`Run ${kept.length === 1 ? 'its test' : `its ${kept.length} tests`}`, runKept));
  }
  if (isDraft) {
    const ofQuestion = async () => {
      const question = answered();
      if (!question) return say('Ask a question first: its answers are what the test expects.', true);
      if (question.ruleSet !== ruleSet) return say(`The last question was asked of ${question.ruleSet}.`, true);
      const { goal, assume, expected } = question;
      await run([...kept, { name: goal.slice(0, 200), goal, assume, expected }]);
    };
    row.append(
      button('Write a test', () => write(EMPTY, kept.length)),
      button('Keep the last question as a test', () => tried(ofQuestion)),
    );
  }
  show();
  return element('div', { className: 'tests' }, row, place, list);
}

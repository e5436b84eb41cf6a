import { element } from './element.js';
import { factLines } from './words.js';

const LABELS = {
  name: 'What it is about',
  goal: 'Goal',
  assume: 'Facts of this case',
  expected: 'Expected answers',
};
let made = 0;

/** What the API says against `cases[1].assume[0]`, in the words of the form. */
function inWords(message) {
  return message.replace(/"?cases\[\d+\]\.(\w+)(?:\[(\d+)\])?"?/, (_, name, at) => {
    const place = at === undefined ? '' : `, number ${Number(at) + 1}`;
    return `${LABELS[name] ?? name}${place}`;
  });
}

/** A field with its label, and what is to be said of it. */
function field(labelled, control, hint) {
  made += 1;
  const id = `test-field-${made}`;
  control.id = id;
  const says = hint ? element('span', { className: 'says', id: `${id}-hint`, textContent: hint }) : null;
  if (says) control.setAttribute('aria-describedby', says.id);
  return element(
    'div',
    { className: 'field' },
    element('label', { htmlFor: id, textContent: labelled }),
    control,
    says,
  );
}

function text(value, properties) {
  return element('textarea', { value: value.join('\n'), rows: 3, spellcheck: false, ...properties });
}

/**
 * A form for one test, with the values of `test`. `keep` gets the case; what it throws is shown, and the form stays.
 * `close` is called when it is left without keeping anything.
 */
export function testForm({ test, label, keep, close }) {
  const name = element('input', { value: test.name, required: true, maxLength: 200, autocomplete: 'off' });
  const goal = element('input', {
    value: test.goal,
    required: true,
    maxLength: 4000,
    autocomplete: 'off',
    className: 'code',
  });
  goal.spellcheck = false;
  const assume = text(test.assume, { placeholder: 'in_cooler(w1, c1)' });
  const expected = text(test.expected, { placeholder: 'fit(w1)' });
  const says = element('p', { className: 'says error', role: 'alert' });
  const cancel = element('button', { type: 'button', textContent: 'Cancel' });
  const form = element(
    'form',
    { className: 'test-form', ariaLabel: label },
    field(LABELS.name, name),
    field(LABELS.goal, goal),
    field(LABELS.assume, assume, 'One a line. Standing facts play no part in tests.'),
    field(LABELS.expected, expected, 'One a line: the goal with its values, in any order. None: the goal has to fail.'),
    says,
    element('div', { className: 'row' }, element('button', { type: 'submit', textContent: 'Keep and run' }), cancel),
  );
  cancel.addEventListener('click', close);
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    says.textContent = '';
    try {
      await keep({
        name: name.value,
        goal: goal.value,
        assume: factLines(assume.value),
        expected: factLines(expected.value),
      });
    } catch (error) {
      says.textContent = inWords(error.message);
    }
  });
  return { form, focus: () => name.focus() };
}

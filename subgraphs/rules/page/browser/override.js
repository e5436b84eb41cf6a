import { element } from './element.js';

/** What a rule of the organization's own stands in the place of, and why, in one sentence. */
export function overrideText({ ruleId, reason }) {
  return `In the place of the shipped ${ruleId}: ${reason}`;
}

/** The same as a note that opens to show what is shipped; `more` goes on with the sentence. */
export function overrideNote({ ruleId, reason, shipped, fault }, more = '') {
  const sentence = `${overrideText({ ruleId, reason })}${more}`;
  const without = fault ? [element('p', { className: 'error', textContent: `Without effect. ${fault}` })] : [];
  const text = shipped
    ? [element('p', { textContent: 'Shipped:' }), element('pre', { textContent: shipped.text })]
    : [];
  return element(
    'details',
    { className: 'override' },
    element('summary', { textContent: sentence }),
    ...without,
    ...text,
  );
}

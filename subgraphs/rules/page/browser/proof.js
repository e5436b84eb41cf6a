import { send } from './api.js';
import { overrideText } from './override.js';
import { createTree } from './tree.js';
import { instant } from './words.js';

const EXPLAIN = `query ExplainAnswer($queryId: ID!, $answer: Int!) {
  explainAnswer(queryId: $queryId, answer: $answer) { tree }
}`;
const RULE = '{ text label capability overrides { ruleId reason } }';
const FACT = '{ validFrom validTo assertedAt reason assertedBy { name } }';
const MOST_LOOKED_UP = 40;
const KINDS = { RULE: 'rule', FACT: 'fact', ABSENT: 'not found', BUILTIN: 'calculation' };

function walk(nodes, visit) {
  for (const node of nodes) {
    visit(node);
    walk(node.children, visit);
  }
}

/** The rules and facts that a proof names, by id. Facts that were assumed have none; rules of the editor are kept nowhere. */
async function lookUp(nodes) {
  const wanted = new Map();
  walk(nodes, ({ rule, fact, given }) => {
    if (rule && !given) wanted.set(rule, 'rule');
    if (fact) wanted.set(fact, 'fact');
  });
  const asked = [...wanted].slice(0, MOST_LOOKED_UP);
  if (asked.length === 0) return new Map();
  const variables = Object.fromEntries(asked.map(([id], i) => [`id${i}`, id]));
  const declared = asked.map((_, i) => `$id${i}: ID!`).join(', ');
  const fields = asked.map(([, kind], i) => `n${i}: ${kind}(id: $id${i}) ${kind === 'rule' ? RULE : FACT}`);
  const data = await send(`query Named(${declared}) { ${fields.join(' ')} }`, variables);
  return new Map(asked.map(([id], i) => [id, data[`n${i}`]]));
}

function ruleLines({ rule, text, given, overrides }, named) {
  const known = named.get(rule);
  const note = known?.overrides ? overrideText(known.overrides) : `In the place of the shipped ${overrides}`;
  const notes = overrides ? [{ text: note }] : [];
  if (given) return [{ text: 'Rule of the editor' }, ...notes, ...(text ? [{ code: true, text }] : [])];
  if (!known) return [{ text: `Rule ${rule ?? 'without a name'}` }, ...notes];
  return [{ text: `Rule ${rule}${known.label ? `: ${known.label}` : ''}` }, ...notes, { code: true, text: known.text }];
}

function factLines({ fact }, named) {
  if (!fact) return [{ text: 'Assumed for this question' }];
  const known = named.get(fact);
  if (!known) return [{ text: `Fact ${fact}` }];
  const until = known.validTo ? ` to ${instant(known.validTo)}` : '';
  const because = known.reason ? `: ${known.reason}` : '';
  return [
    { text: `Asserted by ${known.assertedBy.name} on ${instant(known.assertedAt)}${because}` },
    { text: `True from ${instant(known.validFrom)}${until}` },
  ];
}

function conversionText({ from, factor, offset, to }) {
  const shift = offset === '0' ? '' : `, then ${offset} added`;
  return `Converted: ${from.value} ${from.unit} × ${factor}${shift} is ${to.value} ${to.unit}.`;
}

function linesOf(node, named) {
  switch (node.kind) {
    case 'RULE':
      return ruleLines(node, named);
    case 'FACT':
      return factLines(node, named);
    case 'ABSENT':
      return [{ text: `Searched for ${node.absent ?? node.goal}: nothing known makes it true.` }];
    default:
      return [{ text: node.conversion ? conversionText(node.conversion) : sidesText(node) }];
  }
}

/** Both values of a comparison, and what was calculated to get them. */
function sidesText({ goal, left, right }) {
  if (left === undefined) return 'True by calculation, with these values.';
  const isWritten = goal.startsWith(left) && goal.endsWith(right);
  return isWritten ? `Compared: ${left} and ${right}.` : `Calculated: ${left} on the left, ${right} on the right.`;
}

function toNode(node, named) {
  return {
    kind: node.kind.toLowerCase(),
    kindText: KINDS[node.kind],
    title: node.goal,
    lines: linesOf(node, named),
    children: node.children.map((child) => toNode(child, named)),
  };
}

/** Why an answer holds, as a tree. Throws an ApiError. */
export async function proofTree(queryId, answer) {
  const { explainAnswer } = await send(EXPLAIN, { queryId, answer });
  const named = await lookUp(explainAnswer.tree);
  return createTree(
    'Proof',
    explainAnswer.tree.map((node) => toNode(node, named)),
  );
}

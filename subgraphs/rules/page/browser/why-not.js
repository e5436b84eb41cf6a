import { send } from './api.js';
import { overrideText } from './override.js';
import { createTree } from './tree.js';
import { stoppedText } from './words.js';

const WHY_NOT = `query WhyNot($input: RuleQueryInput!) {
  whyNot(input: $input) {
    goal holds stoppedBy missing { facts } attempts { failedAt kind reason rule { id text label overrides { ruleId reason } } }
  }
}`;
const KINDS = {
  NO_FACT: 'no fact',
  NO_RULE_APPLIES: 'no rule applies',
  NEGATION: 'negation',
  COMPARISON: 'comparison',
  CONTROL: 'no answer',
};

function attemptNode({ rule, failedAt, kind, reason }) {
  const failed = { kind: 'failed', kindText: KINDS[kind], title: failedAt, lines: [{ text: reason }] };
  if (!rule) return failed;
  const notes = rule.overrides ? [{ text: overrideText(rule.overrides) }] : [];
  const lines = [...notes, { code: true, text: rule.text }];
  return { kind: 'rule', kindText: 'rule', title: rule.label ?? rule.id, lines, children: [failed] };
}

/** A place where any value does has to be filled by whoever assumes the fact. */
function hasPlaces(facts) {
  return facts.some((fact) => /(^|[(,[|])_(?=[),\]|]|$)/.test(fact));
}

function missingNode({ facts }, assume) {
  const open = hasPlaces(facts);
  return {
    kind: 'missing',
    kindText: 'missing',
    title: facts.join(', '),
    lines: open ? [{ text: 'Put a value in the place of each _.' }] : [],
    action: { text: open ? 'Assume, and fill in' : 'Assume and ask again', run: () => assume(facts, open) },
  };
}

/** Why a goal has no answer, as a tree; `assume` gets the facts of an alternative, and whether values are wanted in them. */
export async function whyNotTree(input, assume) {
  const { whyNot } = await send(WHY_NOT, { input });
  const lines = whyNot.stoppedBy ? [{ text: stoppedText(whyNot.stoppedBy) }] : [];
  const attempts = whyNot.attempts.map(attemptNode);
  const missing = whyNot.missing.map((each) => missingNode(each, assume));
  const groups = [{ kind: 'group', kindText: 'tried', title: 'How far each rule came', children: attempts }];
  if (missing.length > 0) {
    groups.push({ kind: 'group', kindText: 'to mend it', title: 'Facts that are missing', children: missing });
  }
  return createTree('Why not', [{ kind: 'failed', kindText: 'fails', title: whyNot.goal, lines, children: groups }]);
}

import { expect, test } from 'vitest';
import { Decision } from '../domain/decision.ts';
import { factClause } from '../domain/facts.ts';
import { Knowledge } from '../domain/knowledge.ts';
import { readProgram } from '../domain/program.ts';
import { proofText, proofTree } from '../domain/proof.ts';
import { atom } from '../domain/term.ts';
import { askText } from '../domain/testing.ts';
import { CAPABILITIES, DEFAULT_CAPABILITIES, REASON_BOOK, SHIPPED_RULES, shippedClauses } from './index.ts';
import { layeredClauses, lostOverrides, standingOverrides } from './overrides.ts';
import { reviewRules } from './shipped-version.ts';

const SELF =
  "% Two of the day shift know each other's work.\n:- overrides('verification.self_verified', 'validated 4-eyes rule SOP-7').\n";

function reviewOf(source: string, ruleSet = 'default') {
  return reviewRules(ruleSet, readProgram(source), () => true).diagnostics.map(({ code, line, column, message }) => ({
    code,
    line,
    column,
    message,
  }));
}

function factsOf(texts: readonly string[]) {
  return texts.map((text) => {
    const clause = factClause(text, { kind: 'fact', id: null });
    if ('refused' in clause) throw new Error(clause.refused);
    return clause;
  });
}

function knowledgeOf(source: string, capabilities: readonly string[], facts: readonly string[] = []): Knowledge {
  const rules = layeredClauses('own', readProgram(source), new Set(capabilities));
  return new Knowledge().addAll(rules).addAll(factsOf(facts));
}

test('an override with a reason and clauses of the rule it names is accepted', () => {
  expect(reviewOf(`${SELF}self_verified(A) :- submitted_by(A, U), verified_by(A, U), \\+ day_shift(U).\n`)).toEqual([]);
});

test.each([
  [
    "b.\n:- overrides('verification.self_verifed', 'why').\nself_verified(a).",
    'OVERRIDE',
    2,
    'Did you mean verification.self_verified?',
  ],
  [":- overrides('core.unverified', 'why').\np.", 'OVERRIDE', 1, 'Did you mean verification.unverified?'],
  [":- overrides('nothing.of_the_kind', 'why').\np.", 'OVERRIDE', 1, 'ships no rule nothing.of_the_kind'],
  [
    ":- overrides('verification.self_verified', 'why').",
    'OVERRIDE',
    1,
    'found no clause: a guard is replaced, never erased',
  ],
  [":- overrides('verification.self_verified', 'why').\np(1).", 'OVERRIDE', 1, 'found one of p/1'],
  [
    ":- overrides('core.no_client', 'why').\nblocker(S, sample_reception, no_client) :- sample(S), fail.",
    'OVERRIDE',
    1,
    'would erase the guard',
  ],
  [":- overrides('core.can_transition', 'why').\ncan_transition(_, _, _).", 'OVERRIDE', 1, 'cannot be overridden'],
  [
    ":- overrides('core.live', 'one').\nlive(A) :- analysis(A, _, _).\n:- overrides('core.live', 'two').\nlive(A) :- analysis(A, _, _).",
    'OVERRIDE',
    3,
    'overridden twice',
  ],
  [
    ":- overrides('verification.self_verified', 'why').\nself_verified(a).\nhelper(1).\nself_verified(b).",
    'SHIPPED',
    4,
    "override the rule (verification.self_verified) by name: \":- overrides('verification.self_verified', 'why').\"",
  ],
  [
    ":- overrides('core.live', 'why').\nlive(A) :- analysis(A, _, _).\nverified_by(a, me).",
    'SHIPPED',
    3,
    'records of samples alone',
  ],
])('%s is refused', (source, code, line, message) => {
  const found = reviewOf(source).filter((remark) => remark.code === code);
  expect(found).toMatchObject([{ line, column: 1 }]);
  expect(found[0]?.message).toContain(message);
});

test('a guard that one clause of several leaves is no erased guard', () => {
  const source =
    ":- overrides('core.no_client', 'walk-ins').\nblocker(S, sample_reception, no_client) :- sample(S), fail.\nblocker(S, sample_reception, no_client) :- sample(S), \\+ client(S, _).\n";
  expect(reviewOf(source)).toEqual([]);
});

test('a set of another name has nothing to override', () => {
  expect(reviewOf(":- overrides('core.live', 'why').\nlive(a).", 'scratch')).toMatchObject([
    { code: 'OVERRIDE', line: 1, message: expect.stringContaining('nothing to override') },
  ]);
});

test('a circle of negations that an override closes is refused', () => {
  const circle =
    ":- overrides('verification.self_verified', 'why').\nself_verified(A) :- analysis(A, S, _), \\+ blocker(S, completion, self_verified(A)).";
  expect(reviewOf(circle).map(({ code }) => code)).toEqual(['UNSTRATIFIED']);
});

test('the clauses stand where the shipped rule stood, whatever stands beside them', () => {
  const source =
    ":- overrides('core.not_received', 'couriers').\nblocker(S, registration, not_received) :- sample(S), \\+ handed_over(S).\nown(1).\nblocker(S, registration, extra) :- sample(S).\n";
  const reasons = (knowledge: Knowledge) =>
    knowledge.clausesOf('blocker/3').map(({ origin }) => [origin.id, origin.overrides ?? null]);
  const shipped = reasons(new Knowledge().addAll(shippedClauses(new Set(['core']))));
  const layered = reasons(knowledgeOf(source, ['core']));
  const place = shipped.findIndex(([id]) => id === 'core.not_received');
  expect(layered).toEqual([
    ...shipped.slice(0, place),
    ['own.1', 'core.not_received'],
    ...shipped.slice(place + 1),
    ['own.3', null],
  ]);
});

test('an override applies where its capability is in use, like the rule in whose place it stands', () => {
  const source =
    ":- overrides('instruments.calibrated', 'daily check').\ninstrument_calibrated(I) :- checked_today(I).\n";
  expect(knowledgeOf(source, DEFAULT_CAPABILITIES).has('instrument_calibrated/1')).toBe(false);
  expect(knowledgeOf(source, CAPABILITIES).clausesOf('instrument_calibrated/1')).toHaveLength(1);
});

const FACTS = [
  'sample(s1)',
  "analysis(a1,s1,'PH')",
  'analysis_status(a1,submitted)',
  'submitted_by(a1,ana)',
  'verified_by(a1,ana)',
];

test('a blocker names the rule in the place of the shipped one, with its code and sentence; the proof names both', () => {
  const source = `${SELF}self_verified(A) :- submitted_by(A, U), verified_by(A, U), \\+ day_shift(U).
:- overrides('verification.not_by_oneself', 'our words').
blocker(S, completion, self_verified(A)) :- analysis(A, S, _), self_verified(A).
`;
  const base = knowledgeOf(source, DEFAULT_CAPABILITIES);
  const facts = factsOf(FACTS);
  const snapshot = {
    sample: atom('s1'),
    from: 'results',
    actor: { id: 'mia', roles: ['lab_manager'] },
    facts,
    now: 500_000,
  };
  const blockers = new Decision(base, snapshot, REASON_BOOK, () => 0).blockers('ADVANCE', 'completion');
  expect(blockers).toMatchObject([{ code: 'SELF_VERIFIED', ruleId: 'own.2', reason: 'self_verified(a1)' }]);

  const [answer] = askText(
    knowledgeOf(source, DEFAULT_CAPABILITIES, FACTS),
    'blocker(s1, completion, self_verified(a1))',
    {},
    undefined,
    0,
  ).answers;
  const proof = answer?.proof ?? [];
  expect(proof.map((each) => proofTree(each))).toMatchObject([
    { rule: 'own.2', overrides: 'verification.not_by_oneself' },
  ]);
  expect(proofText(proof)).toContain('by rule own.1, which overrides the shipped verification.self_verified, because');
});

test('a reason that another rule passes on is told by the rule that found it, also where an override passes it on', () => {
  const source =
    ":- overrides('core.defect', 'no deviations here').\nblocker(S, registration, D) :- sample_defect(S, D).\n";
  const facts = [
    'sample(s1)',
    'condition(s1,broken)',
    'collected_at(s1,1)',
    'received_at(s1,2)',
    'deviation_approved(s1)',
  ];
  const clauses = factsOf(facts);
  const snapshot = {
    sample: atom('s1'),
    from: 'sample_reception',
    actor: { id: 'mia', roles: [] },
    facts: clauses,
    now: 3,
  };
  const found = new Decision(knowledgeOf(source, ['core']), snapshot, REASON_BOOK, () => 0);
  expect(found.blockers('ADVANCE', 'registration')).toMatchObject([
    { code: 'BAD_CONDITION', ruleId: 'core.bad_condition' },
  ]);
});

test('where a release no longer ships the rule, the shipped rules stay in force and a warning says so', () => {
  const source = ":- overrides('core.gone', 'why').\nlive(a).\nown(1).\n";
  const program = readProgram(source);
  expect(standingOverrides(program)).toEqual([]);
  expect(lostOverrides(program)).toMatchObject([
    {
      severity: 'WARNING',
      code: 'OVERRIDE',
      line: 1,
      message: expect.stringMatching(/ships no rule core\.gone.*the shipped rules apply/),
    },
  ]);
  const knowledge = knowledgeOf(source, ['core']);
  expect(knowledge.clausesOf('live/1').map(({ origin }) => origin.id)).toEqual(['core.live']);
  expect(knowledge.clausesOf('own/1').map(({ origin }) => origin.id)).toEqual(['own.2']);
});

test('every shipped rule but those that decisions are made of can be overridden by its own text', () => {
  const kept = SHIPPED_RULES.filter(({ id, text }) => reviewOf(`:- overrides('${id}', 'why').\n${text}\n`).length > 0);
  expect(kept.map(({ id }) => id)).toEqual([
    'core.edges',
    'core.can_transition',
    'core.rework_edges',
    'core.may_rework',
    'core.may_cancel',
    'core.may_hold',
  ]);
});

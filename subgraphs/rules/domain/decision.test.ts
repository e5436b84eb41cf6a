import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CAPABILITIES, DEFAULT_CAPABILITIES, REASON_BOOK, shippedClauses } from '../library/index.ts';
import type { Clause } from './clause.ts';
import { Decision, type QuestionKind } from './decision.ts';
import { factClause } from './facts.ts';
import { Knowledge } from './knowledge.ts';
import { atom } from './term.ts';
import { askText, knowledgeOf, stoppedClock } from './testing.ts';

const DEFAULT = new Knowledge().addAll(shippedClauses(new Set(DEFAULT_CAPABILITIES)));
const EVERYTHING = new Knowledge().addAll(shippedClauses(new Set(CAPABILITIES)));
const MANAGER = { id: 'mia', roles: ['lab_manager'] };

function clausesOf(facts: readonly string[]): Clause[] {
  return facts.map((text) => {
    const clause = factClause(text, { kind: 'fact', id: null });
    if ('refused' in clause) throw new Error(clause.refused);
    return clause;
  });
}

function decisionOn(facts: readonly string[], from: string, base = DEFAULT, actor = MANAGER): Decision {
  const snapshot = { sample: atom('s1'), from, actor, facts: clausesOf(facts), now: 500_000 };
  return new Decision(base, snapshot, REASON_BOOK, stoppedClock);
}

function codes(
  facts: readonly string[],
  from: string,
  to: string,
  options: { kind?: QuestionKind; base?: Knowledge; actor?: typeof MANAGER } = {},
): string[] {
  const { kind = 'ADVANCE', base, actor } = options;
  return decisionOn(facts, from, base, actor)
    .blockers(kind, to)
    .map(({ code }) => code);
}

const SAMPLE = ['sample(s1)', "client(s1,'UTAH')", 'collected_at(s1,499990)', 'received_at(s1,499995.5)'];
const ANALYSES = ["analysis(a1,s1,'NITRATE')", "analysis(a2,s1,'PHOSPHORUS')"];
const SUBMITTED = [
  'analysis_status(a1,submitted)',
  'analysis_status(a2,submitted)',
  'submitted_by(a1,ana)',
  'submitted_by(a2,ana)',
];
const VERIFIED = ['verified_by(a1,vera)', 'verified_by(a2,vera)'];
const DONE = [...SAMPLE, ...ANALYSES, ...SUBMITTED, ...VERIFIED];

describe('a laboratory that uses nothing more reaches completion', () => {
  test.each([
    ['initiation', 'sample_reception', ['sample(s1)', "client(s1,'UTAH')"]],
    ['sample_reception', 'registration', SAMPLE],
    ['registration', 'assignment', [...SAMPLE, ...ANALYSES]],
    ['assignment', 'processing', [...SAMPLE, ...ANALYSES]],
    ['processing', 'testing', [...SAMPLE, ...ANALYSES]],
    ['testing', 'results', [...SAMPLE, ...ANALYSES, ...SUBMITTED]],
    ['results', 'completion', DONE],
  ])('from %s to %s', (from, to, facts) => {
    expect(codes(facts, from, to)).toEqual([]);
  });

  test('and one that uses everything is asked for more at each step', () => {
    expect(codes(SAMPLE, 'sample_reception', 'registration', { base: EVERYTHING })).toEqual([
      'NO_BARCODE',
      'LABEL_NOT_VERIFIED',
    ]);
    expect(codes(DONE, 'assignment', 'processing', { base: EVERYTHING })).toEqual(['UNASSIGNED', 'UNASSIGNED']);
    expect(new Set(codes(DONE, 'processing', 'testing', { base: EVERYTHING }))).toEqual(
      new Set(['INSTRUMENT_NOT_READY', 'METHOD_OUTDATED']),
    );
    expect(codes(DONE, 'results', 'completion', { base: EVERYTHING })).toEqual(['REPORT_UNSIGNED']);
  });
});

test.each([
  ['initiation', 'sample_reception', ['sample(s1)'], 'NO_CLIENT', 'core.no_client', ['client(s1,_)']],
  ['testing', 'results', [...DONE, "hold(s1,'freezer alarm')"], 'ON_HOLD', 'core.on_hold', []],
  ['testing', 'results', [...DONE, 'cancelled(s1)'], 'CANCELLED', 'core.cancelled', []],
  [
    'sample_reception',
    'registration',
    [...SAMPLE, 'condition(s1,leaking)'],
    'BAD_CONDITION',
    'core.bad_condition',
    ['deviation_approved(s1)'],
  ],
  [
    'sample_reception',
    'registration',
    ['sample(s1)', 'received_at(s1,499995)'],
    'NO_COLLECTION_TIME',
    'core.no_collection_time',
    ['collected_at(s1,_)'],
  ],
  [
    'sample_reception',
    'registration',
    ['collected_at(s1,500001)', 'received_at(s1,500002)'],
    'COLLECTED_IN_FUTURE',
    'core.collected_in_future',
    [],
  ],
  [
    'sample_reception',
    'registration',
    ['collected_at(s1,499990)', 'received_at(s1,499980)'],
    'RECEIVED_BEFORE_TAKEN',
    'core.received_before_taken',
    [],
  ],
  [
    'sample_reception',
    'registration',
    [...SAMPLE, "barcode(s1,'B1')", "barcode(s2,'B1')"],
    'DUPLICATE_BARCODE',
    'core.duplicate_barcode',
    [],
  ],
  [
    'sample_reception',
    'registration',
    ['sample(s1)', 'collected_at(s1,499990)'],
    'NOT_RECEIVED',
    'core.not_received',
    ['received_at(s1,_)'],
  ],
  ['registration', 'assignment', SAMPLE, 'NO_ANALYSES', 'core.no_analyses', ['analysis(_,s1,_)']],
  [
    'registration',
    'assignment',
    [...SAMPLE, ANALYSES[0]!, 'sample_type(s1,soil)', "accepts_type('NITRATE',water)"],
    'INCOMPATIBLE',
    'core.wrong_matrix',
    ['deviation_approved(s1)'],
  ],
  [
    'processing',
    'testing',
    [...SAMPLE, ANALYSES[0]!, 'sample_type(s1,water)', "stability_h('NITRATE',water,5)"],
    'EXPIRED',
    'core.expired',
    ['deviation_approved(s1)'],
  ],
  [
    'testing',
    'results',
    [...SAMPLE, ANALYSES[0]!, 'analysis_status(a1,assigned)'],
    'NOT_SUBMITTED',
    'core.not_submitted',
    ['analysis_status(a1,submitted)'],
  ],
  [
    'testing',
    'results',
    [...SAMPLE, ANALYSES[0]!, 'analysis_status(a1,retracted)'],
    'ALL_DETACHED',
    'core.all_detached',
    ['analysis(_,s1,_)'],
  ],
  [
    'results',
    'completion',
    [...SAMPLE, ANALYSES[0]!, ...SUBMITTED],
    'UNVERIFIED',
    'verification.unverified',
    ['verified_by(a1,_)'],
  ],
  [
    'results',
    'completion',
    [...SAMPLE, ANALYSES[0]!, ...SUBMITTED, 'verified_by(a1,ana)'],
    'SELF_VERIFIED',
    'verification.not_by_oneself',
    [],
  ],
])('%s to %s with %j is blocked: %s', (from, to, facts, code, ruleId, missingFacts) => {
  expect(decisionOn(facts, from).blockers('ADVANCE', to)).toEqual([
    { code, ruleId, missingFacts, message: expect.stringMatching(/^[A-Z].+\.$/), reason: expect.any(String) },
  ]);
});

test('a blocker names the test, which people know, and not the id of the analysis', () => {
  const [blocker] = decisionOn([...SAMPLE, ANALYSES[0]!], 'testing').blockers('ADVANCE', 'results');
  expect(blocker?.message).toBe('The analysis NITRATE has no submitted result: enter it, or cancel the analysis.');
  expect(blocker?.reason).toBe('not_submitted(a1)');
});

test('a laboratory may require more verifications, by distinct people', () => {
  const two = [...DONE, "required_verifications('NITRATE',2)", 'verified_by(a1,vera)'];
  expect(decisionOn(two, 'results').blockers('ADVANCE', 'completion')).toMatchObject([
    { code: 'UNVERIFIED', reason: 'unverified(a1,1)' },
  ]);
  expect(codes([...two, 'verified_by(a1,victor)'], 'results', 'completion')).toEqual([]);
});

test('there is no move that skips a stage, and an unknown stage leads nowhere', () => {
  expect(decisionOn(DONE, 'testing').blockers('ADVANCE', 'completion')).toMatchObject([
    {
      code: 'NO_SUCH_MOVE',
      message: 'There is no such move from TESTING to COMPLETION. From TESTING it leads to RESULTS.',
    },
  ]);
  expect(codes(DONE, 'nowhere', 'completion')).toEqual(['NO_SUCH_MOVE']);
});

test('sending back is for laboratory managers, one stage at a time', () => {
  const analyst = { id: 'ana', roles: ['analyst'] };
  expect(codes(DONE, 'results', 'testing', { kind: 'REWORK' })).toEqual([]);
  expect(codes(DONE, 'results', 'testing', { kind: 'REWORK', actor: analyst })).toEqual(['NEEDS_ROLE']);
  expect(codes(DONE, 'results', 'registration', { kind: 'REWORK' })).toEqual(['NO_SUCH_MOVE']);
  expect(codes([...DONE, 'hold(s1,x)'], 'results', 'testing', { kind: 'REWORK' })).toEqual(['ON_HOLD']);
});

test('cancelling is for managers and clerks, before results and completion; holding for those who work on it', () => {
  const as = (role: string) => ({ id: 'p', roles: [role] });
  const open = [...SAMPLE, ...ANALYSES];
  expect(codes(open, 'testing', 'testing', { kind: 'CANCEL', actor: as('lab_clerk') })).toEqual([]);
  expect(codes(open, 'testing', 'testing', { kind: 'CANCEL', actor: as('analyst') })).toEqual(['NEEDS_ROLE']);
  expect(codes(DONE, 'results', 'results', { kind: 'CANCEL' })).toEqual(['WORK_STARTED']);
  expect(codes(open, 'completion', 'completion', { kind: 'CANCEL' })).toEqual(['COMPLETED']);
  expect(codes(open, 'testing', 'testing', { kind: 'HOLD', actor: as('analyst') })).toEqual([]);
  expect(codes(open, 'testing', 'testing', { kind: 'HOLD', actor: as('client') })).toEqual(['NEEDS_ROLE']);
});

test('what only the record of a sample may say is not believed from standing facts', () => {
  const standing = knowledgeOf('verified_by(a1,vera). verified_by(a2,vera). deviation_approved(s1).', DEFAULT);
  const unverified = [...SAMPLE, ...ANALYSES, ...SUBMITTED];
  expect(codes(unverified, 'results', 'completion', { base: standing })).toEqual(['UNVERIFIED', 'UNVERIFIED']);
  const broken = [...SAMPLE, 'condition(s1,leaking)'];
  expect(codes(broken, 'sample_reception', 'registration', { base: standing })).toEqual([]);
});

describe('a laboratory adds rules of its own', () => {
  const own = (source: string) => knowledgeOf(source, DEFAULT);

  test('that object with their reason, named by their id, with the facts they miss', () => {
    const base = own(
      'blocker(S, results, no_photo(Who)) :- sample(S), photographer(Who), \\+ photo_of(S).\nphotographer(paul).',
    );
    expect(decisionOn(DONE, 'testing', base).blockers('ADVANCE', 'results')).toEqual([
      {
        code: 'NO_PHOTO',
        ruleId: 'r1',
        reason: 'no_photo(paul)',
        missingFacts: ['photo_of(s1)'],
        message: 'A rule of the laboratory objects: no_photo(paul).',
      },
    ]);
  });

  test.each([
    ['blocker(S, results, x) :- loop(S). loop(S) :- loop(S).', 'RULES_STOPPED'],
    ['blocker(S, results, x) :- sample(S), X > 1.', 'RULES_FAILED'],
  ])('%s cannot be evaluated, so nothing is allowed', (source, code) => {
    expect(codes(DONE, 'testing', 'results', { base: own(source) })).toEqual([code]);
  });
});

const STAGES = [
  'initiation',
  'sample_reception',
  'registration',
  'assignment',
  'processing',
  'testing',
  'results',
  'completion',
];
const anyFact = fc.constantFrom(
  ...DONE,
  'condition(s1,leaking)',
  'condition(s1,intact)',
  'hold(s1,x)',
  'cancelled(s1)',
  'deviation_approved(s1)',
  'verified_by(a1,ana)',
  'analysis_status(a1,retracted)',
  'analysis_status(a2,cancelled)',
  "required_verifications('NITRATE',2)",
  'sample_type(s1,water)',
  "accepts_type('NITRATE',soil)",
  "barcode(s1,'B')",
  "barcode(s2,'B')",
);

test('property: a move without blockers is exactly a move that can_transition allows', () => {
  const stage = fc.constantFrom(...STAGES);
  fc.assert(
    fc.property(fc.uniqueArray(anyFact), stage, stage, fc.boolean(), (facts, from, to, all) => {
      const decision = decisionOn(['sample(s1)', ...facts], from, all ? EVERYTHING : DEFAULT);
      const { answers } = askText(decision.knowledge, `can_transition(s1,${from},${to})`);
      expect(decision.blockers('ADVANCE', to).length === 0).toBe(answers.length > 0);
    }),
    { numRuns: 500 },
  );
});

import { expect, test } from 'vitest';
import type { Viewer } from '#platform/identity/index.ts';
import type { RulesContext } from '../context.ts';
import { Decision } from '../domain/decision.ts';
import type { StandingFact } from '../domain/standing-fact.ts';
import { atom } from '../domain/term.ts';
import { knowledgeOf, stoppedClock } from '../domain/testing.ts';
import { SHIPPED_VERSION } from '../library/shipped-version.ts';
import { Turns } from './turns.ts';
import { verdictProof } from './verdict-proof.ts';

const viewer = { userId: 'ana', organizationId: 'lab', roles: ['analyst'] } as unknown as Viewer;

/** A context whose store has moved on: whatever is read of it now is not what was decided by. */
const ctx = {
  viewer,
  timer: stoppedClock,
  turns: new Turns(stoppedClock),
  images: { get: () => undefined },
  db: { read: () => Promise.reject(new Error('The facts were read again.')) },
  loaders: { versionById: { loadMany: async () => [] } },
} as unknown as RulesContext;

test('a proof tells who asserted the facts by which was decided, whatever became of them since', async () => {
  const knowledge = knowledgeOf('can_transition(p, initiation, testing) :- cleared(p).\ncleared(p).\nedge(a, b).');
  const snapshot = { sample: atom('p'), from: 'initiation', actor: { id: 'ana', roles: [] }, facts: [], now: 0 };
  const decision = new Decision(knowledge, snapshot, new Map() as never, stoppedClock);
  const fact = { id: 'f1', assertedBy: 'vera', assertedAt: new Date('2026-11-01T08:00:00Z') } as StandingFact;
  const question = {
    sampleId: 'p',
    kind: 'ADVANCE',
    from: 'INITIATION',
    to: 'TESTING',
    facts: [],
    conditions: [],
  } as const;
  const decided = { decision, question, facts: [fact] };
  const proof = await verdictProof(ctx, { allowed: true, blockers: [], version: SHIPPED_VERSION, decided });
  expect(proof?.text).toMatch(/cleared\(p\).*vera/);
});

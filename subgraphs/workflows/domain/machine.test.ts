import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CURRENT_DEFINITION, edgeBetween, edgesFrom, STAGES } from './definition.ts';
import { type Command, conclude, decide } from './machine.ts';
import { apply, rebuild, startChange, stateAfterStart } from './replay.ts';
import type { Blocker, WorkflowChange, WorkflowState } from './workflow.ts';

const AT = new Date('2026-01-01T00:00:00Z');
const MANAGER = { roles: ['lab_manager'] };
const ANALYST = { roles: ['analyst'] };
const OBJECTION: Blocker = { code: 'NO_CLIENT', message: 'no client', ruleId: 'r65', missingFacts: [] };

function started(): WorkflowState {
  return stateAfterStart(startChange(AT), CURRENT_DEFINITION);
}

function at(stage: WorkflowState['stage'], over: Partial<WorkflowState> = {}): WorkflowState {
  return { ...started(), stage, version: 4, status: stage === 'COMPLETION' ? 'COMPLETED' : 'ACTIVE', ...over };
}

const reasons = fc.option(fc.string({ minLength: 1, maxLength: 20 }), { nil: null });

/** A command whose version is right most of the time, by somebody who may rework half of the time, with the rules' answer. */
const steps = fc.record({
  // Mostly moves along an edge: at random a path would be cancelled long before it reached completion.
  command: fc.oneof(
    {
      weight: 12,
      arbitrary: fc.record({ action: fc.constant('move' as const), to: fc.constantFrom(...STAGES), reason: reasons }),
    },
    {
      weight: 4,
      arbitrary: fc.record({
        action: fc.constantFrom('hold' as const, 'resume' as const, 'resume' as const, 'fail' as const),
        reason: fc.string({ minLength: 1, maxLength: 20 }),
      }),
    },
    { weight: 1, arbitrary: fc.constant({ action: 'cancel' as const, reason: 'x' }) },
  ),
  followEdge: fc.option(fc.nat(3), { nil: null, freq: 5 }),
  versionOffset: fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.integer() }),
  manager: fc.boolean(),
  allowed: fc.oneof({ weight: 3, arbitrary: fc.constant(true) }, { weight: 1, arbitrary: fc.constant(false) }),
});
/** Long enough to reach completion and come back: left to itself fast-check prefers a handful of steps. */
const paths = fc.array(steps, { maxLength: 80, size: 'max' });
type Step = typeof steps extends fc.Arbitrary<infer T> ? T : never;

function commandFor(state: WorkflowState, step: Step): Command {
  const expectedVersion = state.version + step.versionOffset;
  if (step.command.action !== 'move') return { ...step.command, expectedVersion };
  const edges = edgesFrom(CURRENT_DEFINITION, state.stage);
  const edge = step.followEdge === null ? undefined : edges[step.followEdge % edges.length];
  return { ...step.command, to: edge?.to ?? step.command.to, expectedVersion };
}

/** Runs steps as the service does and hands every accepted change with the state before it to `inspect`. */
function run(
  path: readonly Step[],
  inspect: (before: WorkflowState, change: WorkflowChange, step: Step) => void = () => undefined,
): { state: WorkflowState; history: WorkflowChange[] } {
  let state = started();
  const history = [startChange(AT)];
  for (const [index, step] of path.entries()) {
    const decision = decide(state, commandFor(state, step), step.manager ? MANAGER : ANALYST);
    if (decision.kind !== 'proposed') continue;
    const verdict = decision.question === null ? null : step.allowed ? [] : [OBJECTION];
    const outcome = conclude(decision, verdict, new Date(AT.getTime() + index));
    if (outcome.kind !== 'accepted') continue;
    inspect(state, outcome.change, step);
    state = apply(state, outcome.change);
    history.push(outcome.change);
  }
  return { state, history };
}

describe('the stage machine on any path', () => {
  test('no change of stage skips an edge, the rules or the role that rework needs', () => {
    const moves = new Map<string, number>();
    fc.assert(
      fc.property(paths, (path) => {
        run(path, (before, change, step) => {
          if (change.from === change.to && change.type !== 'workflow.cancelled') return;
          moves.set(change.type, (moves.get(change.type) ?? 0) + 1);
          expect(step.allowed).toBe(true);
          expect(step.versionOffset).toBe(0);
          if (change.type === 'workflow.cancelled') return;
          const edge = edgeBetween(CURRENT_DEFINITION, before.stage, change.to);
          expect(edge).not.toBeNull();
          if (edge?.kind === 'rework') {
            expect(step.manager).toBe(true);
            expect(change.reason).not.toBeNull();
          }
          expect(before.status).toBe(before.stage === 'COMPLETION' ? 'COMPLETED' : 'ACTIVE');
        });
      }),
      { numRuns: 500 },
    );
    // The property has been tried on every kind of move, not only on the first ones.
    for (const type of ['advanced', 'reworked', 'completed', 'cancelled']) {
      expect(moves.get(`workflow.${type}`) ?? 0).toBeGreaterThan(20);
    }
  });

  test('versions grow by exactly one with every change', () => {
    fc.assert(
      fc.property(paths, (path) => {
        const { history, state } = run(path, (before, change) => expect(change.version).toBe(before.version + 1));
        expect(history.map(({ version }) => version)).toEqual(history.map((_, index) => index + 1));
        expect(state.version).toBe(history.length);
      }),
    );
  });

  test('the history rebuilds the state', () => {
    fc.assert(
      fc.property(paths, (path) => {
        const { state, history } = run(path);
        expect(rebuild(history, CURRENT_DEFINITION)).toEqual(state);
      }),
    );
  });

  test('a stale version is a conflict whatever is asked', () => {
    fc.assert(
      fc.property(paths, steps, fc.integer(), (path, step, offset) => {
        fc.pre(offset !== 0);
        const { state } = run(path);
        const command = { ...commandFor(state, step), expectedVersion: state.version + offset };
        expect(decide(state, command, MANAGER)).toEqual({
          kind: 'conflict',
          currentStage: state.stage,
          currentVersion: state.version,
        });
      }),
    );
  });

  test('stage and status agree: completed exactly at completion unless cancelled before', () => {
    fc.assert(
      fc.property(paths, (path) => {
        run(path, (before, change) => {
          const after = apply(before, change);
          expect(after.status === 'COMPLETED').toBe(after.stage === 'COMPLETION');
        });
      }),
    );
  });
});

function codes(state: WorkflowState, command: Command, actor = MANAGER): string[] {
  const decision = decide(state, command, actor);
  return decision.kind === 'refused' ? decision.blockers.map(({ code }) => code) : [decision.kind];
}

describe('the stage machine', () => {
  test('a workflow starts at initiation, active, version 1', () => {
    expect(started()).toMatchObject({ stage: 'INITIATION', status: 'ACTIVE', version: 1, receivedAt: null });
  });

  test('a stage cannot be skipped, and the refusal names the open moves', () => {
    const decision = decide(
      at('PROCESSING'),
      { action: 'move', to: 'RESULTS', expectedVersion: 4, reason: null },
      MANAGER,
    );
    expect(decision).toMatchObject({
      kind: 'refused',
      blockers: [
        {
          code: 'ILLEGAL_MOVE',
          message: 'From PROCESSING the workflow can move to TESTING or ASSIGNMENT (rework), not to RESULTS.',
          ruleId: null,
        },
      ],
    });
  });

  test.each([
    ['TESTING', 'PROCESSING'],
    ['PROCESSING', 'ASSIGNMENT'],
    ['RESULTS', 'TESTING'],
    ['COMPLETION', 'RESULTS'],
  ] as const)('%s goes back to %s only for a laboratory manager with a reason', (from, to) => {
    const move = { action: 'move' as const, to, expectedVersion: 4 };
    expect(codes(at(from), { ...move, reason: 'blank failed' }, ANALYST)).toEqual(['ROLE_REQUIRED']);
    expect(codes(at(from), { ...move, reason: null })).toEqual(['REASON_REQUIRED']);
    expect(codes(at(from), { ...move, reason: null }, ANALYST)).toEqual(['ROLE_REQUIRED', 'REASON_REQUIRED']);
    expect(decide(at(from), { ...move, reason: 'blank failed' }, MANAGER)).toMatchObject({
      kind: 'proposed',
      question: { kind: 'REWORK', from, to },
      proposal: { type: 'workflow.reworked', status: 'ACTIVE', version: 5 },
    });
  });

  test('entering completion completes, coming back from it makes active again', () => {
    const complete = decide(
      at('RESULTS'),
      { action: 'move', to: 'COMPLETION', expectedVersion: 4, reason: null },
      ANALYST,
    );
    expect(complete).toMatchObject({ proposal: { type: 'workflow.completed', status: 'COMPLETED' } });
  });

  test.each([
    ['hold', 'ACTIVE', 'ON_HOLD'],
    ['fail', 'ACTIVE', 'FAILED'],
    ['resume', 'ON_HOLD', 'ACTIVE'],
    ['resume', 'FAILED', 'ACTIVE'],
    ['cancel', 'ACTIVE', 'CANCELLED'],
    ['cancel', 'ON_HOLD', 'CANCELLED'],
    ['cancel', 'FAILED', 'CANCELLED'],
  ] as const)('%s takes %s to %s and leaves the stage', (action, status, after) => {
    const decision = decide(at('TESTING', { status }), { action, expectedVersion: 4, reason: 'x' }, ANALYST);
    expect(decision).toMatchObject({ kind: 'proposed', proposal: { from: 'TESTING', to: 'TESTING', status: after } });
  });

  test.each([
    ['hold', 'ON_HOLD', 'NOT_ACTIVE'],
    ['hold', 'COMPLETED', 'NOT_ACTIVE'],
    ['hold', 'CANCELLED', 'NOT_ACTIVE'],
    ['fail', 'FAILED', 'NOT_ACTIVE'],
    ['fail', 'ON_HOLD', 'NOT_ACTIVE'],
    ['resume', 'ACTIVE', 'NOT_STOPPED'],
    ['resume', 'CANCELLED', 'NOT_STOPPED'],
    ['resume', 'COMPLETED', 'NOT_STOPPED'],
    ['cancel', 'COMPLETED', 'ENDED'],
    ['cancel', 'CANCELLED', 'ENDED'],
  ] as const)('%s is refused when %s', (action, status, code) => {
    const stage = status === 'COMPLETED' ? 'COMPLETION' : 'TESTING';
    expect(codes(at(stage, { status }), { action, expectedVersion: 4, reason: 'x' })).toEqual([code]);
  });

  test.each(['ON_HOLD', 'FAILED', 'CANCELLED'] as const)(
    'nothing moves while %s, and the refusal says why',
    (status) => {
      const state = at('TESTING', { status, statusReason: 'freezer alarm' });
      const decision = decide(state, { action: 'move', to: 'RESULTS', expectedVersion: 4, reason: null }, MANAGER);
      expect(decision).toMatchObject({
        kind: 'refused',
        blockers: [{ code: 'NOT_ACTIVE', message: expect.stringContaining('(freezer alarm)') }],
      });
    },
  );

  test.each([
    ['cancel', 'ACTIVE', { kind: 'CANCEL', from: 'TESTING', to: 'TESTING' }],
    ['hold', 'ACTIVE', { kind: 'HOLD', from: 'TESTING', to: 'TESTING' }],
    ['fail', 'ACTIVE', null],
    ['resume', 'FAILED', null],
  ] as const)('what %s puts to the rules', (action, status, question) => {
    const decision = decide(at('TESTING', { status }), { action, expectedVersion: 4, reason: 'x' }, ANALYST);
    expect(decision).toMatchObject({ kind: 'proposed', question });
  });

  test('a move cannot be concluded without the answer of the rules', () => {
    const proposed = decide(
      started(),
      { action: 'move', to: 'SAMPLE_RECEPTION', expectedVersion: 1, reason: null },
      ANALYST,
    );
    if (proposed.kind !== 'proposed') throw new Error('expected a proposal');
    expect(() => conclude(proposed, null, AT)).toThrow('ADVANCE was not put to the rules');
    expect(conclude(proposed, [OBJECTION], AT)).toMatchObject({ kind: 'refused', blockers: [OBJECTION] });
    expect(conclude(proposed, [], AT)).toMatchObject({ kind: 'accepted', change: { version: 2, at: AT } });
  });
});

describe('rebuilding', () => {
  test('a history with a hole, a repeat or no start is refused', () => {
    const start = startChange(AT);
    const moved: WorkflowChange = {
      ...start,
      type: 'workflow.advanced',
      from: 'INITIATION',
      to: 'SAMPLE_RECEPTION',
      version: 2,
    };
    expect(() => rebuild([moved], CURRENT_DEFINITION)).toThrow('begins with workflow.started');
    expect(() => rebuild([start, { ...moved, version: 3 }], CURRENT_DEFINITION)).toThrow('does not follow');
    expect(() => rebuild([start, moved, moved], CURRENT_DEFINITION)).toThrow('does not follow');
    expect(rebuild([start, moved], CURRENT_DEFINITION)).toMatchObject({ stage: 'SAMPLE_RECEPTION', receivedAt: AT });
  });
});

import type { DomainEvent, StoredEvent } from '#platform/events/index.ts';
import type { RuleSetVersion } from './domain/rule.ts';
import type { StandingFact } from './domain/standing-fact.ts';
import type { RuleOverride } from './service/overrides.ts';
import type { TestReport } from './service/run-tests.ts';

export const TOPIC = 'rule';
const ACTIVATED = 'rule.activated';

export function factAsserted({ id, predicate, text, validFrom, validTo, reason }: StandingFact): DomainEvent {
  const payload = { predicate, text, validFrom: validFrom.toISOString(), validTo: validTo?.toISOString() ?? null };
  return { topic: TOPIC, type: 'fact.asserted', subjectType: 'Fact', subjectId: id, reason, payload };
}

export function factRetracted({ id, predicate, text }: StandingFact, reason: string): DomainEvent {
  const payload = { predicate, text };
  return { topic: TOPIC, type: 'fact.retracted', subjectType: 'Fact', subjectId: id, reason, payload };
}

/** A draft: in force nowhere until it is activated. */
export function ruleSaved({ id, ruleSet, number, hash }: RuleSetVersion): DomainEvent {
  const payload = { ruleSet, number, hash };
  return { topic: TOPIC, type: 'rule.saved', subjectType: 'RuleSetVersion', subjectId: id, payload };
}

/** The tests of a version were replaced. */
export function rulesTested({ version, revision, passed, results }: TestReport, reason: string | null): DomainEvent {
  const { id, ruleSet, number } = version;
  const payload = { ruleSet, number, revision, cases: results.length, passed };
  return { topic: TOPIC, type: 'rule.tested', subjectType: 'RuleSetVersion', subjectId: id, reason, payload };
}

export type ActivationKind = 'publication' | 'rollback';

/** The shipped guards that a version overrides, with the reasons, and those that it no longer does. */
export interface ActivatedOverrides {
  readonly overrides: readonly Pick<RuleOverride, 'ruleId' | 'reason'>[];
  readonly restored: readonly string[];
}

/** A version came into force in the place of `before` (null: of the shipped rules, or of nothing). */
export function ruleActivated(
  version: RuleSetVersion,
  before: RuleSetVersion | null,
  kind: ActivationKind,
  { overrides, restored }: ActivatedOverrides,
): DomainEvent {
  const { id, ruleSet, number, hash, publishReason, signatureId } = version;
  return {
    topic: TOPIC,
    type: ACTIVATED,
    subjectType: 'RuleSetVersion',
    subjectId: id,
    reason: publishReason,
    payload: {
      ruleSet,
      number,
      hash,
      before: before === null ? null : before.number,
      signatureId,
      ...(kind === 'rollback' ? { rollback: true } : {}),
      ...(overrides.length > 0 ? { overrides: overrides.map(({ ruleId, reason }) => ({ ruleId, reason })) } : {}),
      ...(restored.length > 0 ? { restored } : {}),
    },
  };
}

/** Facts and drafts came in one text; each draft has its own event as well, each fact tells of itself who and why. */
export function knowledgeImported(
  organizationId: string,
  {
    hash,
    facts,
    drafts,
  }: { readonly hash: string; readonly facts: number; readonly drafts: readonly RuleSetVersion[] },
  reason: string,
): DomainEvent {
  const payload = { hash, facts, drafts: drafts.map(({ id, ruleSet, number }) => ({ id, ruleSet, number })) };
  const subject = { subjectType: 'Organization', subjectId: organizationId };
  return { topic: TOPIC, type: 'knowledge.imported', ...subject, reason, payload };
}

/** What `ruleActivated` put into the outbox: only this file writes and reads it. */
interface ActivatedPayload {
  readonly ruleSet: string;
  readonly number: number;
  readonly before: number | null;
  readonly signatureId: string | null;
  readonly rollback?: true;
}

/** A stored activation. */
export interface Activated extends Pick<StoredEvent, 'id' | 'at' | 'actorId' | 'epoch' | 'sequence'> {
  readonly reason: string | null;
  readonly ruleSet: string;
  /** 0: the shipped rules alone. */
  readonly number: number;
  readonly before: number;
  readonly rollback: boolean;
  readonly signatureId: string | null;
}

export function isActivation({ type }: StoredEvent): boolean {
  return type === ACTIVATED;
}

export function activationOf({ id, at, actorId, epoch, sequence, reason, ...event }: StoredEvent): Activated {
  const { ruleSet, number, before, signatureId, rollback } = event.payload as unknown as ActivatedPayload;
  return {
    id,
    at,
    actorId,
    epoch,
    sequence,
    reason: reason ?? null,
    ruleSet,
    number,
    before: before ?? 0,
    rollback: rollback ?? false,
    signatureId,
  };
}

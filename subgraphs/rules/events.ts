import type { DomainEvent } from '#platform/events/index.ts';
import type { RuleSetVersion } from './domain/rule.ts';
import type { StandingFact } from './domain/standing-fact.ts';

export function factAsserted({ id, predicate, text, validFrom, validTo, reason }: StandingFact): DomainEvent {
  const payload = { predicate, text, validFrom: validFrom.toISOString(), validTo: validTo?.toISOString() ?? null };
  return { topic: 'rule', type: 'fact.asserted', subjectType: 'Fact', subjectId: id, reason, payload };
}

export function factRetracted({ id, predicate, text }: StandingFact, reason: string): DomainEvent {
  const payload = { predicate, text };
  return { topic: 'rule', type: 'fact.retracted', subjectType: 'Fact', subjectId: id, reason, payload };
}

/** A draft: in force nowhere until it is activated. */
export function ruleSaved({ id, ruleSet, number, hash }: RuleSetVersion): DomainEvent {
  const payload = { ruleSet, number, hash };
  return { topic: 'rule', type: 'rule.saved', subjectType: 'RuleSetVersion', subjectId: id, payload };
}

/** A version came into force in the place of `before` (null: of the shipped rules, or of nothing). */
export function ruleActivated(version: RuleSetVersion, before: RuleSetVersion | null): DomainEvent {
  const { id, ruleSet, number, hash, publishReason, signatureId } = version;
  return {
    topic: 'rule',
    type: 'rule.activated',
    subjectType: 'RuleSetVersion',
    subjectId: id,
    reason: publishReason,
    payload: { ruleSet, number, hash, before: before === null ? null : before.number, signatureId },
  };
}

import type { DomainEvent } from '#platform/events/index.ts';
import type { RuleSetVersion } from './domain/rule.ts';
import type { StandingFact } from './domain/standing-fact.ts';
import type { TestReport } from './service/run-tests.ts';

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

/** The tests of a version were replaced. */
export function rulesTested({ version, revision, passed, results }: TestReport, reason: string | null): DomainEvent {
  const { id, ruleSet, number } = version;
  const payload = { ruleSet, number, revision, cases: results.length, passed };
  return { topic: 'rule', type: 'rule.tested', subjectType: 'RuleSetVersion', subjectId: id, reason, payload };
}

export type ActivationKind = 'publication' | 'rollback';

/** A version came into force in the place of `before` (null: of the shipped rules, or of nothing). */
export function ruleActivated(
  version: RuleSetVersion,
  before: RuleSetVersion | null,
  kind: ActivationKind,
): DomainEvent {
  const { id, ruleSet, number, hash, publishReason, signatureId } = version;
  return {
    topic: 'rule',
    type: 'rule.activated',
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
    },
  };
}

import { createHash } from 'node:crypto';

/** A fact of an organization, from one instant to another. */
export interface StandingFact {
  readonly id: string;
  /** `name/arity` */
  readonly predicate: string;
  /** Canonical text. */
  readonly text: string;
  readonly validFrom: Date;
  readonly validTo: Date | null;
  readonly assertedAt: Date;
  readonly assertedBy: string;
  readonly reason: string | null;
  readonly retractedAt: Date | null;
  readonly retractedBy: string | null;
  readonly retractReason: string | null;
}

export function textHash(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** From `validFrom` on and before `validTo`. */
export function isValidAt(fact: Pick<StandingFact, 'validFrom' | 'validTo'>, at: Date): boolean {
  return fact.validFrom <= at && (fact.validTo === null || fact.validTo > at);
}

/** Whether a fact holds during the whole of another's time. */
export function covers(held: StandingFact, wanted: Pick<StandingFact, 'validFrom' | 'validTo'>): boolean {
  if (held.validFrom > wanted.validFrom) return false;
  return held.validTo === null || (wanted.validTo !== null && held.validTo >= wanted.validTo);
}

/** The next instant after `at` at which some fact begins or ends; null when none does. */
export function nextChange(facts: readonly StandingFact[], at: Date): Date | null {
  let next: Date | null = null;
  for (const { validFrom, validTo } of facts) {
    for (const instant of [validFrom, validTo]) {
      if (instant !== null && instant > at && (next === null || instant < next)) next = instant;
    }
  }
  return next;
}

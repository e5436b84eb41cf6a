import { BadInputError, NotFoundError } from '#platform/errors/index.ts';
import { type Connection, connectionOf, decodeKeyset, encodeKeyset, pageSize } from '#platform/graphql/index.ts';
import type { RulesContext } from '../context.ts';
import * as data from '../data/knowledge-repository.ts';
import { type Fact, readFact } from '../domain/facts.ts';
import { faultOfPolicy } from '../domain/signature.ts';
import { covers, type StandingFact } from '../domain/standing-fact.ts';
import { factAsserted, factRetracted } from '../events.ts';
import { CAPABILITIES, isShipped } from '../library/index.ts';
import { capabilityNamed } from './image.ts';
import { checkCount, checkReason } from './input.ts';

const MAX_FACTS_PER_CALL = 1_000;
const MAX_FACTS = 50_000;

export interface FactInput {
  readonly text: string;
  readonly validFrom: Date | null;
  readonly validTo: Date | null;
}

export interface AssertFacts {
  readonly facts: readonly FactInput[];
  readonly reason: string | null;
  readonly idempotencyKey: string | null;
}

export interface FactsAsserted {
  readonly facts: readonly StandingFact[];
  readonly added: number;
}

/** @throws BadInputError naming the fact that cannot be accepted and why. */
function acceptable(text: string, place: string): Fact {
  const fact = readFact(text);
  const refused = (why: string) => new BadInputError(`${place} ${JSON.stringify(text.slice(0, 200))}: ${why}`);
  if ('refused' in fact) throw refused(fact.refused);
  // An escape such as \xd800\ can say what no store keeps.
  if (!fact.text.isWellFormed()) throw refused('It holds half of a surrogate pair, which is no text.');
  if (isShipped(fact.predicate)) {
    throw refused(`${fact.predicate} is defined by shipped rules: choose another name.`);
  }
  if (fact.predicate === 'capability/1' && capabilityNamed(fact.text) === null) {
    throw refused(`Expected one of the capabilities ${CAPABILITIES.join(', ')}.`);
  }
  const fault = faultOfPolicy(fact);
  if (fault !== null) throw refused(fault);
  return fact;
}

/** What is asserted, and where its reader finds it. */
export interface StatedFact extends FactInput {
  readonly place: string;
}

/** @throws BadInputError naming the place of a fact that cannot be accepted. */
export function newFact(ctx: RulesContext, input: StatedFact, now: Date, reason: string | null): StandingFact {
  const { place } = input;
  const { predicate, text } = acceptable(input.text, place);
  const { validTo } = input;
  const validFrom = input.validFrom ?? now;
  if (validTo !== null && validTo <= validFrom) {
    const found = `validFrom ${validFrom.toISOString()} and validTo ${validTo.toISOString()}`;
    throw new BadInputError(`${place}: validTo must lie after validFrom, found ${found}.`);
  }
  return {
    id: ctx.newId(),
    predicate,
    text,
    validFrom,
    validTo,
    assertedAt: now,
    assertedBy: ctx.viewer.userId,
    reason,
    retractedAt: null,
    retractedBy: null,
    retractReason: null,
  };
}

/** Of each wanted fact, the one that holds already or else itself; a text twice in one call is one fact. */
export function reconcile(wanted: readonly StandingFact[], held: readonly StandingFact[]): StandingFact[] {
  const known = Map.groupBy(held, ({ text }) => text);
  return wanted.map((fact) => {
    const sameText = known.get(fact.text) ?? [];
    const same = sameText.find((other) => covers(other, fact));
    if (same !== undefined) return same;
    known.set(fact.text, [...sameText, fact]);
    return fact;
  });
}

export async function assertFacts(ctx: RulesContext, input: AssertFacts): Promise<FactsAsserted> {
  checkCount('facts', input.facts, MAX_FACTS_PER_CALL);
  if (input.reason !== null) checkReason(input.reason);
  const { idempotencyKey: key, ...request } = input;
  const { organizationId } = ctx.viewer;
  return ctx.db.write({ ...ctx.viewer, requestId: ctx.requestId }, (unit) =>
    unit.once({ operation: 'assertFacts', key, request }, async () => {
      const now = ctx.clock();
      const wanted = input.facts.map((fact, at) => newFact(ctx, { ...fact, place: `facts[${at}]` }, now, input.reason));
      await data.lockKnowledge(unit.tx, organizationId);
      const texts = wanted.map(({ text }) => text);
      const facts = reconcile(wanted, await data.findSameFacts(unit.tx, organizationId, texts, now));
      const kept = new Set(facts);
      const added = wanted.filter((fact) => kept.has(fact));
      await checkRoom(ctx, unit.tx, added.length, now);
      await data.createFacts(unit.tx, organizationId, added);
      await unit.announce(added.map(factAsserted));
      return { facts, added: added.length };
    }),
  );
}

/** @throws BadInputError when the organization would hold more facts than it may. */
export async function checkRoom(
  { viewer }: RulesContext,
  tx: Parameters<typeof data.countFacts>[0],
  added: number,
  at: Date,
): Promise<void> {
  const held = await data.countFacts(tx, { organizationId: viewer.organizationId, at, predicate: null });
  if (held + added <= MAX_FACTS) return;
  throw new BadInputError(
    `An organization may hold ${MAX_FACTS} facts at a time; it holds ${held}. Retract some before asserting ${added} more.`,
  );
}

export interface RetractFacts {
  readonly ids: readonly string[];
  readonly reason: string;
  readonly idempotencyKey: string | null;
}

export async function retractFacts(ctx: RulesContext, input: RetractFacts): Promise<{ readonly retracted: number }> {
  checkCount('ids', input.ids, MAX_FACTS_PER_CALL);
  checkReason(input.reason);
  const { idempotencyKey: key, ...request } = input;
  return ctx.db.write({ ...ctx.viewer, requestId: ctx.requestId }, (unit) =>
    unit.once({ operation: 'retractFacts', key, request }, async () => {
      const now = ctx.clock();
      await data.lockKnowledge(unit.tx, ctx.viewer.organizationId);
      const found = await data.findFacts(unit.tx, input.ids);
      const unknown = input.ids.find((id) => !found.some((fact) => fact.id === id));
      if (unknown !== undefined) throw new NotFoundError('Fact', unknown);
      const open = found.filter(({ validTo }) => validTo === null || validTo > now);
      const retraction = { retractedAt: now, retractedBy: ctx.viewer.userId, retractReason: input.reason };
      await data.endFacts(unit.tx, open, retraction);
      await unit.announce(open.map((fact) => factRetracted(fact, input.reason)));
      return { retracted: open.length };
    }),
  );
}

export interface FactList {
  readonly predicate: string | null;
  readonly asOf: Date | null;
  readonly first: number;
  readonly after: string | null;
}

export async function facts(ctx: RulesContext, list: FactList): Promise<Connection<StandingFact>> {
  const first = pageSize(list.first);
  const after = list.after === null ? null : decodeKeyset(list.after, ['uuid'])[0];
  const { organizationId } = ctx.viewer;
  const filter = { organizationId, at: list.asOf ?? ctx.clock(), predicate: list.predicate };
  const rows = await ctx.db.read(ctx.viewer, (tx) => data.listFacts(tx, filter, first, after));
  return connectionOf({
    rows,
    first,
    after: list.after,
    cursor: ({ id }) => encodeKeyset([id]),
    node: (fact) => fact,
    totalCount: () => ctx.db.read(ctx.viewer, (tx) => data.countFacts(tx, filter)),
  });
}

import { setImmediate } from 'node:timers/promises';
import type { RulesContext } from '../context.ts';
import { type Limits, SharedMillis } from '../domain/budget.ts';

/** All questions of one request together: an evaluation holds the process, and a request may carry fifty. */
export const REQUEST_MILLIS = 2_000;

interface Turns {
  readonly millis: SharedMillis;
  last: Promise<unknown>;
}

const turnsOf = new WeakMap<RulesContext, Turns>();

/** One evaluation of a request after the other, and everybody else's work in between. */
export async function inTurn<T>(ctx: RulesContext, limits: Limits, evaluate: (limits: Limits) => T): Promise<T> {
  const turns = turnsOf.get(ctx) ?? { millis: new SharedMillis(REQUEST_MILLIS, ctx.timer), last: Promise.resolve() };
  turnsOf.set(ctx, turns);
  const turn = turns.last.then(() => setImmediate()).then(() => turns.millis.spend(limits, evaluate));
  turns.last = turn.catch(() => undefined);
  return await turn;
}

export function timeIsSpent(ctx: RulesContext): boolean {
  return turnsOf.get(ctx)?.millis.spent ?? false;
}

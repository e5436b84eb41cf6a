import { setImmediate } from 'node:timers/promises';
import { RateLimitedError } from '#platform/errors/index.ts';
import type { RulesContext } from '../context.ts';
import { type Limits, SharedMillis, SLICE_MILLIS } from '../domain/budget.ts';
import type { Slices } from '../domain/slices.ts';

/** Own time of all questions of one request together: it may carry fifty. */
export const REQUEST_MILLIS = 2_000;
/** Goals at work, of as many organizations: each holds memory until it is done. */
const MAX_AT_WORK = 8;
const MAX_WAITING = 200;
const MAX_WAITING_OF_ONE = 20;
/** Milliseconds from asking to the end, with all the turns of others. */
const MAX_ELAPSED = 10_000;

/** A turn of the event loop that takes longer has done something for others. */
const IDLE_MILLIS = 0.05;
/** Goals are put off by others no longer than so, slice by slice: they get a tenth of a busy process at least. */
const MAX_IDLE_MILLIS = 4;

interface Goal {
  readonly organizationId: string | null;
  /** Works for one slice. True: it is done. */
  readonly step: () => boolean;
}

/**
 * Goals of all organizations share the process' thread with everything else: one slice of one goal, then whatever else is
 * due. Organizations take turns, each with one goal at a time.
 */
export class Turns {
  readonly #clock: () => number;
  #atWork: Goal[] = [];
  /** Those of the organization that has waited longest first. */
  readonly #waiting = new Map<string, Goal[]>();
  #working = false;

  /** `clock`: milliseconds, never backwards. */
  constructor(clock: () => number) {
    this.#clock = clock;
  }

  /**
   * Does the work when its turn comes: the first slice at once, which is enough for most, where the organization has no
   * other goal. Ends it when whoever asked has gone.
   * @throws RateLimitedError when too many wait, or when it was not done within ten seconds
   */
  async wait<T>(organizationId: string, work: Slices<T>, signal: AbortSignal): Promise<T> {
    const waiting = this.#waiting.get(organizationId) ?? [];
    const all = [...this.#waiting.values()].reduce((sum, { length }) => sum + length, 0);
    if (waiting.length >= MAX_WAITING_OF_ONE)
      throw busy(`${waiting.length} questions of your organization wait already`);
    if (all >= MAX_WAITING) throw busy(`${all} questions wait already`);
    const until = this.#clock() + MAX_ELAPSED;
    const check = () => {
      signal.throwIfAborted();
      if (this.#clock() > until) throw busy(`The question was not answered within ${MAX_ELAPSED / 1_000} seconds`);
    };
    return await new Promise<T>((resolve, reject) => {
      const goal = { organizationId, step: this.#stepOf(work, check, resolve, reject) };
      if (!this.#isAtWork(organizationId) && waiting.length === 0 && goal.step()) return;
      waiting.push(goal);
      this.#waiting.set(organizationId, waiting);
      this.#admit();
    });
  }

  /** Does the work at once as far as a slice goes, and the rest in turn: for what is short unless something is wrong. */
  async begin<T>(work: Slices<T>): Promise<T> {
    return await new Promise<T>((resolve, reject) => {
      const goal = { organizationId: null, step: this.#stepOf(work, () => undefined, resolve, reject) };
      if (goal.step()) return;
      this.#atWork.push(goal);
      this.#work();
    });
  }

  #admit(): void {
    for (const [organizationId, [next, ...rest]] of [...this.#waiting]) {
      if (this.#atWork.length >= MAX_AT_WORK) break;
      if (next === undefined || this.#isAtWork(organizationId)) continue;
      this.#atWork.push(next);
      this.#waiting.delete(organizationId);
      if (rest.length > 0) this.#waiting.set(organizationId, rest);
    }
    this.#work();
  }

  #isAtWork(organizationId: string): boolean {
    return this.#atWork.some((goal) => goal.organizationId === organizationId);
  }

  #work(): void {
    if (this.#working) return;
    this.#working = true;
    void this.#takeTurns();
  }

  async #takeTurns(): Promise<void> {
    while (this.#atWork.length > 0) {
      await this.#idle();
      const goal = this.#atWork.shift()!;
      if (goal.step()) this.#admit();
      else this.#atWork.push(goal);
    }
    this.#working = false;
  }

  /** Until a turn of the event loop had nothing else to do: whoever is at work step by step goes first, for a time. */
  async #idle(): Promise<void> {
    const start = this.#clock();
    let before: number;
    do {
      before = this.#clock();
      await setImmediate();
    } while (this.#clock() - before > IDLE_MILLIS && this.#clock() - start < MAX_IDLE_MILLIS);
  }

  #stepOf<T>(
    work: Slices<T>,
    check: () => void,
    resolve: (value: T) => void,
    reject: (reason: unknown) => void,
  ): Goal['step'] {
    return () => {
      try {
        check();
        const start = this.#clock();
        do {
          const step = work.next();
          if (!step.done) continue;
          resolve(step.value);
          return true;
        } while (this.#clock() - start < SLICE_MILLIS);
        return false;
      } catch (error) {
        reject(error);
        return true;
      }
    };
  }
}

function busy(what: string): RateLimitedError {
  return new RateLimitedError(`${what}: ask again later, or for less at a time.`, 1);
}

interface RequestTurns {
  readonly millis: SharedMillis;
  last: Promise<unknown>;
}

const turnsOf = new WeakMap<RulesContext, RequestTurns>();

/** One evaluation of a request after the other, in turn with those of everybody else. */
export async function inTurn<T>(
  ctx: RulesContext,
  limits: Limits,
  evaluate: (limits: Limits) => Slices<T>,
): Promise<T> {
  const request = turnsOf.get(ctx) ?? { millis: new SharedMillis(REQUEST_MILLIS, ctx.timer), last: Promise.resolve() };
  turnsOf.set(ctx, request);
  const { turns, viewer, signal } = ctx;
  const turn = request.last.then(() =>
    turns.wait(viewer.organizationId, request.millis.spend(limits, evaluate), signal),
  );
  request.last = turn.catch(() => undefined);
  return await turn;
}

export function timeIsSpent(ctx: RulesContext): boolean {
  return turnsOf.get(ctx)?.millis.spent ?? false;
}

import { setImmediate } from 'node:timers/promises';
import { RateLimitedError } from '#platform/errors/index.ts';
import type { RulesContext } from '../context.ts';
import { type Limits, SharedMillis, SLICE_MILLIS } from '../domain/budget.ts';
import type { Slices } from '../domain/slices.ts';

/** Own time of all questions of one request together: it may carry fifty. */
export const REQUEST_MILLIS = 2_000;
/** Goals of people at work, of as many organizations: each holds memory until it is done. */
const MAX_AT_WORK = 8;
const MAX_WAITING = 200;
const MAX_WAITING_OF_ONE = 20;
/** Milliseconds from asking to the end, with all the turns of others. */
const MAX_ELAPSED = 10_000;

/** A turn of the event loop that takes longer has done something for others. */
const IDLE_MILLIS = 0.05;
/** Whoever works for others step by step waits for a store in between, which mostly answers sooner. */
const QUIET_MILLIS = 1;
/** A round of goals is put off by others no longer than so: one goal alone gets a fifth of a busy process at least. */
const MAX_IDLE_MILLIS = 2;

interface Goal {
  readonly organizationId: string;
  /** Whether it has queued, as goals of people do. */
  readonly asked: boolean;
  /** Works for one slice. True: it is done. */
  readonly step: () => boolean;
}

/**
 * Goals of all organizations share the process' thread with everything else: in each round every organization has one
 * slice, its own goals in turn, and then comes whatever else is due.
 */
export class Turns {
  readonly #clock: () => number;
  /** By organization, the one whose turn comes first in front. */
  readonly #atWork = new Map<string, Goal[]>();
  /** Those of the organization that has waited longest first. */
  readonly #waiting = new Map<string, Goal[]>();
  #askedAtWork = 0;
  #working = false;
  /** When something was last done for others, as far as that was noticed. */
  #othersAt = Number.NEGATIVE_INFINITY;

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
      const goal = { organizationId, asked: true, step: stepOf(this.#clock, work, check, resolve, reject) };
      if (this.#mayBegin(organizationId) && waiting.length === 0 && goal.step()) return;
      const leave = () => {
        if (this.#forget(goal)) goal.step();
      };
      signal.addEventListener('abort', leave, { once: true });
      waiting.push(goal);
      this.#waiting.set(organizationId, waiting);
      this.#admit();
    });
  }

  /** Does the work at once as far as a slice goes, and the rest in turn: for what is short unless something is wrong. */
  async begin<T>(organizationId: string, work: Slices<T>): Promise<T> {
    return await new Promise<T>((resolve, reject) => {
      const step = stepOf(this.#clock, work, () => undefined, resolve, reject);
      if (step()) return;
      this.#add({ organizationId, asked: false, step });
      this.#work();
    });
  }

  #add(goal: Goal): void {
    const goals = this.#atWork.get(goal.organizationId);
    if (goals === undefined) this.#atWork.set(goal.organizationId, [goal]);
    else goals.push(goal);
    if (goal.asked) this.#askedAtWork += 1;
  }

  /** Takes a goal out of those that wait; false when it waits no longer. */
  #forget(goal: Goal): boolean {
    const waiting = this.#waiting.get(goal.organizationId) ?? [];
    const left = waiting.filter((other) => other !== goal);
    if (left.length > 0) this.#waiting.set(goal.organizationId, left);
    else this.#waiting.delete(goal.organizationId);
    return left.length < waiting.length;
  }

  #mayBegin(organizationId: string): boolean {
    const own = this.#atWork.get(organizationId) ?? [];
    return this.#askedAtWork < MAX_AT_WORK && !own.some(({ asked }) => asked);
  }

  #admit(): void {
    for (const [organizationId, [next]] of [...this.#waiting]) {
      if (next === undefined || !this.#mayBegin(organizationId)) continue;
      const rest = this.#waiting.get(organizationId)!.slice(1);
      // At the end: the organization has had its turn.
      this.#waiting.delete(organizationId);
      if (rest.length > 0) this.#waiting.set(organizationId, rest);
      this.#add(next);
    }
    this.#work();
  }

  #work(): void {
    if (this.#working || this.#atWork.size === 0) return;
    this.#working = true;
    void this.#takeTurns();
  }

  async #takeTurns(): Promise<void> {
    while (this.#atWork.size > 0) {
      await this.#idle();
      for (const organizationId of [...this.#atWork.keys()]) {
        this.#takeTurn(organizationId);
        await setImmediate();
      }
    }
    this.#working = false;
  }

  /** One slice of one goal of an organization, which goes behind its others. */
  #takeTurn(organizationId: string): void {
    const goals = this.#atWork.get(organizationId)!;
    const goal = goals.shift()!;
    const done = goal.step();
    if (!done) goals.push(goal);
    else if (goal.asked) this.#askedAtWork -= 1;
    if (goals.length === 0) this.#atWork.delete(organizationId);
    if (done) this.#admit();
  }

  /** Until others have been quiet: who works for them step by step goes first, for a time. */
  async #idle(): Promise<void> {
    const start = this.#clock();
    let now = start;
    do {
      const before = now;
      await setImmediate();
      now = this.#clock();
      if (now - before > IDLE_MILLIS) this.#othersAt = now;
    } while (now - this.#othersAt < QUIET_MILLIS && now - start < MAX_IDLE_MILLIS);
  }
}

/** A step of some work: true when it is done, with its result or with an error. */
function stepOf<T>(
  clock: () => number,
  work: Slices<T>,
  check: () => void,
  resolve: (value: T) => void,
  reject: (reason: unknown) => void,
): Goal['step'] {
  return () => {
    try {
      check();
    } catch (error) {
      // What the work holds is given back.
      work.return(undefined as never);
      reject(error);
      return true;
    }
    try {
      const start = clock();
      do {
        const step = work.next();
        if (!step.done) continue;
        resolve(step.value);
        return true;
      } while (clock() - start < SLICE_MILLIS);
      return false;
    } catch (error) {
      reject(error);
      return true;
    }
  };
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

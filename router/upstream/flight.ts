import type { SubgraphFailure } from '../execution/errors.ts';
import type { SubgraphAnswer } from '../execution/fetch.ts';
import { readAnswer } from './answer.ts';
import type { Bulkhead } from './bulkhead.ts';
import type { CallOutcome, CircuitBreaker } from './circuit-breaker.ts';
import { asFailure, circuitOpen, overloaded, timedOut } from './failure.ts';
import type { RetryBudget } from './retry-budget.ts';
import type { Flight } from './shared-flights.ts';
import type { Answer, Headers, Transport } from './transport.ts';

/** A usable answer, for one caller or several. */
export interface Fetched {
  /** A copy for each caller: plans merge into what they get. */
  take(): SubgraphAnswer;
  readonly retried: boolean;
}

/** What all flights to one subgraph have in common. */
export interface Airline {
  readonly service: string;
  readonly transport: Transport;
  /** Null: it is always asked. */
  readonly breaker: CircuitBreaker | null;
  readonly bulkhead: Bulkhead;
  readonly budget: RetryBudget;
  /** Attempts after the first. */
  readonly retries: number;
  onRetry(): void;
}

export interface FlightPlan {
  readonly body: string;
  readonly headers: Headers;
  /** Milliseconds for everything: the queue, all attempts and the waits between them. */
  readonly timeoutMs: number;
  readonly mayRetry: boolean;
}

interface Attempt {
  readonly fetched: Fetched | null;
  readonly failure: SubgraphFailure | null;
  /** 0 when there was no answer. */
  readonly status: number;
}

/** Asks within the time limit, as circuit and queue allow, and again where that is safe and may help. */
export function startFlight(airline: Airline, plan: FlightPlan): Flight<Fetched> {
  const { service, breaker, bulkhead, budget } = airline;
  let ended: SubgraphFailure | null = null;
  /** Ends the wait of the moment. */
  let interrupt: ((reason: SubgraphFailure) => void) | null = null;

  function cancel(reason: SubgraphFailure): void {
    if (ended) return;
    ended = reason;
    interrupt?.(reason);
  }

  function queueUp(): Promise<void> {
    return new Promise((resolve, reject) => {
      if (!bulkhead.queue(resolve)) {
        reject(overloaded(service));
        return;
      }
      interrupt = (reason) => {
        bulkhead.withdraw(resolve);
        reject(reason);
      };
    });
  }

  function pause(ms: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(resolve, ms);
      interrupt = (reason) => {
        clearTimeout(timer);
        reject(reason);
      };
    });
  }

  async function exchange(retried: boolean): Promise<Attempt> {
    let status = 0;
    try {
      const asked = airline.transport.ask(plan.body, plan.headers, plan.mayRetry);
      interrupt = (reason) => asked.cancel(reason);
      const answer = await asked.answer;
      status = answer.status;
      return { fetched: fetched(service, answer, retried), failure: null, status };
    } catch (error) {
      return { fetched: null, failure: asFailure(service, error), status };
    }
  }

  async function attempt(retried: boolean): Promise<Attempt> {
    // Whoever would be refused at the end does not queue first.
    if (breaker && !breaker.admits) throw circuitOpen(service);
    if (!bulkhead.enter()) await queueUp();
    try {
      const ticket = breaker ? breaker.enter() : 'call';
      if (!ticket) throw circuitOpen(service);
      const result = await exchange(retried);
      breaker?.report(ticket, outcomeOf(result));
      return result;
    } finally {
      bulkhead.leave();
    }
  }

  async function run(): Promise<Fetched> {
    const timeout = setTimeout(() => cancel(timedOut(service, plan.timeoutMs)), plan.timeoutMs);
    try {
      if (plan.mayRetry) budget.deposit();
      for (let retries = 0; ; retries++) {
        const result = await attempt(retries > 0);
        const mayRetry = plan.mayRetry && !ended && retries < airline.retries;
        if (!mayRetry || !isTransient(result) || !budget.withdraw()) return usable(result);
        airline.onRetry();
        await pause(jitter(retries));
      }
    } finally {
      clearTimeout(timeout);
    }
  }

  return { outcome: run(), cancel };
}

function usable({ fetched, failure }: Attempt): Fetched {
  if (fetched) return fetched;
  throw failure;
}

const RETRY_DELAY_MS = 50;

// Any time up to the bound: callers who failed together do not come back together.
function jitter(retries: number): number {
  return Math.random() * RETRY_DELAY_MS * 2 ** retries;
}

/** Connection failures, and what proxies and servers say when they cannot answer now. */
function isTransient({ failure, status }: Attempt): boolean {
  return failure?.reason === 'unreachable' || (status >= 502 && status <= 504);
}

function outcomeOf(attempt: Attempt): CallOutcome {
  const { failure, status } = attempt;
  if (failure?.reason === 'aborted') return 'unknown';
  if (isTransient(attempt) || failure?.reason === 'timeout') return 'failure';
  // An unusable answer of a subgraph that is well is a mistake of one operation: the others need not suffer for it.
  return failure && status >= 500 ? 'failure' : 'success';
}

function fetched(service: string, answer: Answer, retried: boolean): Fetched {
  let copy: SubgraphAnswer | null = readAnswer(service, answer);
  return {
    retried,
    take() {
      const own = copy ?? readAnswer(service, answer);
      copy = null;
      return own;
    },
  };
}

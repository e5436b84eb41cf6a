import type { SubgraphFailure } from '../execution/errors.ts';
import type { SubgraphAnswer } from '../execution/fetch.ts';
import { readAnswer } from './answer.ts';
import { asFailure, timedOut } from './failure.ts';
import type { Flight } from './shared-flights.ts';
import type { Answer, Exchange, Headers, Transport } from './transport.ts';

/** A usable answer, for one caller or several. */
export interface Fetched {
  /** A copy for each caller: plans merge into what they get. */
  take(): SubgraphAnswer;
  readonly retried: boolean;
}

export interface FlightPlan {
  readonly service: string;
  readonly transport: Transport;
  readonly body: string;
  readonly headers: Headers;
  /** Milliseconds for all attempts together. */
  readonly timeoutMs: number;
  readonly mayRetry: boolean;
}

/** Asks, within the time limit and once more where that is safe. */
export function startFlight(plan: FlightPlan): Flight<Fetched> {
  const { service, transport, timeoutMs } = plan;
  let exchange: Exchange | null = null;
  let ended: SubgraphFailure | null = null;

  function cancel(reason: SubgraphFailure): void {
    ended ??= reason;
    exchange?.cancel(ended);
  }

  async function attempt(retried: boolean): Promise<Fetched> {
    exchange = transport.ask(plan.body, plan.headers);
    return fetched(service, await exchange.answer, retried);
  }

  async function run(): Promise<Fetched> {
    const timeout = setTimeout(() => cancel(timedOut(service, timeoutMs)), timeoutMs);
    try {
      return await attempt(false);
    } catch (error) {
      const failure = asFailure(service, error);
      if (ended || !plan.mayRetry || failure.reason !== 'unreachable') throw failure;
      return await attempt(true);
    } finally {
      clearTimeout(timeout);
    }
  }

  return { outcome: run(), cancel };
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

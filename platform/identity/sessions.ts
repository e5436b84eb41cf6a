import { LRUCache } from 'lru-cache';
import { AppError, UnauthenticatedError } from '../errors/index.ts';
import type { Role } from './viewer.ts';

/** What accounts says of a session. */
export interface SessionState {
  readonly active: boolean;
  readonly roles: readonly Role[];
  readonly clientId: string | null;
}

export interface SessionKey {
  readonly organizationId: string;
  readonly sessionId: string;
}

/** A session as an open stream follows it. */
export interface Followed extends Disposable {
  /**
   * As accounts confirmed it within the last second; without such an answer, what the next one says.
   * @throws the AppError that ended it.
   */
  state(): Promise<SessionState>;
}

export interface Sessions {
  /** An answer that accounts gave to a question of at most 0.8 s ago. */
  state(session: SessionKey, requestId: string): Promise<SessionState>;
  /** Asks on until it is disposed of: one question per session, however many follow it. `onEnd` is called once at most. */
  follow(session: SessionKey, requestId: string, onEnd: (why: AppError) => void): Followed;
}

/** A revoked session ends within a second everywhere, without a message: what is left of it is for the answer to come. */
const TRUSTED_MS = 800;
const CONFIRMED_MS = 1_000;
/** An answer is waited for so long before a followed session is asked for again. */
const PATIENCE_MS = 2_000;
/** Silence of accounts beyond this is a failure: a restart takes less. */
const GIVEN_UP_MS = 10_000;
const MAX_SESSIONS = 10_000;

interface Question {
  readonly askedAt: number;
  readonly answer: Promise<SessionState>;
}

export function createSessions(
  ask: (organizationId: string, sessionId: string, requestId: string) => Promise<SessionState>,
): Sessions {
  const questions = new LRUCache<string, Question>({ max: MAX_SESSIONS });
  const watches = new Map<string, Watch>();

  function question({ organizationId, sessionId }: SessionKey, requestId: string): Question {
    const known = questions.get(sessionId);
    if (known && performance.now() - known.askedAt < TRUSTED_MS) return known;
    const asked = { askedAt: performance.now(), answer: ask(organizationId, sessionId, requestId) };
    questions.set(sessionId, asked);
    asked.answer.catch(() => {
      if (questions.peek(sessionId) === asked) questions.delete(sessionId);
    });
    return asked;
  }

  return {
    state: (session, requestId) => question(session, requestId).answer,
    follow(session, requestId, onEnd) {
      const watch =
        watches.get(session.sessionId) ??
        startWatch(
          () => question(session, requestId),
          () => watches.delete(session.sessionId),
        );
      watches.set(session.sessionId, watch);
      return watch.join(onEnd);
    },
  };
}

interface Watch {
  join(onEnd: (why: AppError) => void): Followed;
}

/** Asks for one session until it has ended, or nobody follows it any more. */
function startWatch(question: () => Question, onStop: () => void): Watch {
  const followers = new Set<(why: AppError) => void>();
  let confirmed: { readonly at: number; readonly state: SessionState } | null = null;
  let next = nextAnswer();
  let last: Question | null = null;
  let timer: NodeJS.Timeout | undefined;
  let surrender: NodeJS.Timeout | undefined;
  let ended: AppError | null = null;
  let stopped = false;

  function askAt(at: number): void {
    clearTimeout(timer);
    timer = setTimeout(askNow, Math.max(0, at - performance.now())).unref();
  }

  function askNow(): void {
    const asked = question();
    last = asked;
    const again = () => {
      if (asked === last && !stopped) askAt(asked.askedAt + TRUSTED_MS);
    };
    askAt(performance.now() + PATIENCE_MS);
    asked.answer.then((state) => take(asked, state)).then(again, again);
  }

  function take({ askedAt: at }: Question, state: SessionState): void {
    if (stopped || (confirmed && confirmed.at > at)) return;
    if (!state.active) {
      end(sessionEnded());
      return;
    }
    confirmed = { at, state };
    waitForAccounts();
    next.resolve(state);
    next = nextAnswer();
  }

  function waitForAccounts(): void {
    clearTimeout(surrender);
    surrender = setTimeout(() => end(accountsSilent()), GIVEN_UP_MS).unref();
  }

  function end(why: AppError): void {
    ended = why;
    const told = [...followers];
    followers.clear();
    stop();
    next.reject(why);
    for (const onEnd of told) onEnd(why);
  }

  function stop(): void {
    stopped = true;
    clearTimeout(timer);
    clearTimeout(surrender);
    onStop();
  }

  async function state(): Promise<SessionState> {
    if (ended) throw ended;
    if (confirmed && performance.now() - confirmed.at < CONFIRMED_MS) return confirmed.state;
    return next.promise;
  }

  waitForAccounts();
  askNow();
  return {
    join(onEnd) {
      // An object of its own for each: two followers may bring the same function.
      const follower = (why: AppError) => onEnd(why);
      followers.add(follower);
      return {
        state,
        [Symbol.dispose]() {
          if (followers.delete(follower) && followers.size === 0) stop();
        },
      };
    },
  };
}

function nextAnswer(): PromiseWithResolvers<SessionState> {
  const answer = Promise.withResolvers<SessionState>();
  // That nobody waits for it is no unhandled rejection.
  answer.promise.catch(() => {});
  return answer;
}

export function sessionEnded(): UnauthenticatedError {
  return new UnauthenticatedError('The session of this access token has ended: sign in again with mutation signIn.');
}

function accountsSilent(): AppError {
  return new AppError(
    'UNAVAILABLE',
    'Whether the session still stands could not be found out for 10 s. Subscribe again with "after" set to the cursor of the last event that you received: nothing is lost.',
    { reconnect: true },
  );
}

import { setTimeout as delay } from 'node:timers/promises';

/** Where ALIMS is and who speaks to it. */
export interface Access {
  readonly url: string;
  readonly email: string;
  readonly password: string;
}

/** Reads ALIMS_URL, ALIMS_EMAIL and ALIMS_PASSWORD; without them the demonstration of `npm start`. */
export function accessFrom(env: Readonly<Record<string, string | undefined>>): Access {
  return {
    url: env.ALIMS_URL ?? 'http://localhost:4000/graphql',
    email: env.ALIMS_EMAIL ?? 'manager@demo.test',
    password: env.ALIMS_PASSWORD ?? 'alims-demo',
  };
}

export interface Problem {
  readonly message: string;
  readonly extensions?: { readonly code?: string; readonly retryAfterSeconds?: number };
}

/** ALIMS answered, and said no. */
export class AlimsRefusal extends Error {
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    super(problems.map(({ message, extensions }) => `${extensions?.code ?? 'ERROR'}: ${message}`).join('\n'));
    this.name = 'AlimsRefusal';
    this.problems = problems;
  }

  get code(): string {
    return this.problems[0]?.extensions?.code ?? 'ERROR';
  }
}

/** Nobody answers, or not as ALIMS does. */
export class AlimsUnreachable extends Error {
  override readonly name = 'AlimsUnreachable';
}

export interface Alims {
  readonly access: Access;
  /**
   * The data of the answer. Signs in when needed, renews the token before it ends, and asks again when the answer got lost:
   * give every mutation an idempotency key.
   * @throws AlimsRefusal, AlimsUnreachable
   */
  request<T>(query: string, variables?: object): Promise<T>;
  /** A token that is good for at least a minute. */
  token(): Promise<string>;
}

const SESSION = `... on Session { accessToken refreshToken expiresAt } ... on SignInRefused { reason retryAfterSeconds }`;
const SIGN_IN = `mutation ($email: String!, $password: String!) { session: signIn(email: $email, password: $password) { ${SESSION} } }`;
const REFRESH = `mutation ($refreshToken: String!) { session: refreshSession(refreshToken: $refreshToken) { ${SESSION} } }`;

interface SessionAnswer {
  readonly session: {
    readonly accessToken?: string;
    readonly refreshToken?: string;
    readonly expiresAt?: string;
    readonly reason?: string;
    readonly retryAfterSeconds?: number | null;
  };
}

interface Session {
  readonly accessToken: string;
  readonly refreshToken: string;
  readonly expiresAt: number;
}

const RENEW_BEFORE_MS = 60_000;
const PASSING = new Set(['UNAVAILABLE', 'RATE_LIMITED']);
const TRIES = 6;

export function createAlims(access: Access): Alims {
  let session: Promise<Session> | null = null;
  const open = async (): Promise<Session> =>
    toSession(access, await post(access, SIGN_IN, { email: access.email, password: access.password }));
  const renew = async ({ refreshToken }: Session): Promise<Session> => {
    const answer = await post<SessionAnswer>(access, REFRESH, { refreshToken });
    return answer.session.accessToken ? toSession(access, answer) : open();
  };
  const current = async (): Promise<Session> => {
    session ??= open();
    const mine = session;
    try {
      const known = await mine;
      if (known.expiresAt - Date.now() > RENEW_BEFORE_MS) return known;
      // Only the first who notices renews: a refresh token is good for one use.
      if (session === mine) session = renew(known);
      return await (session ?? open());
    } catch (error) {
      session = null;
      throw error;
    }
  };
  const once = async <T>(query: string, variables: object | undefined): Promise<T> => {
    const { accessToken } = await current();
    try {
      return await post<T>(access, query, variables, accessToken);
    } catch (error) {
      if (!(error instanceof AlimsRefusal) || error.code !== 'UNAUTHENTICATED') throw error;
      session = null;
      return await post<T>(access, query, variables, (await current()).accessToken);
    }
  };
  return {
    access,
    request: (query, variables) => patiently(() => once(query, variables)),
    token: async () => (await patiently(current)).accessToken,
  };
}

function toSession({ email }: Access, { session }: SessionAnswer): Session {
  const { accessToken, refreshToken, expiresAt, reason, retryAfterSeconds } = session;
  if (accessToken && refreshToken && expiresAt) {
    return { accessToken, refreshToken, expiresAt: Date.parse(expiresAt) };
  }
  const wait = retryAfterSeconds ? ` Wait ${retryAfterSeconds} s.` : '';
  throw new Error(`${email} could not sign in: ${reason}.${wait} Check ALIMS_EMAIL and ALIMS_PASSWORD.`);
}

async function patiently<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      const refused = error instanceof AlimsRefusal && PASSING.has(error.code);
      if (attempt >= TRIES || !(refused || error instanceof AlimsUnreachable)) throw error;
      const asked = refused ? error.problems[0]?.extensions?.retryAfterSeconds : undefined;
      await delay(asked ? asked * 1_000 : 125 * 2 ** attempt);
    }
  }
}

async function post<T>({ url }: Access, query: string, variables?: object, token?: string): Promise<T> {
  const headers: Record<string, string> = { 'content-type': 'application/json', accept: 'application/json' };
  if (token) headers.authorization = `Bearer ${token}`;
  let response: Response;
  let text: string;
  try {
    response = await fetch(url, { method: 'POST', headers, body: JSON.stringify({ query, variables }) });
    text = await response.text();
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error);
    throw new AlimsUnreachable(`${url} cannot be reached (${cause}): is ALIMS running, and ALIMS_URL right?`);
  }
  const answer = answerIn(text);
  if (!answer) {
    throw new AlimsUnreachable(`${url} answered HTTP ${response.status} without GraphQL: is ALIMS_URL right?`);
  }
  if (answer.errors?.length) throw new AlimsRefusal(answer.errors);
  if (!answer.data) throw new AlimsRefusal([{ message: 'The answer has no data.' }]);
  // A document's author knows what it selects.
  return answer.data as T;
}

interface GraphQLAnswer {
  readonly data?: unknown;
  readonly errors?: readonly Problem[];
}

function answerIn(text: string): GraphQLAnswer | null {
  try {
    const answer: unknown = JSON.parse(text);
    const isGraphQL = typeof answer === 'object' && answer !== null && ('data' in answer || 'errors' in answer);
    return isGraphQL ? (answer as GraphQLAnswer) : null;
  } catch {
    return null;
  }
}

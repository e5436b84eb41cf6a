/** An answer with errors where data was expected; the message lists them. */
export class GraphQLRequestError extends Error {
  readonly errors: readonly GraphQLProblem[];

  constructor(errors: readonly GraphQLProblem[]) {
    super(errors.map(({ message, extensions }) => `${extensions?.code ?? 'ERROR'}: ${message}`).join('\n'));
    this.name = 'GraphQLRequestError';
    this.errors = errors;
  }
}

export interface GraphQLProblem {
  readonly message: string;
  readonly path?: readonly (string | number)[];
  readonly extensions?: { readonly code?: string; readonly requestId?: string; readonly [key: string]: unknown };
}

export interface GraphQLAnswer<T> {
  readonly data?: T | null;
  readonly errors?: readonly GraphQLProblem[];
}

export interface GraphQLClient {
  readonly accessToken: string | null;
  /** The answer as it came, with data and errors. */
  send<T>(query: string, variables?: object): Promise<GraphQLAnswer<T>>;
  /** The data. @throws GraphQLRequestError when the answer has errors. */
  request<T>(query: string, variables?: object): Promise<T>;
}

/** Talks to the router at `url` (the endpoint itself), with a token where one is given. */
export function createGraphQLClient(url: string, accessToken: string | null = null): GraphQLClient {
  async function send<T>(query: string, variables?: object): Promise<GraphQLAnswer<T>> {
    const headers: Record<string, string> = { 'content-type': 'application/json', accept: 'application/json' };
    if (accessToken) headers.authorization = `Bearer ${accessToken}`;
    const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify({ query, variables }) });
    return (await response.json()) as GraphQLAnswer<T>;
  }
  return {
    accessToken,
    send,
    async request<T>(query: string, variables?: object): Promise<T> {
      const { data, errors } = await send<T>(query, variables);
      if (errors?.length) throw new GraphQLRequestError(errors);
      if (!data) throw new GraphQLRequestError([{ message: 'The answer has no data.' }]);
      return data;
    },
  };
}

const SIGN_IN = `mutation SignIn($email: String!, $password: String!) {
  signIn(email: $email, password: $password) {
    ... on Session { accessToken }
    ... on SignInRefused { reason }
  }
}`;

/** A client that speaks for the person. @throws Error with the reason when the sign-in is refused. */
export async function signedIn(url: string, email: string, password: string): Promise<GraphQLClient> {
  const anonymous = createGraphQLClient(url);
  const { signIn } = await anonymous.request<{ signIn: { accessToken?: string; reason?: string } }>(SIGN_IN, {
    email,
    password,
  });
  if (!signIn.accessToken) throw new Error(`${email} could not sign in: ${signIn.reason}`);
  return createGraphQLClient(url, signIn.accessToken);
}

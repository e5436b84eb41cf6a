const session = globalThis.alimsSession;

/** An error of the API, in words that a person can pass on. */
export class ApiError extends Error {
  constructor({ message, extensions }, requestId) {
    super(requestId ? `${message} (request ${requestId})` : message);
    this.name = 'ApiError';
    this.extensions = extensions ?? {};
  }
}

export function isSignedIn() {
  return session.current !== null;
}

/** The data of an operation. Throws an ApiError. */
export async function send(query, variables = {}) {
  const token = await session.freshToken();
  const headers = { 'content-type': 'application/json', accept: 'application/json' };
  if (token) headers.authorization = `Bearer ${token}`;
  const response = await session.fetch('/graphql', {
    method: 'POST',
    headers,
    body: JSON.stringify({ query, variables }),
  });
  const requestId = response.headers.get('x-request-id');
  const answer = await response.json().catch(() => null);
  if (answer === null) throw new ApiError({ message: `No answer came, status ${response.status}.` }, requestId);
  if (answer.errors) throw new ApiError(answer.errors[0], requestId);
  return answer.data;
}

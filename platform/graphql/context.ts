import { randomUUID } from 'node:crypto';
import { UnauthenticatedError } from '../errors/index.ts';
import { type createIdentityVerifier, IDENTITY_HEADER, type Viewer } from '../identity/index.ts';
import type { Logger } from '../logging/index.ts';
import type { Ask, AskAs } from './ask.ts';

/** What every request of every subgraph knows. */
export interface RequestContext {
  /** Who asks. Reading it without a signed-in person throws UnauthenticatedError. */
  readonly viewer: Viewer;
  /** Null without a signed-in person. */
  readonly identity: Viewer | null;
  readonly requestId: string;
  readonly logger: Logger;
  /** Asks another subgraph's GraphQL API with the caller's identity. */
  readonly ask: Ask;
  /** Aborted when the client has gone. */
  readonly signal: AbortSignal;
}

const REQUEST_ID = /^[\w.:-]{1,100}$/;

export function requestIdOf(headers: Headers): string {
  const given = headers.get('x-request-id');
  return given && REQUEST_ID.test(given) ? given : randomUUID();
}

export function createRequestContext(
  request: Request,
  host: {
    readonly verifyIdentity: ReturnType<typeof createIdentityVerifier>;
    readonly logger: Logger;
    readonly askAs: AskAs;
  },
): RequestContext {
  const header = request.headers.get(IDENTITY_HEADER);
  const identity = header === null ? null : host.verifyIdentity(header, Date.now());
  const requestId = requestIdOf(request.headers);
  return {
    get viewer() {
      if (!identity) throw new UnauthenticatedError();
      return identity;
    },
    identity,
    requestId,
    get logger() {
      return host.logger.child({ requestId, organization: identity?.organizationId });
    },
    ask: host.askAs(identity, requestId),
    signal: request.signal,
  };
}

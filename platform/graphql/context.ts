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

interface ContextHost {
  readonly verifyIdentity: ReturnType<typeof createIdentityVerifier>;
  readonly logger: Logger;
  readonly askAs: AskAs;
}

/** `viewer` and `logger` are getters, which a copy by `{ ...context }` would lose: `viewer` throws without a person. */
class ContextOfRequest implements RequestContext {
  readonly identity: Viewer | null;
  readonly requestId: string;
  readonly ask: Ask;
  readonly signal: AbortSignal;
  readonly #logger: Logger;

  constructor(request: Request, { verifyIdentity, logger, askAs }: ContextHost) {
    const header = request.headers.get(IDENTITY_HEADER);
    this.identity = header === null ? null : verifyIdentity(header, Date.now());
    this.requestId = requestIdOf(request.headers);
    this.ask = askAs(this.identity, this.requestId);
    this.signal = request.signal;
    this.#logger = logger;
  }

  get viewer(): Viewer {
    if (!this.identity) throw new UnauthenticatedError();
    return this.identity;
  }

  get logger(): Logger {
    return this.#logger.child({ requestId: this.requestId, organization: this.identity?.organizationId });
  }
}

export function createRequestContext(request: Request, host: ContextHost): RequestContext {
  return new ContextOfRequest(request, host);
}

/** Nothing takes the place of what the request knows. */
type Additions = { readonly [Name in keyof RequestContext]?: never };

/**
 * Fills the context of a request with what its subgraph adds: what lives as long as the process (`deps`) and what lives
 * as long as the request (`own`). All requests of a subgraph then have contexts of one shape, where an object with getters
 * of its own, or with the request as its prototype, would have a new shape each time, which V8 keeps, with the request,
 * until its next full collection.
 */
export function fillContext<Deps extends object, Own extends object>(
  request: RequestContext,
  deps: Deps & Additions,
  own: Own & Additions,
): RequestContext & Deps & Own {
  return Object.assign(request, deps, own);
}

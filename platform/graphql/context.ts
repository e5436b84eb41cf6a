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

/** A class: every object with getters of its own has a shape of its own. */
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

/** `viewer` and `logger` are getters, which a copy by `{ ...context }` would lose: `viewer` throws without a person. */
class ContextOfSubgraph implements RequestContext {
  readonly identity: Viewer | null;
  readonly requestId: string;
  readonly ask: Ask;
  readonly signal: AbortSignal;
  readonly #request: RequestContext;

  constructor(request: RequestContext) {
    this.identity = request.identity;
    this.requestId = request.requestId;
    this.ask = request.ask;
    this.signal = request.signal;
    this.#request = request;
  }

  get viewer(): Viewer {
    return this.#request.viewer;
  }

  get logger(): Logger {
    return this.#request.logger;
  }
}

/** Nothing takes the place of what the request knows. */
type Additions = { readonly [Name in keyof RequestContext]?: never };

/**
 * The request with what its subgraph adds, which lives as long as the process (`deps`) or as the request (`own`). Not an
 * object with the request as its prototype: V8 makes a shape for each of those, and a shape keeps its request until the
 * next full collection.
 */
export function createSubgraphContext<Deps extends object, Own extends object>(
  request: RequestContext,
  deps: Deps & Additions,
  own: Own & Additions,
): RequestContext & Deps & Own {
  return Object.assign(new ContextOfSubgraph(request), deps, own);
}

import { type ExecutionArgs, execute, subscribe } from 'graphql';
import { createYoga, type Plugin } from 'graphql-yoga';
import { AppError } from '../errors/index.ts';
import { createIdentityVerifier } from '../identity/index.ts';
import type { Logger } from '../logging/index.ts';
import type { AskAs, Fetch } from './ask.ts';
import { createRequestContext, type RequestContext, requestIdOf } from './context.ts';
import { toClientError, useErrorMapping } from './errors.ts';
import { buildSchema } from './schema.ts';

/** Only the router speaks to a subgraph and has limited the operation; this bounds what a batch of entities may need. */
const MAX_TOKENS = 50_000;

export interface HandlerOptions {
  readonly typeDefs: string;
  readonly resolvers: object;
  readonly identityKey: string;
  readonly logger: Logger;
  readonly askAs: AskAs;
  createContext(request: RequestContext): RequestContext;
}

interface OwnContext {
  readonly ownContext: RequestContext;
}

function withOwnContext(args: ExecutionArgs): ExecutionArgs {
  return { ...args, contextValue: (args.contextValue as OwnContext).ownContext };
}

/** Yoga copies a context property by property, which would call its getters and drop its prototype. */
const useOwnContext: Plugin = {
  onExecute: ({ setExecuteFn }) => setExecuteFn((args: ExecutionArgs) => execute(withOwnContext(args))),
  onSubscribe: ({ setSubscribeFn }) => setSubscribeFn((args: ExecutionArgs) => subscribe(withOwnContext(args))),
};

/** GraphQL over HTTP and server-sent events as one fetch function: what the router calls, in process or behind a socket. */
export function createGraphQLHandler(options: HandlerOptions): Fetch {
  const { logger } = options;
  const yoga = createYoga<OwnContext>({
    schema: buildSchema(options.typeDefs, options.resolvers) as never,
    graphqlEndpoint: '/graphql',
    graphiql: false,
    landingPage: false,
    cors: false,
    batching: false,
    // The router has bounded the body; counting it again would pipe each one through a stream.
    maxRequestBodySize: false,
    logging: false,
    maskedErrors: false,
    parserAndValidationCache: true,
    plugins: [useOwnContext, useErrorMapping(logger)],
    parserOptions: { maxTokens: MAX_TOKENS, noLocation: true },
  } as never);
  const host = { logger, askAs: options.askAs, verifyIdentity: createIdentityVerifier(options.identityKey) };
  return async (request) => {
    try {
      return await yoga.fetch(request, { ownContext: options.createContext(createRequestContext(request, host)) });
    } catch (error) {
      return refusal(error, request, logger);
    }
  };
}

function refusal(error: unknown, request: Request, logger: Logger): Response {
  const scene = { requestId: requestIdOf(request.headers), logger, left: request.signal.aborted };
  const clientError = toClientError(error, scene);
  return Response.json({ errors: [clientError.toJSON()] }, { status: error instanceof AppError ? 200 : 500 });
}

import { type ExecutionArgs, execute, parse, subscribe } from 'graphql';
import { createYoga, type Plugin } from 'graphql-yoga';
import { AppError } from '../errors/index.ts';
import { createIdentityVerifier } from '../identity/index.ts';
import type { Logger } from '../logging/index.ts';
import type { AskAs, Fetch } from './ask.ts';
import { createRequestContext, type RequestContext, requestIdOf } from './context.ts';
import { createDirectRoad, isPlain } from './direct.ts';
import { toClientError, useErrorMapping } from './errors.ts';
import { buildSchema } from './schema.ts';

/** Only the router speaks to a subgraph and has limited the operation; this bounds what a batch of entities may need. */
const PARSER_OPTIONS = { maxTokens: 50_000, noLocation: true };

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

/** Yoga has no option for it. */
const useOwnParser: Plugin = {
  onParse: ({ setParseFn }) => setParseFn((source: string) => parse(source, PARSER_OPTIONS)),
};

const JSON_TYPE = 'application/json; charset=utf-8';

/** GraphQL over HTTP and server-sent events as one fetch function: what the router calls, in process or behind a socket. */
export function createGraphQLHandler(options: HandlerOptions): Fetch {
  const { logger } = options;
  const schema = buildSchema(options.typeDefs, options.resolvers);
  const yoga = createYoga<OwnContext>({
    schema: schema as never,
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
    plugins: [useOwnParser, useOwnContext, useErrorMapping(logger)],
  } as never);
  const { Request, Response } = yoga.fetchAPI;
  const direct = createDirectRoad({ schema, parserOptions: PARSER_OPTIONS, logger });
  const host = { logger, askAs: options.askAs, verifyIdentity: createIdentityVerifier(options.identityKey) };
  const handle = async (request: Request) => {
    try {
      const ownContext = options.createContext(createRequestContext(request, host));
      if (!isPlain(request)) return await yoga.fetch(request, { ownContext });
      const { url, method, headers, signal } = request;
      const body = await request.text();
      const call = direct.read(body);
      if (!call) return await yoga.fetch(new Request(url, { method, headers, body, signal }), { ownContext });
      const text = await untilAborted(signal, direct.run(call, ownContext));
      return new Response(text, { headers: { 'content-type': JSON_TYPE } });
    } catch (error) {
      return refusal(error, request, logger);
    }
  };
  // Yoga keeps a text body as text, where Node would wrap it in a stream and read it back (100 µs a call instead of 165).
  return Object.assign(handle, { Request });
}

/** @throws the signal's reason as soon as it is aborted, whatever becomes of the work. */
function untilAborted<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const leave = () => reject(signal.reason);
    signal.addEventListener('abort', leave);
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', leave));
    if (signal.aborted) leave();
  });
}

function refusal(error: unknown, request: Request, logger: Logger): Response {
  const scene = { requestId: requestIdOf(request.headers), logger, left: request.signal.aborted };
  const clientError = toClientError(error, scene);
  return Response.json({ errors: [clientError.toJSON()] }, { status: error instanceof AppError ? 200 : 500 });
}

import type { IncomingMessage } from 'node:http';
import type { GraphQLSchema } from 'graphql';
import { AppError } from '#platform/errors/index.ts';
import type { NodeHandler } from '../http/graphql.ts';
import { HttpRefusal } from '../http/refusal.ts';
import { type Authenticate, type Identified, tokenOf } from '../identify.ts';
import type { UsageRecorder } from './recorder.ts';
import { reportUsage } from './report.ts';

export const USAGE_PATH = '/usage';
/** The permission, or the scope of a token, that opens the report from anywhere. */
export const USAGE_SCOPE = 'router:usage';

/** Whether a caller may see what the schema is used for. */
export type UsageAccess = (identified: Identified, request: IncomingMessage) => boolean;

/** Callers with the scope, and programs on the router's own machine. */
export const defaultUsageAccess: UsageAccess = ({ access }, request) =>
  access.scopes.has(USAGE_SCOPE) || isFromHere(request);

const LOOPBACK = /^(::1|(::ffff:)?127(\.\d+){3})$/;

/** What a proxy on the machine passes on comes from elsewhere. */
function isFromHere({ socket, headers }: IncomingMessage): boolean {
  if (headers['x-forwarded-for'] !== undefined || headers.forwarded !== undefined) return false;
  return LOOPBACK.test(socket.remoteAddress ?? '');
}

export interface UsageRouteOptions {
  readonly recorder: UsageRecorder;
  readonly schema: () => GraphQLSchema;
  readonly authenticate: Authenticate;
  readonly mayRead: UsageAccess;
}

/** `GET /usage`: the report as JSON. */
export function createUsageRoute(options: UsageRouteOptions): NodeHandler {
  return async (request, response, requestId) => {
    if (request.method !== 'GET') throw new HttpRefusal(405, 'BAD_INPUT', 'Read it with GET.', { allow: 'GET' });
    const identified = await identify(options.authenticate, request, requestId);
    if (!options.mayRead(identified, request)) {
      throw new HttpRefusal(403, 'FORBIDDEN', `${USAGE_PATH} is for callers with the permission ${USAGE_SCOPE}.`);
    }
    const body = Buffer.from(JSON.stringify(reportUsage(options.recorder, options.schema())));
    response.writeHead(200, {
      'content-type': 'application/json; charset=utf-8',
      'cache-control': 'no-store',
      'content-length': body.length,
    });
    response.end(body);
  };
}

async function identify(authenticate: Authenticate, request: IncomingMessage, requestId: string): Promise<Identified> {
  try {
    return await authenticate(tokenOf(request.headers.authorization), requestId);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    throw new HttpRefusal(error.code === 'UNAUTHENTICATED' ? 401 : 503, error.code, error.message);
  }
}

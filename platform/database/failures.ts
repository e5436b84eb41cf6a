import { AppError, UnavailableError } from '#platform/errors/index.ts';

/** Prisma's names for a database that cannot be reached or does not answer in time. */
const PRISMA_UNAVAILABLE = new Set(['P1000', 'P1001', 'P1002', 'P1008', 'P1017', 'P2024', 'P2028', 'P2037']);
/** Of sockets alone: a file that is not found is no lost database. */
const SOCKET_CALLS = new Set(['connect', 'read', 'write', 'getaddrinfo']);
/** Prisma hands a socket's error on with its code alone. */
const SOCKET_CODES = new Set(['EPIPE', 'ECONNRESET', 'ECONNREFUSED', 'ETIMEDOUT', 'ENOTFOUND', 'EHOSTUNREACH']);
const SQLSTATE = /^(08...|57P0[1-5]|53300|57014|25P0[34])$/;
const MESSAGE =
  /Connection terminated|timeout exceeded when trying to connect|connection error and is not queryable|Client was closed|Cannot use a pool after calling end/i;

const PRISMA_WRITE_CONFLICT = 'P2034';
const SERIALIZATION_FAILURE = '40001';
const DEADLOCK = '40P01';

/** The transaction met another one, and may succeed when it is done again from the start. */
export function isTransient(error: unknown): boolean {
  return causesOf(error).some((each) =>
    [each.code, each.originalCode].some(
      (code) => code === PRISMA_WRITE_CONFLICT || code === SERIALIZATION_FAILURE || code === DEADLOCK,
    ),
  );
}

/** UnavailableError for a lost or refused connection; every other error as it is. */
export function translateFailure(error: unknown): unknown {
  if (error instanceof AppError) return error;
  const lost = causesOf(error).some(
    ({ code = '', originalCode = '', kind = '', message = '', syscall = '' }) =>
      PRISMA_UNAVAILABLE.has(code) ||
      SOCKET_CALLS.has(syscall) ||
      SOCKET_CODES.has(code) ||
      SQLSTATE.test(code) ||
      SQLSTATE.test(originalCode) ||
      kind === 'DatabaseNotReachable' ||
      kind === 'ConnectionClosed' ||
      MESSAGE.test(message),
  );
  return lost ? new UnavailableError('The database does not answer. Try again in a moment.', error) : error;
}

interface Cause {
  readonly code?: string;
  readonly originalCode?: string;
  readonly kind?: string;
  readonly syscall?: string;
  readonly message?: string;
}

const DEEPEST = 6;

/** The error, what it wraps, and what Prisma puts into `meta`. */
function causesOf(error: unknown, depth = 0): Cause[] {
  if (typeof error !== 'object' || error === null || depth > DEEPEST) return [];
  const { cause, meta } = error as { cause?: unknown; meta?: { driverAdapterError?: unknown } };
  return [error as Cause, ...causesOf(cause, depth + 1), ...causesOf(meta?.driverAdapterError, depth + 1)];
}

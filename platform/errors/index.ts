export type ErrorCode =
  | 'BAD_INPUT'
  | 'NOT_FOUND'
  | 'CONFLICT'
  | 'FORBIDDEN'
  | 'UNAUTHENTICATED'
  | 'RATE_LIMITED'
  | 'UNAVAILABLE';

/** A refusal that the caller is told about: its code becomes `extensions.code`, its message reaches the client as it is. */
export class AppError extends Error {
  readonly code: ErrorCode;
  readonly extensions: Readonly<Record<string, unknown>>;

  constructor(code: ErrorCode, message: string, extensions: Readonly<Record<string, unknown>> = {}, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = new.target.name;
    this.code = code;
    this.extensions = extensions;
  }
}

/** The message says what was expected, what came and how to mend it. */
export class BadInputError extends AppError {
  constructor(message: string, extensions?: Readonly<Record<string, unknown>>) {
    super('BAD_INPUT', message, extensions);
  }
}

/** Also the answer for another organization's id: as if it did not exist. */
export class NotFoundError extends AppError {
  constructor(kind: string, id: string) {
    super('NOT_FOUND', `No ${kind} with id ${JSON.stringify(id)} in your organization.`, { kind, id });
  }
}

export class ConflictError extends AppError {
  constructor(message: string, extensions?: Readonly<Record<string, unknown>>) {
    super('CONFLICT', message, extensions);
  }
}

export class ForbiddenError extends AppError {
  constructor(message: string, extensions?: Readonly<Record<string, unknown>>) {
    super('FORBIDDEN', message, extensions);
  }
}

export class UnauthenticatedError extends AppError {
  constructor(message = 'Sign in first: send "Authorization: Bearer <access token>" (mutation signIn gives one).') {
    super('UNAUTHENTICATED', message);
  }
}

export class RateLimitedError extends AppError {
  constructor(message: string, retryAfterSeconds: number) {
    super('RATE_LIMITED', message, { retryAfterSeconds });
  }
}

export class UnavailableError extends AppError {
  constructor(message: string, cause?: unknown) {
    super('UNAVAILABLE', message, {}, cause);
  }
}

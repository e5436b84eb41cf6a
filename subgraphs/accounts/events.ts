import type { DomainEvent, JsonObject } from '#platform/events/index.ts';
import type { User } from './domain/user.ts';

function userEvent(type: string, userId: string, payload: JsonObject, reason: string | null = null): DomainEvent {
  return { topic: 'user', type, subjectType: 'User', subjectId: userId, reason, payload };
}

export function userSignedIn(userId: string, sessionId: string): DomainEvent {
  return userEvent('user.signed_in', userId, { sessionId });
}

export function userSignedOut(userId: string, sessionId: string): DomainEvent {
  return userEvent('user.signed_out', userId, { sessionId });
}

/** A refresh token was used twice: whoever holds the copy is locked out with the person. */
export function refreshTokenReused(userId: string, sessionId: string): DomainEvent {
  return userEvent('user.refresh_token_reused', userId, { sessionId });
}

export function sessionsEnded(userId: string, ended: number, reason: string): DomainEvent {
  return userEvent('user.sessions_ended', userId, { ended }, reason);
}

function audited({ name, roles, active, clientId, version }: User): JsonObject {
  return { name, roles: [...roles], active, clientId, version };
}

export function userCreated(user: User): DomainEvent {
  return userEvent('user.created', user.id, { before: null, after: audited(user) });
}

export function userChanged(before: User, after: User, reason: string): DomainEvent {
  return userEvent('user.changed', after.id, { before: audited(before), after: audited(after) }, reason);
}

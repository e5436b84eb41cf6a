import type { DomainEvent, JsonObject } from '#platform/events/index.ts';
import type { Signature, Signed } from './domain/signature.ts';
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

export function signatureMade(signature: Signature): DomainEvent {
  const { id, signerId, signerName, meaning, subjectType, subjectId, contentHash } = signature;
  const payload = { signerId, signerName, meaning, subjectType, subjectId, contentHash };
  return { topic: 'user', type: 'signature.made', subjectType: 'Signature', subjectId: id, payload };
}

/** Somebody who was signed in could not prove anew who it is. */
export function signatureRefused(userId: string, signed: Signed, refusal: string): DomainEvent {
  const { meaning, subjectType, subjectId, contentHash } = signed;
  return userEvent('signature.refused', userId, { refusal, meaning, subjectType, subjectId, contentHash });
}

import { z } from 'zod';
import type { JsonObject, StoredEvent } from './types.ts';

const wireEvent = z.object({
  id: z.string(),
  organizationId: z.string(),
  epoch: z.string(),
  sequence: z.number().int().positive(),
  topic: z.string(),
  type: z.string(),
  subjectType: z.string(),
  subjectId: z.string(),
  reason: z.string().nullish(),
  payload: z.custom<JsonObject>((value) => typeof value === 'object' && value !== null && !Array.isArray(value)),
  at: z.iso.datetime().transform((text) => new Date(text)),
  actorId: z.string(),
  requestId: z.string().nullable(),
  source: z.string(),
});

export function writeEvent(event: StoredEvent): string {
  return JSON.stringify(event);
}

/** @throws when the text is not an event, for example of a future version: the caller sets it aside. */
export function readEvent(text: string | undefined): StoredEvent {
  const { reason, ...event } = wireEvent.parse(JSON.parse(text ?? ''));
  return reason === undefined ? event : { ...event, reason };
}

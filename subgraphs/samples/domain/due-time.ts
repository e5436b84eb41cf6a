import type { Priority } from './types.ts';

const HOURS: Readonly<Record<Priority, number>> = { STAT: 4, URGENT: 24, ROUTINE: 120 };
export const HOUR_MS = 3_600_000;

/** When results are due: the priority's hours after reception; null before reception. */
export function dueTime(priority: Priority, receivedAt: Date | null): Date | null {
  return receivedAt && new Date(receivedAt.getTime() + HOURS[priority] * HOUR_MS);
}

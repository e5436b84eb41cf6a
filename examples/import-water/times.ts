/** Hours ahead of UTC of the zones that the portal names. */
const ZONES: Readonly<Record<string, number>> = {
  UTC: 0,
  GMT: 0,
  NST: -3.5,
  NDT: -2.5,
  AST: -4,
  ADT: -3,
  EST: -5,
  EDT: -4,
  CST: -6,
  CDT: -5,
  MST: -7,
  MDT: -6,
  PST: -8,
  PDT: -7,
  AKST: -9,
  AKDT: -8,
  HST: -10,
  HADT: -9,
  HAST: -10,
  SST: -11,
  GST: 10,
  CHST: 10,
};

const HOUR_MS = 3_600_000;
const TIME = /^(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?$/;

/** An instant and what had to be assumed for it. */
export interface ReadInstant {
  readonly at: string;
  /** For people; null when nothing was assumed. */
  readonly note: string | null;
}

/** True for a day of the calendar written as `2021-05-04`. */
export function isDate(text: string): boolean {
  const at = new Date(`${text}T00:00:00Z`);
  return /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(at.getTime()) && at.toISOString().startsWith(text);
}

/**
 * When a sample was taken. Without a time, noon UTC stands for the day: which lies within that day from Hawaii to Guam.
 * @param date a day for which isDate holds
 */
export function readInstant(date: string, time: string, zone: string): ReadInstant {
  const [, hour, minute, second] = TIME.exec(time) ?? [];
  const ofDay = (Number(hour) * 60 + Number(minute)) * 60 + Number(second ?? 0);
  if (hour === undefined || Number(hour) > 23 || Number(minute) > 59 || Number(second ?? 0) > 59) {
    const what = time === '' ? 'not in the file' : `${JSON.stringify(time.slice(0, 40))}, which is no time`;
    return { at: `${date}T12:00:00.000Z`, note: `Time of collection ${what}: noon UTC stands for the day.` };
  }
  const ahead = ZONES[zone.toUpperCase()];
  const at = new Date(Date.parse(`${date}T00:00:00Z`) + ofDay * 1_000 - (ahead ?? 0) * HOUR_MS).toISOString();
  if (ahead !== undefined) return { at, note: null };
  const what = zone === '' ? 'not in the file' : `${JSON.stringify(zone.slice(0, 40))}, which is unknown here`;
  return { at, note: `Time zone ${what}: the time is taken as UTC.` };
}

/**
 * When it was measured. The portal publishes the day only: on the day of collection that is the moment of collection
 * (not before it, and nothing later is known), on any other day noon UTC.
 */
export function measuredAt(analysisDate: string, collectionDate: string, collectedAt: string): string | null {
  if (!isDate(analysisDate)) return null;
  return analysisDate === collectionDate ? collectedAt : `${analysisDate}T12:00:00.000Z`;
}

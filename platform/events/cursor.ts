import { BadInputError } from '#platform/errors/index.ts';

/** A place in the log of one organization and topic. */
export interface Position {
  readonly epoch: string;
  /** 0 is the place before the first event. */
  readonly sequence: number;
}

const EPOCH = /^[A-Za-z0-9._-]{1,64}$/;
const TEXT = /^[A-Za-z0-9_-]{1,120}$/;
const CONTENT = /^([A-Za-z0-9._-]{1,64}):(0|[1-9]\d{0,15})$/;

/** Opaque to clients: base64url of `epoch:sequence`. */
export function encodeCursor(position: Position): string {
  if (!EPOCH.test(position.epoch) || !Number.isSafeInteger(position.sequence) || position.sequence < 0) {
    throw new RangeError(`No cursor can name epoch ${position.epoch}, sequence ${position.sequence}.`);
  }
  return Buffer.from(`${position.epoch}:${position.sequence}`).toString('base64url');
}

/** @throws BadInputError for anything that encodeCursor() has not made. */
export function decodeCursor(text: string): Position {
  const content = TEXT.test(text) ? Buffer.from(text, 'base64url').toString('latin1') : '';
  const [, epoch, digits] = CONTENT.exec(content) ?? [];
  const sequence = Number(digits);
  // Base64url ignores stray trailing bits: only the canonical text is a cursor, so that cursors can be compared as texts.
  const canonical = Buffer.from(content, 'latin1').toString('base64url') === text;
  if (epoch === undefined || !Number.isSafeInteger(sequence) || !canonical) {
    throw new BadInputError(
      `${JSON.stringify(text.slice(0, 40))} is not a cursor. Send back a cursor exactly as an event, a page or a mutation gave it; leave it out to start with new events.`,
      { argument: 'after' },
    );
  }
  return { epoch, sequence };
}

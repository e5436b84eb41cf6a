/** One event of a `text/event-stream`. */
export interface ServerSentEvent {
  readonly event: string;
  readonly data: string;
}

export interface EventStreamParser {
  /** Throws when an event has no end. */
  push(chunk: Uint8Array): void;
}

export interface EventStreamParserOptions {
  onEvent(event: ServerSentEvent): void;
  /** Bytes to text; may throw for what is no UTF-8. */
  decode(bytes: Buffer): string;
  /** A longer event is refused before it fills the memory. */
  readonly maxEventBytes: number;
}

const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;

/** Reads server-sent events from chunks of bytes, whatever their bounds; comments (heartbeats) are passed over. */
export function createEventStreamParser({
  onEvent,
  decode,
  maxEventBytes,
}: EventStreamParserOptions): EventStreamParser {
  /** What has come of a line that has not ended. */
  let rest: Buffer[] = [];
  let restBytes = 0;
  let eventLength = 0;
  let event = '';
  let data: string | null = null;
  let afterCarriageReturn = false;
  let started = false;

  function takeLine(line: string): void {
    if (line === '') {
      if (event !== '' || data !== null) onEvent({ event: event || 'message', data: data ?? '' });
      event = '';
      data = null;
      eventLength = 0;
      return;
    }
    eventLength += line.length;
    if (line.startsWith('data:')) {
      const value = line.slice(line[5] === ' ' ? 6 : 5);
      data = data === null ? value : `${data}\n${value}`;
    } else if (line.startsWith('event:')) {
      event = line.slice(line[6] === ' ' ? 7 : 6);
    } else if (line === 'data') {
      data = data === null ? '' : `${data}\n`;
    } else if (line === 'event') {
      event = '';
    }
  }

  function takeLines(text: string): void {
    if (!text.includes('\r')) {
      let start = 0;
      for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', start)) {
        takeLine(text.slice(start, end));
        start = end + 1;
      }
      return;
    }
    const lines = text.split(/\r\n|\n|\r/);
    lines.pop();
    for (const line of lines) takeLine(line);
  }

  return {
    push(chunk) {
      let bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
      // The other half of a line end that has already been taken.
      if (afterCarriageReturn && bytes[0] === LINE_FEED) bytes = bytes.subarray(1);
      afterCarriageReturn = bytes.at(-1) === CARRIAGE_RETURN;
      const end = Math.max(bytes.lastIndexOf(LINE_FEED), bytes.lastIndexOf(CARRIAGE_RETURN)) + 1;
      if (end > 0) {
        const whole = bytes.subarray(0, end);
        const text = decode(restBytes === 0 ? whole : Buffer.concat([...rest, whole]));
        rest = [];
        restBytes = 0;
        takeLines(started ? text : text.replace(/^\ufeff/, ''));
        started = true;
      }
      if (end < bytes.length) {
        rest.push(bytes.subarray(end));
        restBytes += bytes.length - end;
      }
      if (eventLength + restBytes > maxEventBytes) {
        throw new RangeError(`a server-sent event is longer than ${maxEventBytes} bytes`);
      }
    },
  };
}

const MAX_EVENT_BYTES = 16 * 1024 * 1024;

/** The events of a stream of bytes, for readers that pull. Throws when an event is longer than 16 MiB. */
export async function* readServerSentEvents(stream: AsyncIterable<Uint8Array>): AsyncGenerator<ServerSentEvent> {
  const events: ServerSentEvent[] = [];
  const parser = createEventStreamParser({
    onEvent: (event) => events.push(event),
    decode: (bytes) => bytes.toString('utf8'),
    maxEventBytes: MAX_EVENT_BYTES,
  });
  for await (const chunk of stream) {
    parser.push(chunk);
    yield* events.splice(0);
  }
}

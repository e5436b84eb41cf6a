/** One event of a `text/event-stream`. */
export interface ServerSentEvent {
  readonly event: string;
  readonly data: string;
  readonly id: string | null;
}

/** An event longer than this is not one of ours: 16 Mi characters. */
const MAX_EVENT_LENGTH = 16 * 1024 * 1024;

/** Reads a stream of bytes as server-sent events; comments (heartbeats) are passed over. Throws when an event has no end. */
export async function* readServerSentEvents(stream: AsyncIterable<Uint8Array>): AsyncGenerator<ServerSentEvent> {
  const decoder = new TextDecoder();
  let rest = '';
  let fields = emptyFields();
  for await (const chunk of stream) {
    rest += decoder.decode(chunk, { stream: true });
    // A carriage return at the end of a chunk may be half of a line end.
    const lines = rest.split(/\r\n|\n|\r(?!$)/);
    rest = lines.pop() ?? '';
    for (const line of lines) {
      if (line !== '') {
        takeField(fields, line);
        continue;
      }
      if (fields.event !== '' || fields.data.length > 0) {
        yield { event: fields.event || 'message', data: fields.data.join('\n'), id: fields.id };
      }
      fields = emptyFields();
    }
    fields.length += rest.length;
    if (rest.length > MAX_EVENT_LENGTH || fields.length > MAX_EVENT_LENGTH) {
      throw new Error(`A server-sent event is longer than ${MAX_EVENT_LENGTH} characters.`);
    }
    fields.length -= rest.length;
  }
}

interface Fields {
  event: string;
  data: string[];
  id: string | null;
  length: number;
}

function emptyFields(): Fields {
  return { event: '', data: [], id: null, length: 0 };
}

function takeField(fields: Fields, line: string): void {
  const colon = line.indexOf(':');
  if (colon === 0) return;
  const name = colon < 0 ? line : line.slice(0, colon);
  const value = colon < 0 ? '' : line.slice(line[colon + 1] === ' ' ? colon + 2 : colon + 1);
  fields.length += line.length;
  if (name === 'event') fields.event = value;
  else if (name === 'data') fields.data.push(value);
  else if (name === 'id') fields.id = value;
}

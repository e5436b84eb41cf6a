import { expect, test } from 'vitest';
import { readServerSentEvents, type ServerSentEvent } from './sse.ts';

async function read(...chunks: (string | Uint8Array)[]): Promise<ServerSentEvent[]> {
  async function* bytes() {
    for (const chunk of chunks) yield typeof chunk === 'string' ? new TextEncoder().encode(chunk) : chunk;
  }
  const events: ServerSentEvent[] = [];
  for await (const event of readServerSentEvents(bytes())) events.push(event);
  return events;
}

const TEXT =
  ':\n\nevent: next\nid: 7\ndata: {"a":1}\n\nevent: next\r\ndata: two\r\ndata: lines\r\n\r\nevent:complete\rdata\r\rdata: é\n\n';
const EVENTS = [
  { event: 'next', data: '{"a":1}' },
  { event: 'next', data: 'two\nlines' },
  { event: 'complete', data: '' },
  { event: 'message', data: 'é' },
];

test('events are read whatever their line ends', async () => {
  expect(await read(TEXT)).toEqual(EVENTS);
});

test('events are the same wherever a chunk ends, in the middle of a letter or of a line end too', async () => {
  const bytes = new TextEncoder().encode(TEXT);
  for (let cut = 0; cut <= bytes.length; cut++) {
    expect(await read(bytes.subarray(0, cut), bytes.subarray(cut))).toEqual(EVENTS);
  }
  expect(await read(...Array.from(bytes, (byte) => Uint8Array.of(byte)))).toEqual(EVENTS);
});

test('a byte order mark before the first line is no part of it', async () => {
  expect(await read('\ufeffdata: x\n\n')).toEqual([{ event: 'message', data: 'x' }]);
});

test('comments are no events, and an unfinished event is dropped', async () => {
  expect(await read(':ping\n\n:\n\ndata: never ended')).toEqual([]);
});

test('an event without end is refused before it fills the memory, in one line or in many', async () => {
  const chunk = 'x'.repeat(1024 * 1024);
  await expect(read(...Array.from({ length: 18 }, () => chunk))).rejects.toThrow('longer than');
  await expect(read(...Array.from({ length: 18 }, () => `data: ${chunk}\n`))).rejects.toThrow('longer than');
});

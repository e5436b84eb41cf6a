import { expect, test } from 'vitest';
import { readServerSentEvents, type ServerSentEvent } from './sse.ts';

async function read(...chunks: string[]): Promise<ServerSentEvent[]> {
  async function* bytes() {
    for (const chunk of chunks) yield new TextEncoder().encode(chunk);
  }
  const events: ServerSentEvent[] = [];
  for await (const event of readServerSentEvents(bytes())) events.push(event);
  return events;
}

test('events are read whatever the chunks and line ends', async () => {
  const text =
    ':\n\nevent: next\nid: 7\ndata: {"a":1}\n\nevent: next\r\ndata: two\r\ndata: lines\r\n\r\nevent: complete\ndata:\n\n';
  const expected = [
    { event: 'next', id: '7', data: '{"a":1}' },
    { event: 'next', id: null, data: 'two\nlines' },
    { event: 'complete', id: null, data: '' },
  ];
  expect(await read(text)).toEqual(expected);
  expect(await read(...text)).toEqual(expected);
});

test('comments are no events, and an unfinished event is dropped', async () => {
  expect(await read(':ping\n\n:\n\ndata: never ended')).toEqual([]);
});

test('an event without end is refused before it fills the memory', async () => {
  const chunk = 'x'.repeat(1024 * 1024);
  await expect(read(...Array.from({ length: 18 }, () => chunk))).rejects.toThrow('longer than');
});

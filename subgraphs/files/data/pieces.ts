import type { Readable } from 'node:stream';

/** The bytes of `content` in pieces of exactly `size` bytes; the last one may be shorter. Holds one piece in memory. */
export async function* inPieces(content: Readable, size: number): AsyncGenerator<Buffer, void> {
  let held: Buffer[] = [];
  let heldBytes = 0;
  for await (const chunk of content as AsyncIterable<Buffer>) {
    let rest = chunk;
    while (heldBytes + rest.length >= size) {
      const taken = rest.subarray(0, size - heldBytes);
      rest = rest.subarray(taken.length);
      yield Buffer.concat([...held, taken]);
      held = [];
      heldBytes = 0;
    }
    if (rest.length > 0) {
      held.push(rest);
      heldBytes += rest.length;
    }
  }
  if (heldBytes > 0) yield Buffer.concat(held);
}

import type { ServerResponse } from 'node:http';
import type { Subscriber } from '../subscriptions/channel.ts';
import { drained } from '../subscriptions/drained.ts';
import type { StreamType } from './negotiation.ts';

/** One HTTP answer that goes on as long as its stream. */
export interface EventStream extends Subscriber {
  /** Sends the head, so that the client of a quiet stream knows at once that it is open. */
  open(): void;
  beat(): void;
  /** Text in the stream's own format. */
  write(text: string): void;
}

export interface EventStreamOptions {
  readonly response: ServerResponse;
  readonly requestId: string;
  /** Bytes that may wait for the client. */
  readonly maxPendingBytes: number;
  /** The client reads too slowly and is cut. */
  readonly onSlow: () => void;
}

interface Format {
  readonly contentType: string;
  readonly start: string;
  readonly heartbeat: string;
  readonly end: string;
  event(text: string, cursor: string | null): string;
}

const PART = '\r\ncontent-type: application/json\r\n\r\n';

const FORMATS: Readonly<Record<StreamType, Format>> = {
  'event-stream': {
    contentType: 'text/event-stream; charset=utf-8',
    start: ':\n\n',
    heartbeat: ':\n\n',
    end: 'event: complete\ndata:\n\n',
    event: (text, cursor) => `event: next\n${cursor === null ? '' : `id: ${cursor}\n`}data: ${text}\n\n`,
  },
  // A part is whole only with the boundary after it, so each part ends with the next one's.
  multipart: {
    contentType: 'multipart/mixed; boundary="graphql"; subscriptionSpec="1.0"',
    start: '\r\n--graphql',
    heartbeat: `${PART}{}\r\n--graphql`,
    end: '--\r\n',
    event: (text) => `${PART}{"payload":${text}}\r\n--graphql`,
  },
};

export function createEventStream(type: StreamType, options: EventStreamOptions): EventStream {
  const format = FORMATS[type];
  const { response, requestId, maxPendingBytes, onSlow } = options;
  const write = (text: string) => {
    if (response.destroyed || response.writableEnded) return;
    if (response.writableLength > maxPendingBytes) {
      onSlow();
      response.destroy();
      return;
    }
    open();
    response.write(text);
  };
  const open = () => {
    if (response.headersSent) return;
    response.writeHead(200, {
      'content-type': format.contentType,
      'cache-control': 'no-cache, no-transform',
      'x-accel-buffering': 'no',
    });
    response.write(format.start);
  };
  return {
    open,
    write,
    drained: () => drained(response),
    next: (frame) => write(format.event(frame.text(requestId), frame.cursor)),
    end() {
      if (response.destroyed || response.writableEnded) return;
      open();
      response.end(format.end);
    },
    beat: () => write(format.heartbeat),
  };
}

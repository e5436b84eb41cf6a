export const JSON_TYPE = 'application/json';
export const RESPONSE_TYPE = 'application/graphql-response+json';

/** How a client wants to be answered. */
export interface Wanted {
  /** For one result; null when none of the client's types is served. */
  readonly result: typeof JSON_TYPE | typeof RESPONSE_TYPE | null;
  /** For a stream of results. */
  readonly stream: StreamType | null;
  /** Whether the client would rather have a stream than one result. */
  readonly prefersStream: boolean;
}

export type StreamType = 'event-stream' | 'multipart';

const RESULT_TYPES: Readonly<Record<string, Wanted['result']>> = {
  [JSON_TYPE]: JSON_TYPE,
  [RESPONSE_TYPE]: RESPONSE_TYPE,
  'application/*': JSON_TYPE,
  '*/*': JSON_TYPE,
};

const STREAM_TYPES: Readonly<Record<string, StreamType>> = {
  'text/event-stream': 'event-stream',
  'multipart/mixed': 'multipart',
};

const ANYTHING: Wanted = { result: JSON_TYPE, stream: null, prefersStream: false };

/** Reads an Accept header: the best weight wins, and among equals the first. Without one, JSON. */
export function negotiate(accept: string | undefined): Wanted {
  if (accept === undefined || accept === '' || accept === '*/*' || accept === JSON_TYPE) return ANYTHING;
  const types = accept
    .split(',')
    .map(readType)
    .filter(({ weight }) => weight > 0);
  types.sort((a, b) => b.weight - a.weight);
  const result = types.find(({ name }) => RESULT_TYPES[name]);
  const stream = types.find(({ name }) => STREAM_TYPES[name]);
  return {
    result: (result && RESULT_TYPES[result.name]) ?? null,
    stream: (stream && STREAM_TYPES[stream.name]) ?? null,
    prefersStream: stream !== undefined && (result === undefined || types.indexOf(stream) < types.indexOf(result)),
  };
}

function readType(text: string): { readonly name: string; readonly weight: number } {
  const [name = '', ...parameters] = text.split(';');
  const quality = parameters.map((parameter) => /^\s*q=([\d.]+)\s*$/i.exec(parameter)?.[1]).find(Boolean);
  const weight = quality === undefined ? 1 : Number(quality);
  return { name: name.trim().toLowerCase(), weight: Number.isFinite(weight) ? weight : 0 };
}

import type { IncomingHttpHeaders } from 'node:http';
import { isHeaderValue } from '#platform/config/header-rules.ts';
import { BadInputError } from '#platform/errors/index.ts';
import { isObject } from '../execution/data.ts';

/** The browser's own word, which says whether a page may use our cookies: a page must not speak in its place. */
const OF_HANDSHAKE: ReadonlySet<string> = new Set(['origin', 'host', 'connection']);

/**
 * The headers of a WebSocket's client: those of its handshake, which browsers let no page set, and over them what its
 * connection parameters say: `{"authorization": …, "headers": {…}}`.
 * @throws BadInputError naming what is no header.
 */
export function withConnectionParams(handshake: IncomingHttpHeaders, params: unknown): IncomingHttpHeaders {
  if (!isObject(params)) return handshake;
  const given = isObject(params.headers) ? { ...params.headers } : {};
  for (const [name, value] of Object.entries(params)) if (name.toLowerCase() === 'authorization') given[name] ??= value;
  const headers: IncomingHttpHeaders = { ...handshake };
  for (const [name, value] of Object.entries(given)) {
    if (value === undefined || value === null) continue;
    if (typeof value !== 'string' || !isHeaderValue(value)) {
      throw new BadInputError(
        `The connection parameters' header ${JSON.stringify(name).slice(0, 80)} must be a text without line breaks.`,
      );
    }
    if (!OF_HANDSHAKE.has(name.toLowerCase())) headers[name.toLowerCase()] = value;
  }
  return headers;
}

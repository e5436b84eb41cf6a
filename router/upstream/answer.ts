import { isUtf8 } from 'node:buffer';
import { isObject } from '../execution/data.ts';
import { SubgraphFailure } from '../execution/errors.ts';
import type { SubgraphAnswer } from '../execution/fetch.ts';
import type { Answer } from './transport.ts';

export function invalidAnswer(
  service: string,
  status: number,
  why: string,
  text = '',
  cause?: unknown,
): SubgraphFailure {
  const start = text === '' ? '' : `, starts ${JSON.stringify(text.slice(0, 80))}`;
  return new SubgraphFailure(service, 'invalid-answer', `${why} (HTTP ${status}${start})`, cause);
}

const REPLACEMENT = '\ufffd';

/** Damaged text is refused instead of mended: with a letter replaced, a name or a result is another one. */
export function decodeUtf8(bytes: Buffer, service: string, status: number): string {
  const text = bytes.toString('utf8');
  if (text.includes(REPLACEMENT) && !isUtf8(bytes)) throw invalidAnswer(service, status, 'the answer is not UTF-8');
  return text;
}

const BYTE_ORDER_MARK = 0xfeff;

/** Throws SubgraphFailure for whatever is no GraphQL result. Each call gives a copy of its own. */
export function readAnswer(service: string, { status, text, location }: Answer): SubgraphAnswer {
  const invalid = (why: string, cause?: unknown) => invalidAnswer(service, status, why, text, cause);
  if (status >= 300 && status < 400) {
    const target = location === null ? '' : ` to ${JSON.stringify(location.slice(0, 200))}`;
    throw invalid(`a redirect${target} is not followed: configure the URL that answers itself`);
  }
  if (text === '') throw invalid('the answer is empty');
  const answer = parse(text, invalid);
  if (!isObject(answer)) throw invalid('the answer is not an object');
  const { data, errors } = answer;
  if (data !== undefined && data !== null && !isObject(data)) throw invalid('"data" is not an object');
  if (errors !== undefined && errors !== null && !Array.isArray(errors)) throw invalid('"errors" is not a list');
  const problems = (errors ?? []).filter(isObject);
  if (!data && problems.length === 0) throw invalid('the answer has neither data nor errors');
  return { data: data ?? null, errors: problems.length > 0 ? problems : null };
}

function parse(text: string, invalid: (why: string, cause: unknown) => SubgraphFailure): unknown {
  try {
    return JSON.parse(text.charCodeAt(0) === BYTE_ORDER_MARK ? text.slice(1) : text);
  } catch (error) {
    throw invalid('the answer is not JSON', error);
  }
}

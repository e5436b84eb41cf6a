import { Decimal } from 'decimal.js';
import type { Cells } from './columns.ts';
import type { KeptBack } from './reasons.ts';

/** What a row found. Numbers are decimal text; units are still the portal's. */
export type Finding =
  | { readonly kind: 'value'; readonly value: string; readonly limit: string | null }
  | { readonly kind: 'text'; readonly text: string; readonly limit: string | null }
  | { readonly kind: 'kept'; readonly reason: KeptBack };

const NUMBER = /^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?$/;
const THOUSANDS = /^\d{1,3}(,\d{3})+(\.\d+)?$/;
const CENSORED = /^([<>])\s*=?\s*(\d[\d,.]*(?:[eE][+-]?\d+)?|\.\d+)$/;
const NOT_FOUND = /^\*?(nd|n\.d\.|bdl|bql|brl|non-?detects?|not detected\b.*|not present|absent|negative)$/i;
const WORDS =
  /^\*?(present\b.*|detected( not quantified)?|trace|below\b.*|between\b.*|above\b.*|positive|tntc|too numerous to count)$/i;

/** The decimal text of a number, thousands separated by commas or not; null for anything else. */
export function readNumber(text: string): string | null {
  if (THOUSANDS.test(text)) return text.replaceAll(',', '');
  return text.length <= 40 && NUMBER.test(text) ? text : null;
}

/** Value, condition and limit belong together: `ND` in the value is a finding, a value beside `Not Detected` is its limit. */
export function readFinding(cells: Pick<Cells, 'value' | 'condition' | 'limit' | 'status'>): Finding {
  const limit = readNumber(cells.limit);
  if (cells.status.toLowerCase() === 'rejected') return { kind: 'kept', reason: 'RESULT_REJECTED' };
  if (cells.value === '') return readCondition(cells.condition, limit);
  const value = readNumber(cells.value);
  if (value !== null) return readMeasured(value, cells.condition, limit);
  const [, sign, bound] = CENSORED.exec(cells.value) ?? [];
  const number = bound === undefined ? null : readNumber(bound);
  if (number !== null) return { kind: 'text', text: cells.value, limit: sign === '<' ? (limit ?? number) : limit };
  if (NOT_FOUND.test(cells.value) || WORDS.test(cells.value)) return { kind: 'text', text: cells.value, limit };
  return { kind: 'kept', reason: 'VALUE_UNREADABLE' };
}

function readCondition(condition: string, limit: string | null): Finding {
  if (NOT_FOUND.test(condition)) return { kind: 'text', text: condition, limit };
  if (!WORDS.test(condition)) return { kind: 'kept', reason: 'RESULT_MISSING' };
  // Beside "Present Above Quantification Limit" the limit is an upper one.
  return { kind: 'text', text: condition, limit: /above/i.test(condition) ? null : limit };
}

function readMeasured(value: string, condition: string, limit: string | null): Finding {
  if (!NOT_FOUND.test(condition)) return { kind: 'value', value, limit };
  if (limit !== null && new Decimal(value).gt(limit)) return { kind: 'kept', reason: 'CONDITION_CONTRADICTS' };
  return { kind: 'text', text: condition, limit: limit ?? value };
}

/** `H;J` are two qualifiers. */
export function readQualifiers(text: string): string[] {
  const parts = text.split(/[;,]/).map((part) => part.trim());
  return [...new Set(parts.filter((part) => part !== ''))];
}

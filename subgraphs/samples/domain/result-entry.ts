import { Decimal } from 'decimal.js';
import { mayBeNegative, parseUnit } from '#platform/units/index.ts';
import { type AnalysisCase, currentResult } from './analysis.ts';
import { flagsOf, isHeld } from './flags.ts';
import { type Analysis, type Refusal, type Result, refuse } from './types.ts';

export type ResultRefusalCode =
  | 'NOT_FOUND'
  | 'VERSION_CONFLICT'
  | 'VALUE_OR_TEXT'
  | 'VALUE_NEGATIVE'
  | 'TEXT_TOO_LONG'
  | 'UNIT_INVALID'
  | 'MEASURED_IN_FUTURE'
  | 'DETECTION_LIMIT_NEGATIVE'
  | 'QUALIFIER_INVALID'
  | 'SAMPLE_NOT_RECEIVED'
  | 'SAMPLE_CLOSED'
  | 'ANALYSIS_CLOSED'
  | 'REASON_REQUIRED'
  | 'TOO_MANY_RESULTS';

/** What somebody enters. Numbers are decimal text. */
export interface ResultEntry {
  readonly analysisId: string;
  readonly expectedVersion: number;
  readonly value: string | null;
  readonly text: string | null;
  readonly unit: string | null;
  readonly detectionLimit: string | null;
  readonly qualifiers: readonly string[];
  readonly measuredAt: Date | null;
  readonly reason: string | null;
}

export interface EnteredResult {
  readonly analysis: Analysis;
  readonly result: Result;
}

type Refused = { readonly refusal: Refusal<ResultRefusalCode> };

const MAX_TEXT = 500;
const MAX_QUALIFIERS = 20;
const MAX_QUALIFIER = 20;
/** Of one analysis, corrections included. */
const MAX_RESULTS = 100;

/** The analysis and its new result; `stamp` tells the new result's id, who enters it and when. */
export function enterResult(
  found: AnalysisCase,
  entry: ResultEntry,
  stamp: { readonly id: string; readonly by: string; readonly at: Date },
): EnteredResult | Refused {
  const { analysis, sample, results } = found;
  const unit = entry.unit ?? analysis.unit;
  const wrong = wrongEntry(entry, unit, stamp.at) ?? wrongState(found, entry);
  if (wrong) return refuse(wrong.code, wrong.message, analysis.version);
  const measured = {
    value: entry.value,
    text: entry.text?.trim() ?? null,
    unit,
    detectionLimit: entry.detectionLimit,
    measuredAt: entry.measuredAt,
  };
  const flags = flagsOf(measured, { terms: analysis, sample, first: results[0] ?? null });
  const verified = analysis.requiredVerifications === 0 && !isHeld(flags);
  return {
    analysis: { ...analysis, status: verified ? 'VERIFIED' : 'SUBMITTED', version: analysis.version + 1 },
    result: {
      ...measured,
      id: stamp.id,
      analysisId: analysis.id,
      sequence: results.length + 1,
      flags,
      qualifiers: entry.qualifiers,
      enteredBy: stamp.by,
      enteredAt: stamp.at,
      reason: results.length === 0 ? null : entry.reason,
    },
  };
}

interface Wrong {
  readonly code: ResultRefusalCode;
  readonly message: string;
}

function wrongEntry(entry: ResultEntry, unit: string | null, now: Date): Wrong | null {
  return wrongWords(entry) ?? wrongUnit(entry) ?? wrongNumbers(entry, unit) ?? wrongTime(entry, now);
}

function wrongWords({ value, text, qualifiers }: ResultEntry): Wrong | null {
  const words = text?.trim() ?? '';
  if ((value === null) === (words === '')) {
    return { code: 'VALUE_OR_TEXT', message: `Give either value or text, got ${value === null ? 'neither' : 'both'}.` };
  }
  if (words.length > MAX_TEXT) {
    return {
      code: 'TEXT_TOO_LONG',
      message: `A result in words has at most ${MAX_TEXT} characters, got ${words.length}.`,
    };
  }
  if (qualifiers.length > MAX_QUALIFIERS || qualifiers.some((q) => q.trim() === '' || q.length > MAX_QUALIFIER)) {
    return {
      code: 'QUALIFIER_INVALID',
      message: `At most ${MAX_QUALIFIERS} qualifiers of 1 to ${MAX_QUALIFIER} characters, got ${qualifiers.length}: ${JSON.stringify(qualifiers.join(', ').slice(0, 100))}.`,
    };
  }
  return null;
}

function wrongUnit({ unit }: ResultEntry): Wrong | null {
  if (unit === null || parseUnit(unit)) return null;
  return {
    code: 'UNIT_INVALID',
    message: `${JSON.stringify(unit.slice(0, 100))} is not a UCUM unit: write for example "mg/L", "ug/L", "uS/cm" or "Cel"; letter case counts.`,
  };
}

function wrongNumbers({ value, detectionLimit }: ResultEntry, unit: string | null): Wrong | null {
  if (value !== null && new Decimal(value).lt(0) && unit !== null && !mayBeNegative(parseUnit(unit))) {
    return {
      code: 'VALUE_NEGATIVE',
      message: `${value} ${unit} is below zero: for a result below detection send text "ND" with detectionLimit.`,
    };
  }
  if (detectionLimit !== null && new Decimal(detectionLimit).lt(0)) {
    return { code: 'DETECTION_LIMIT_NEGATIVE', message: `detectionLimit is ${detectionLimit}: it is zero or more.` };
  }
  return null;
}

function wrongTime({ measuredAt }: ResultEntry, now: Date): Wrong | null {
  if (!measuredAt || measuredAt <= now) return null;
  return {
    code: 'MEASURED_IN_FUTURE',
    message: `measuredAt is ${measuredAt.toISOString()}, after now (${now.toISOString()}): check its date and offset.`,
  };
}

const CLOSED_ANALYSIS: ReadonlySet<string> = new Set(['VERIFIED', 'RETRACTED', 'CANCELLED']);

function wrongState(found: AnalysisCase, entry: ResultEntry): Wrong | null {
  const { analysis, sample } = found;
  if (sample.status === 'CANCELLED' || sample.status === 'COMPLETED') {
    return {
      code: 'SAMPLE_CLOSED',
      message: `Sample ${sample.accessionNumber} is ${sample.status}: it takes no more results.`,
    };
  }
  if (CLOSED_ANALYSIS.has(analysis.status)) {
    return {
      code: 'ANALYSIS_CLOSED',
      message: `The analysis is ${analysis.status}: retract it with a repeat, then enter the repeat's result.`,
    };
  }
  if (!sample.receivedAt) {
    return {
      code: 'SAMPLE_NOT_RECEIVED',
      message: `Sample ${sample.accessionNumber} has not been received yet: receive it first.`,
    };
  }
  if (currentResult(found) && !entry.reason?.trim()) {
    return { code: 'REASON_REQUIRED', message: 'This corrects an earlier result: say why in reason.' };
  }
  if (found.results.length >= MAX_RESULTS) {
    return {
      code: 'TOO_MANY_RESULTS',
      message: `The analysis has ${MAX_RESULTS} results, the most there may be: retract it with a repeat.`,
    };
  }
  return null;
}

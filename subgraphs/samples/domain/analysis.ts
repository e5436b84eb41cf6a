import { isId } from '#platform/identity/index.ts';
import { isHeld } from './flags.ts';
import {
  type Analysis,
  type AnalysisService,
  type Refusal,
  type Result,
  refuse,
  type Sample,
  type Verification,
} from './types.ts';

export type VerificationRefusalCode =
  | 'NOT_FOUND'
  | 'VERSION_CONFLICT'
  | 'SAMPLE_CLOSED'
  | 'NOT_SUBMITTED'
  | 'OWN_RESULT'
  | 'ALREADY_VERIFIED_BY_YOU'
  | 'RESULT_HELD';

export type AnalysisRefusalCode =
  | 'NOT_FOUND'
  | 'VERSION_CONFLICT'
  | 'WRONG_STATUS'
  | 'REASON_REQUIRED'
  | 'ANALYST_REQUIRED'
  | 'ANALYST_UNKNOWN'
  | 'ANALYST_INACTIVE'
  | 'ANALYST_NOT_PERMITTED'
  | 'TOO_MANY_ANALYSES';

/** What accounts says of a person who is to carry out an analysis. */
export interface Analyst {
  readonly active: boolean;
  readonly entersResults: boolean;
}

/** An analysis with what decisions about it need. */
export interface AnalysisCase {
  readonly analysis: Analysis;
  readonly sample: Sample;
  readonly service: AnalysisService;
  /** Oldest first. */
  readonly results: readonly Result[];
  /** Of the present result. */
  readonly verifications: readonly Verification[];
}

type Refused<Code extends string> = { readonly refusal: Refusal<Code> };

export function currentResult(found: Pick<AnalysisCase, 'results'>): Result | null {
  return found.results.at(-1) ?? null;
}

/** The analysis when `expectedVersion` is its version: a stale version is answered before an illegal change. */
export function atVersion(
  found: AnalysisCase | undefined,
  request: { readonly analysisId: string; readonly expectedVersion: number },
): AnalysisCase | Refused<'NOT_FOUND' | 'VERSION_CONFLICT'> {
  if (!found) return refuse('NOT_FOUND', `No analysis has the id ${JSON.stringify(request.analysisId.slice(0, 100))}.`);
  const { version } = found.analysis;
  if (version === request.expectedVersion) return found;
  return refuse(
    'VERSION_CONFLICT',
    `The analysis is at version ${version}, expected was ${request.expectedVersion}: read it again and decide anew.`,
    version,
  );
}

/** The analysis after `by` has verified its present result. */
export function verify(found: AnalysisCase, by: string): Analysis | Refused<VerificationRefusalCode> {
  const { analysis, verifications } = found;
  const wrong = (code: VerificationRefusalCode, message: string) => refuse(code, message, analysis.version);
  const closed = sampleClosed(found, 'SAMPLE_CLOSED');
  if (closed) return closed;
  const result = currentResult(found);
  if (analysis.status !== 'SUBMITTED' || !result) {
    return wrong('NOT_SUBMITTED', `The analysis is ${analysis.status}: only a SUBMITTED one waits for verification.`);
  }
  if (result.enteredBy === by) return wrong('OWN_RESULT', 'You entered this result: another person has to verify it.');
  if (isHeld(result.flags)) {
    return wrong('RESULT_HELD', `The result is held (${result.flags.join(', ')}): enter it anew, then verify that.`);
  }
  if (verifications.some((verification) => verification.by === by)) {
    return wrong(
      'ALREADY_VERIFIED_BY_YOU',
      'You have verified this result: the next verification is another person’s.',
    );
  }
  const enough = verifications.length + 1 >= analysis.requiredVerifications;
  return { ...analysis, status: enough ? 'VERIFIED' : 'SUBMITTED', version: analysis.version + 1 };
}

/** Of one sample, withdrawn ones and repeats included: they are read and shown as a whole. */
const MAX_ANALYSES_WITH_REPEATS = 400;

const OPEN: ReadonlySet<string> = new Set(['REGISTERED', 'ASSIGNED']);
const CLOSED_SAMPLE: ReadonlySet<string> = new Set(['CANCELLED', 'COMPLETED']);

function sampleClosed<Code extends string>({ analysis, sample }: AnalysisCase, code: Code): Refused<Code> | null {
  if (!CLOSED_SAMPLE.has(sample.status)) return null;
  return refuse(
    code,
    `Sample ${sample.accessionNumber} is ${sample.status}: its analyses no longer change.`,
    analysis.version,
  );
}

/** The analysis given to `analystId`, one of `known`; before a result was entered it may be given on. */
export function assign(
  found: AnalysisCase,
  analystId: string | null,
  known: ReadonlyMap<string, Analyst>,
): Analysis | Refused<AnalysisRefusalCode> {
  const { analysis } = found;
  const closed = sampleClosed(found, 'WRONG_STATUS');
  if (closed) return closed;
  if (!OPEN.has(analysis.status)) {
    return refuse(
      'WRONG_STATUS',
      `The analysis is ${analysis.status}: only REGISTERED and ASSIGNED ones are given to an analyst.`,
      analysis.version,
    );
  }
  if (analystId === null || !isId(analystId)) {
    return refuse('ANALYST_REQUIRED', 'Give the id of the analyst as analystId.', analysis.version);
  }
  const wrong = wrongAnalyst(known.get(analystId));
  if (wrong) return refuse(wrong.code, wrong.message, analysis.version);
  return { ...analysis, status: 'ASSIGNED', assignedTo: analystId, version: analysis.version + 1 };
}

function wrongAnalyst(analyst: Analyst | undefined): { code: AnalysisRefusalCode; message: string } | null {
  if (!analyst) {
    return {
      code: 'ANALYST_UNKNOWN',
      message: 'No person of your organization has this id: the query users lists them.',
    };
  }
  if (!analyst.active) {
    return { code: 'ANALYST_INACTIVE', message: 'The account of this person is closed: choose somebody else.' };
  }
  if (!analyst.entersResults) {
    const message = 'This person may not enter results: choose somebody with the permission results:enter.';
    return { code: 'ANALYST_NOT_PERMITTED', message };
  }
  return null;
}

/** The analysis withdrawn: RETRACTED once it has a result, CANCELLED before; `stamp` tells who does it and when. */
export function retract(
  found: AnalysisCase,
  reason: string | null,
  stamp: { readonly by: string; readonly at: Date },
): Analysis | Refused<AnalysisRefusalCode> {
  const { analysis } = found;
  const closed = sampleClosed(found, 'WRONG_STATUS');
  if (closed) return closed;
  if (analysis.status === 'RETRACTED' || analysis.status === 'CANCELLED') {
    return refuse('WRONG_STATUS', `The analysis is ${analysis.status} already.`, analysis.version);
  }
  if (!reason?.trim()) {
    return refuse(
      'REASON_REQUIRED',
      'Withdrawing needs a reason for the audit trail: give it as reason.',
      analysis.version,
    );
  }
  return {
    ...analysis,
    status: OPEN.has(analysis.status) ? 'CANCELLED' : 'RETRACTED',
    version: analysis.version + 1,
    ...{ retractedBy: stamp.by, retractedAt: stamp.at, retractReason: reason.trim() },
  };
}

interface Place {
  readonly id: string;
  readonly sampleId: string;
  /** The next free one of the sample. */
  readonly position: number;
}

/** An analysis as it is asked for: what decides about it is copied from the service as it is now. */
export function analysisFor(service: AnalysisService, place: Place): Analysis {
  const { unit, method, requiredVerifications, holdingTimeHours } = service;
  return {
    ...place,
    serviceId: service.id,
    status: 'REGISTERED',
    version: 1,
    assignedTo: null,
    replacesId: null,
    ...{ retractedBy: null, retractedAt: null, retractReason: null },
    ...{ unit, method, requiredVerifications, holdingTimeHours },
  };
}

/** A repeat is asked for anew, but needs no fewer verifications than what it repeats: withdrawing is no way around them. */
export function repeatOf(
  { analysis, service, sample }: AnalysisCase,
  place: Omit<Place, 'sampleId'>,
): Analysis | Refused<AnalysisRefusalCode> {
  if (place.position > MAX_ANALYSES_WITH_REPEATS) {
    return refuse(
      'TOO_MANY_ANALYSES',
      `Sample ${sample.accessionNumber} has ${MAX_ANALYSES_WITH_REPEATS} analyses, the most there may be: withdraw without a repeat and register an aliquot.`,
      analysis.version,
    );
  }
  const asked = analysisFor(service, { ...place, sampleId: analysis.sampleId });
  const requiredVerifications = Math.max(asked.requiredVerifications, analysis.requiredVerifications);
  return { ...asked, requiredVerifications, replacesId: analysis.id };
}

/** Who withdrew an analysis, when and why. */
export interface Retraction {
  readonly by: string;
  readonly at: Date;
  readonly reason: string | null;
}

export function retractionOf({ retractedBy, retractedAt, retractReason }: Analysis): Retraction | null {
  return retractedBy === null || retractedAt === null
    ? null
    : { by: retractedBy, at: retractedAt, reason: retractReason };
}

import type { SamplesContext } from '../context.ts';
import {
  type AnalysisRefusalCode,
  assign,
  currentResult,
  repeatOf,
  retract,
  type VerificationRefusalCode,
  verify,
} from '../domain/analysis.ts';
import { enterResult, type ResultEntry, type ResultRefusalCode } from '../domain/result-entry.ts';
import type { Verification } from '../domain/types.ts';
import { analysisAssigned, analysisRetracted, analysisSubmitted, analysisVerified } from '../events.ts';
import { findAnalysts } from './analysts.ts';
import { type AnalysisRequest, changeAnalyses } from './change-analyses.ts';
import { checkInputs } from './input.ts';
import type { Outcomes } from './outcome.ts';

/** Enters or corrects results; a correction is a new result beside the earlier ones. */
export function submitResults(
  ctx: SamplesContext,
  inputs: readonly ResultEntry[],
  idempotencyKey: string | null,
): Promise<Outcomes<ResultRefusalCode>> {
  const [by, at] = [ctx.viewer.userId, ctx.clock()];
  return changeAnalyses<ResultEntry, ResultRefusalCode>(ctx, {
    operation: 'submitResults',
    inputs,
    idempotencyKey,
    decide(found, entry) {
      const entered = enterResult(found, entry, { id: ctx.newId(), by, at });
      if ('refusal' in entered) return entered;
      const before = currentResult(found);
      return { ...entered, event: (after) => analysisSubmitted(after, before, entered.result) };
    },
  });
}

export function verifyAnalyses(
  ctx: SamplesContext,
  inputs: readonly AnalysisRequest[],
  idempotencyKey: string | null,
): Promise<Outcomes<VerificationRefusalCode>> {
  const [by, at] = [ctx.viewer.userId, ctx.clock()];
  return changeAnalyses<AnalysisRequest, VerificationRefusalCode>(ctx, {
    operation: 'verifyAnalyses',
    inputs,
    idempotencyKey,
    decide(found) {
      const analysis = verify(found, by);
      if ('refusal' in analysis) return analysis;
      const resultId = currentResult(found)?.id ?? '';
      const verification: Verification = { id: ctx.newId(), analysisId: analysis.id, resultId, by, at };
      return { analysis, verification, event: (after) => analysisVerified(after, resultId) };
    },
  });
}

export interface AssignmentRequest extends AnalysisRequest {
  readonly analystId: string | null;
  readonly reason: string | null;
}

export async function assignAnalyses(
  ctx: SamplesContext,
  inputs: readonly AssignmentRequest[],
  idempotencyKey: string | null,
): Promise<Outcomes<AnalysisRefusalCode>> {
  checkInputs(inputs);
  // Before the transaction: nobody's samples stay locked while accounts answers.
  const analysts = await findAnalysts(
    ctx,
    inputs.map(({ analystId }) => analystId),
  );
  return changeAnalyses<AssignmentRequest, AnalysisRefusalCode>(ctx, {
    operation: 'assignAnalyses',
    inputs,
    idempotencyKey,
    decide(found, { analystId, reason }) {
      const analysis = assign(found, analystId, analysts);
      if ('refusal' in analysis) return analysis;
      return { analysis, event: (after) => analysisAssigned(after, found.analysis, reason) };
    },
  });
}

export interface RetractionRequest extends AnalysisRequest {
  readonly reason: string | null;
  readonly repeat: boolean;
}

/** Withdraws analyses: what was entered stays on record, the repeat starts anew. */
export function retractAnalyses(
  ctx: SamplesContext,
  inputs: readonly RetractionRequest[],
  idempotencyKey: string | null,
): Promise<Outcomes<AnalysisRefusalCode>> {
  const stamp = { by: ctx.viewer.userId, at: ctx.clock() };
  return changeAnalyses<RetractionRequest, AnalysisRefusalCode>(ctx, {
    operation: 'retractAnalyses',
    inputs,
    idempotencyKey,
    decide(found, { reason, repeat: wanted }, nextPosition) {
      const analysis = retract(found, reason, stamp);
      if ('refusal' in analysis) return analysis;
      const place = () => ({ id: ctx.newId(), position: nextPosition(analysis.sampleId) });
      const repeat = wanted ? repeatOf(found, place()) : undefined;
      if (repeat && 'refusal' in repeat) return repeat;
      const details = { repeatId: repeat?.id ?? null, reason };
      return {
        analysis,
        ...(repeat && { repeat }),
        event: (after) => analysisRetracted(after, found.analysis, details),
      };
    },
  });
}

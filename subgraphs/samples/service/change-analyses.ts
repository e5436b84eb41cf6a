import type { DomainEvent } from '#platform/events/index.ts';
import { idOf } from '#platform/identity/index.ts';
import { actorOf, type SamplesContext } from '../context.ts';
import type { SampleReader, SampleWriter } from '../data/sample-store.ts';
import { type AnalysisCase, atVersion } from '../domain/analysis.ts';
import type { Analysis, Refusal, Result, Sample, Verification } from '../domain/types.ts';
import { checkInputs, checkWords } from './input.ts';
import { loadCases } from './load-cases.ts';
import { done, type Outcome, type Outcomes, refused } from './outcome.ts';

/** What one decision adds; `event` is asked once the sample's version after the whole request is known. */
export interface AnalysisChange {
  readonly analysis: Analysis;
  readonly result?: Result;
  readonly verification?: Verification;
  readonly repeat?: Analysis;
  event(after: AnalysisCase): DomainEvent;
}

export interface AnalysisRequest {
  readonly analysisId: string;
  readonly expectedVersion: number;
  readonly reason?: string | null;
}

export interface AnalysesCall<Input extends AnalysisRequest, Code extends string> {
  readonly operation: string;
  readonly inputs: readonly Input[];
  readonly idempotencyKey: string | null;
  decide(
    found: AnalysisCase,
    input: Input,
    allOf: AnalysesOfSample,
  ): AnalysisChange | { readonly refusal: Refusal<Code> };
}

/** The next free position among a sample's analyses; each call takes one. */
export type AnalysesOfSample = (sampleId: string) => number;

/** Decides one input after the other, each on what the ones before left, and writes all of it with a handful of statements. */
export async function changeAnalyses<Input extends AnalysisRequest, Code extends string>(
  ctx: SamplesContext,
  call: AnalysesCall<Input, Code>,
): Promise<Outcomes<Code | 'NOT_FOUND' | 'VERSION_CONFLICT'>> {
  const { operation, inputs, idempotencyKey } = call;
  checkInputs(inputs);
  checkWords(inputs);
  const results = await ctx.store.write(actorOf(ctx), ctx.viewer.clientId, (writer) =>
    writer.once({ operation, key: idempotencyKey, request: inputs }, () => decideAll(writer, call)),
  );
  return { results };
}

async function decideAll<Input extends AnalysisRequest, Code extends string>(
  writer: SampleWriter,
  call: AnalysesCall<Input, Code>,
): Promise<Outcome<Code | 'NOT_FOUND' | 'VERSION_CONFLICT'>[]> {
  const ids = call.inputs.map(({ analysisId }) => analysisId);
  const samples = await writer.lockSamplesOfAnalyses(ids);
  const before = await loadCases(writer, await writer.analysesByIds(ids), samples);
  const cases = new Map(before);
  const positions = await nextPositions(writer, samples);
  const made: { readonly change: AnalysisChange; readonly after: AnalysisCase }[] = [];
  const outcomes = call.inputs.map((input, index) => {
    const found = atVersion(cases.get(idOf(input.analysisId)), input);
    if ('refusal' in found) return refused(index, found.refusal);
    const change = call.decide(found, input, positions);
    if ('refusal' in change) return refused(index, change.refusal);
    const after = applied(found, change);
    cases.set(change.analysis.id, after);
    made.push({ change, after });
    return done(change.analysis.id, change.repeat?.id ?? null);
  });
  if (made.length > 0) await save(writer, { before, cases, made });
  return outcomes;
}

function applied(found: AnalysisCase, { analysis, result, verification }: AnalysisChange): AnalysisCase {
  return {
    ...found,
    analysis,
    results: result ? [...found.results, result] : found.results,
    verifications: verification ? [...found.verifications, verification] : result ? [] : found.verifications,
  };
}

async function save(
  writer: SampleWriter,
  work: {
    readonly before: ReadonlyMap<string, AnalysisCase>;
    readonly cases: ReadonlyMap<string, AnalysisCase>;
    readonly made: readonly { readonly change: AnalysisChange; readonly after: AnalysisCase }[];
  },
): Promise<void> {
  const { before, cases, made } = work;
  const changed = [...cases].flatMap(([id, { analysis, sample }]) => {
    const found = before.get(id);
    return found && found.analysis !== analysis ? [{ before: found.analysis, after: analysis, sample }] : [];
  });
  const samples = new Map(changed.map(({ sample }) => [sample.id, nextFacts(sample)]));
  const events = made.map(({ change, after }) =>
    change.event({ ...after, sample: samples.get(after.sample.id)?.after ?? after.sample }),
  );
  // Written in this order, and sent together.
  await Promise.all([
    writer.changeAnalyses(changed),
    writer.insertAnalyses(made.flatMap(({ change }) => change.repeat ?? [])),
    writer.insertResults(made.flatMap(({ change }) => change.result ?? [])),
    writer.insertVerifications(made.flatMap(({ change }) => change.verification ?? [])),
    writer.changeSamples([...samples.values()]),
    writer.announce(events),
  ]);
}

/** What rules know about the sample has changed, its own row has not. */
function nextFacts(sample: Sample): { readonly before: Sample; readonly after: Sample } {
  return { before: sample, after: { ...sample, factsVersion: sample.factsVersion + 1 } };
}

async function nextPositions(reader: SampleReader, samples: readonly Sample[]): Promise<AnalysesOfSample> {
  const highest = new Map<string, number>();
  for (const { sampleId, position } of await reader.analysesOf(samples.map(({ id }) => id))) {
    highest.set(sampleId, Math.max(position, highest.get(sampleId) ?? 0));
  }
  return (sampleId) => {
    const next = (highest.get(sampleId) ?? 0) + 1;
    highest.set(sampleId, next);
    return next;
  };
}

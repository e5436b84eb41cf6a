import { Decimal } from 'decimal.js';
import { HOUR_MS } from './due-time.ts';
import { holdsOf, sameUnit } from './flags.ts';
import type { Analysis, Result, Sample } from './types.ts';

/** Everything that the facts of one sample are made of. */
export interface FactSource
  extends Pick<Sample, 'id' | 'barcode' | 'priority' | 'collectedAt' | 'receivedAt' | 'condition' | 'parentId'> {
  /** Code of its type. */
  readonly type: string;
  /** Code of its client. */
  readonly client: string | null;
  /** In the order in which they were asked for. */
  readonly analyses: readonly AnalysisSource[];
}

export interface AnalysisSource
  extends Pick<Analysis, 'id' | 'status' | 'assignedTo' | 'replacesId' | 'unit' | 'requiredVerifications'> {
  /** Code of its service. */
  readonly service: string;
  /** As it stands. */
  readonly result: Pick<Result, 'value' | 'text' | 'unit' | 'detectionLimit' | 'flags' | 'enteredBy'> | null;
  /** Who verified that result, the first one first. */
  readonly verifiedBy: readonly string[];
}

/** Text as a quoted atom, whatever it contains, as `writeq` prints it. */
export function quotedAtom(text: string): string {
  return `'${text.replace(/[\\'\p{Cc}]/gu, escapeCharacter)}'`;
}

function escapeCharacter(character: string): string {
  return ESCAPES[character] ?? `\\x${character.charCodeAt(0).toString(16)}\\`;
}

const ESCAPES: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  "'": "\\'",
  '\n': '\\n',
  '\t': '\\t',
  '\r': '\\r',
};

/** Hours since 1970 as a number: what the rule base counts time in. */
export function epochHours(at: Date): string {
  return String(at.getTime() / HOUR_MS);
}

/** The number without an exponent: every Prolog reads `0.034` and `34`, not every one `34e-3`. */
export function numberText(decimal: string): string {
  return new Decimal(decimal).toFixed();
}

/** The facts about a sample and its analyses in the vocabulary of the rule base, sample first, analyses in their order. */
export function factsOf(source: FactSource): string[] {
  return [
    ...sampleFacts(source),
    ...source.analyses.flatMap((analysis) => analysisFacts(source, analysis)),
    ...testFacts(source.analyses),
  ];
}

const WITHDRAWN: ReadonlySet<string> = new Set(['RETRACTED', 'CANCELLED']);

/** What a test demands is what its analysis was asked for with; of several of one test, that of the last one that counts. */
function testFacts(analyses: readonly AnalysisSource[]): string[] {
  const inOrder = [...analyses].sort((a, b) => Number(isLive(a)) - Number(isLive(b)));
  const byTest = new Map(inOrder.map((analysis) => [analysis.service, analysis]));
  return [...byTest].flatMap(([code, { requiredVerifications, unit }]) => [
    `required_verifications(${quotedAtom(code)},${requiredVerifications})`,
    ...(unit === null ? [] : [`unit_of(${quotedAtom(code)},${quotedAtom(unit)})`]),
  ]);
}

function isLive({ status }: AnalysisSource): boolean {
  return !WITHDRAWN.has(status);
}

function sampleFacts(sample: FactSource): string[] {
  const id = quotedAtom(sample.id);
  const optional: readonly (readonly [string, string | null])[] = [
    ['barcode', sample.barcode && quotedAtom(sample.barcode)],
    ['client', sample.client && quotedAtom(sample.client)],
    ['collected_at', sample.collectedAt && epochHours(sample.collectedAt)],
    ['received_at', sample.receivedAt && epochHours(sample.receivedAt)],
    ['condition', sample.condition?.toLowerCase() ?? null],
    ['parent', sample.parentId && quotedAtom(sample.parentId)],
  ];
  return [
    `sample(${id})`,
    `sample_type(${id},${quotedAtom(sample.type)})`,
    `priority(${id},${sample.priority.toLowerCase()})`,
    ...optional.flatMap(([name, value]) => (value === null ? [] : [`${name}(${id},${value})`])),
  ];
}

function analysisFacts(sample: FactSource, analysis: AnalysisSource): string[] {
  const id = quotedAtom(analysis.id);
  const facts = [
    `analysis(${id},${quotedAtom(sample.id)},${quotedAtom(analysis.service)})`,
    `analysis_status(${id},${analysis.status.toLowerCase()})`,
  ];
  if (analysis.assignedTo !== null) facts.push(`assigned_to(${id},${quotedAtom(analysis.assignedTo)})`);
  if (analysis.replacesId !== null) facts.push(`replaces(${id},${quotedAtom(analysis.replacesId)})`);
  facts.push(...resultFacts(analysis), ...analysis.verifiedBy.map((by) => `verified_by(${id},${quotedAtom(by)})`));
  return facts;
}

function resultFacts({ id: analysisId, result, unit: asked }: AnalysisSource): string[] {
  if (!result) return [];
  const id = quotedAtom(analysisId);
  // Rules unify units as atoms, so the spelling that was asked for stands for every spelling of the same unit.
  const unit = quotedAtom((sameUnit(result.unit, asked) ? asked : result.unit) ?? '');
  const facts = [`submitted_by(${id},${quotedAtom(result.enteredBy)})`];
  if (result.value !== null) facts.push(`result(${id},${numberText(result.value)},${unit})`);
  if (result.text !== null) {
    facts.push(`result_text(${id},${result.flags.includes('NON_DETECT') ? 'not_detected' : quotedAtom(result.text)})`);
  }
  if (result.detectionLimit !== null) facts.push(`detect_limit(${id},${numberText(result.detectionLimit)},${unit})`);
  facts.push(...holdsOf(result.flags).map((flag) => `held(${id},${flag.toLowerCase()})`));
  return facts;
}

import { Decimal } from 'decimal.js';
import { type AnalysisCase, currentResult } from './analysis.ts';
import { HOUR_MS } from './due-time.ts';
import { holdsOf, sameUnit } from './flags.ts';
import type { Client, Sample, SampleType } from './types.ts';

/** Everything that the facts of one sample are made of. */
export interface FactSource {
  readonly sample: Sample;
  readonly type: SampleType;
  readonly client: Client | null;
  readonly analyses: readonly AnalysisCase[];
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
  return [...sampleFacts(source), ...source.analyses.flatMap(analysisFacts), ...testFacts(source.analyses)];
}

const WITHDRAWN: ReadonlySet<string> = new Set(['RETRACTED', 'CANCELLED']);

/** What a test demands is what its analysis was asked for with; of several of one test, that of the last one that counts. */
function testFacts(analyses: readonly AnalysisCase[]): string[] {
  const inOrder = [...analyses].sort((a, b) => Number(isLive(a)) - Number(isLive(b)));
  const byTest = new Map(inOrder.map(({ service, analysis }) => [service.code, analysis]));
  return [...byTest].flatMap(([code, { requiredVerifications, unit }]) => [
    `required_verifications(${quotedAtom(code)},${requiredVerifications})`,
    ...(unit === null ? [] : [`unit_of(${quotedAtom(code)},${quotedAtom(unit)})`]),
  ]);
}

function isLive({ analysis }: AnalysisCase): boolean {
  return !WITHDRAWN.has(analysis.status);
}

function sampleFacts({ sample, type, client }: FactSource): string[] {
  const id = quotedAtom(sample.id);
  const optional: readonly (readonly [string, string | null])[] = [
    ['barcode', sample.barcode && quotedAtom(sample.barcode)],
    ['client', client && quotedAtom(client.code)],
    ['collected_at', sample.collectedAt && epochHours(sample.collectedAt)],
    ['received_at', sample.receivedAt && epochHours(sample.receivedAt)],
    ['condition', sample.condition?.toLowerCase() ?? null],
    ['parent', sample.parentId && quotedAtom(sample.parentId)],
  ];
  return [
    `sample(${id})`,
    `sample_type(${id},${quotedAtom(type.code)})`,
    `priority(${id},${sample.priority.toLowerCase()})`,
    ...optional.flatMap(([name, value]) => (value === null ? [] : [`${name}(${id},${value})`])),
  ];
}

function analysisFacts(found: AnalysisCase): string[] {
  const { analysis, service, verifications } = found;
  const id = quotedAtom(analysis.id);
  const facts = [
    `analysis(${id},${quotedAtom(analysis.sampleId)},${quotedAtom(service.code)})`,
    `analysis_status(${id},${analysis.status.toLowerCase()})`,
  ];
  if (analysis.assignedTo !== null) facts.push(`assigned_to(${id},${quotedAtom(analysis.assignedTo)})`);
  if (analysis.replacesId !== null) facts.push(`replaces(${id},${quotedAtom(analysis.replacesId)})`);
  facts.push(...resultFacts(found), ...verifications.map(({ by }) => `verified_by(${id},${quotedAtom(by)})`));
  return facts;
}

function resultFacts(found: AnalysisCase): string[] {
  const result = currentResult(found);
  if (!result) return [];
  const id = quotedAtom(found.analysis.id);
  // Rules unify units as atoms, so the spelling that was asked for stands for every spelling of the same unit.
  const asked = found.analysis.unit;
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

import type { Alims } from '../alims-client.ts';
import type { Account } from './account.ts';
import { HOLDING_FLAGS } from './reasons.ts';
import {
  ANALYSIS,
  type HeldAnalysis,
  type HeldResult,
  idempotencyKey,
  inHalves,
  type Refusal,
} from './registration.ts';
import type { Entry } from './results.ts';

/** A row whose result is to be entered for an analysis. */
export interface PendingEntry {
  readonly row: number;
  readonly entry: Entry;
  readonly serviceUnit: string | null;
  readonly analysis: HeldAnalysis;
}

const SUBMIT = `mutation SubmitResults($inputs: [SubmitResultInput!]!, $key: ID) {
  submitResults(inputs: $inputs, idempotencyKey: $key) { results {
    ... on ResultSubmitted { analysis { ${ANALYSIS} } } ... on ResultRefused { code message } } } }`;
const PER_REQUEST = 500;

/** Enters what is not entered yet and accounts for every row. */
export async function enterResults(alims: Alims, pending: readonly PendingEntry[], account: Account): Promise<void> {
  const fresh = pending.filter((entry) => !recognise(entry, account));
  for (let at = 0; at < fresh.length; at += PER_REQUEST) await enter(alims, fresh.slice(at, at + PER_REQUEST), account);
}

async function enter(alims: Alims, entries: readonly PendingEntry[], account: Account): Promise<void> {
  const outcomes = await inHalves(entries, (some) => submit(alims, some));
  const stale: PendingEntry[] = [];
  for (const [index, outcome] of outcomes.entries()) {
    const pending = entries[index];
    if (!pending) continue;
    if ('analysis' in outcome) settle(pending.row, outcome.analysis.result, account);
    else if (outcome.code === 'VERSION_CONFLICT') stale.push(pending);
    else account.refuse(pending.row, outcome.code, outcome.message);
  }
  // Somebody, or this importer before it was killed, was faster: what stands there now decides.
  for (const pending of stale) {
    const { analysis } = await alims.request<{ analysis: HeldAnalysis | null }>(
      `query ($id: ID!) { analysis(id: $id) { ${ANALYSIS} } }`,
      { id: pending.analysis.id },
    );
    const known = analysis !== null && recognise({ ...pending, analysis }, account);
    if (!known)
      account.refuse(pending.row, 'VERSION_CONFLICT', 'Somebody changed the analysis meanwhile: import again.');
  }
}

type Outcome = { readonly analysis: HeldAnalysis } | Refusal;

async function submit(alims: Alims, pending: readonly PendingEntry[]): Promise<readonly Outcome[]> {
  const inputs = pending.map(({ analysis, entry }) => ({
    analysisId: analysis.id,
    expectedVersion: analysis.version,
    ...entry,
  }));
  const answer = await alims.request<{ submitResults: { results: readonly Outcome[] } }>(SUBMIT, {
    inputs,
    key: idempotencyKey(inputs),
  });
  return answer.submitResults.results;
}

/** True when the analysis has a result already, and the row was accounted for by it. */
function recognise({ row, entry, serviceUnit, analysis }: PendingEntry, account: Account): boolean {
  if (!analysis.result) return false;
  if (isSame(analysis.result, entry, serviceUnit)) settle(row, analysis.result, account);
  else account.keep(row, 'DIFFERS_FROM_STORED');
  return true;
}

function isSame(held: HeldResult, entry: Entry, serviceUnit: string | null): boolean {
  if (entry.value === null) return held.value === null && held.text === entry.text;
  return held.value !== null && Number(held.value) === Number(entry.value) && held.unit === (entry.unit ?? serviceUnit);
}

function settle(row: number, result: HeldResult | null, account: Account): void {
  const held = HOLDING_FLAGS.find((flag) => result?.flags.includes(flag));
  if (held) account.keep(row, held);
  else account.accept(row);
}

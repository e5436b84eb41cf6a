import type { Alims } from '../alims-client.ts';
import { type Account, createAccount, type Group } from './account.ts';
import { registerCatalogue } from './catalogue.ts';
import { readRows } from './csv.ts';
import { enterResults, type PendingEntry } from './entry.ts';
import { createPlanner, type Plan, type PlannedSample } from './plan.ts';
import type { KeptBack } from './reasons.ts';
import { type HeldSample, type Refusal, registerBatch } from './registration.ts';
import { entryFor, type PlannedResult } from './results.ts';

export interface ImportOptions {
  readonly file: string;
  /** Samples per request, 1 to 500. */
  readonly batch: number;
  /** Requests in flight. */
  readonly parallel: number;
  readonly onPlan?: (plan: Plan) => void;
  readonly onRow?: (count: number) => void;
}

export interface ImportReport {
  readonly rows: number;
  readonly samples: number;
  readonly groups: readonly Group[];
}

/**
 * Brings an export of the Water Quality Portal into the laboratory. Doing so again changes nothing and reports the same.
 * @throws Error when the file is not such an export, AlimsUnreachable and AlimsRefusal when ALIMS does not take part
 */
export async function importWater(alims: Alims, options: ImportOptions): Promise<ImportReport> {
  await alims.token();
  const account = createAccount(options.onRow);
  const planner = createPlanner(account);
  for await (const row of readRows(options.file)) planner.add(row);
  const plan = planner.finish();
  options.onPlan?.(plan);
  const units = await registerCatalogue(alims, plan);
  const batches = Array.from({ length: Math.ceil(plan.samples.length / options.batch) }, (_, index) =>
    plan.samples.slice(index * options.batch, (index + 1) * options.batch),
  );
  await inParallel(options.parallel, batches, (batch) => importBatch(alims, batch, { units, account }));
  const groups = account.groups();
  if (account.count !== plan.rows) throw new Error(`${plan.rows - account.count} rows were not accounted for.`);
  return { rows: plan.rows, samples: plan.samples.length, groups };
}

/** At most `width` at a time; the first failure stops the taking up of further items. */
async function inParallel<T>(width: number, items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  let next = 0;
  let failed = false;
  const worker = async () => {
    while (next < items.length && !failed) {
      const item = items[next++];
      if (item === undefined) return;
      await work(item).catch((error: unknown) => {
        failed = true;
        throw error;
      });
    }
  };
  await Promise.all(Array.from({ length: width }, worker));
}

interface BatchContext {
  readonly units: ReadonlyMap<string, string | null>;
  readonly account: Account;
}

async function importBatch(alims: Alims, batch: readonly PlannedSample[], context: BatchContext): Promise<void> {
  const held = await registerBatch(alims, batch);
  const pending = batch.flatMap((sample, index) => pendingOf(sample, held[index], context));
  await enterResults(alims, pending, context.account);
}

/** What is to be entered for a sample; rows for which that is nothing are accounted for. */
function pendingOf(
  { input, results }: PlannedSample,
  held: HeldSample | Refusal | undefined,
  { units, account }: BatchContext,
): PendingEntry[] {
  if (!held) throw new Error(`ALIMS answered nothing about the sample ${input.barcode}.`);
  if ('code' in held) {
    for (const { row } of results) account.refuse(row, held.code, held.message);
    return [];
  }
  const isOurs = held.collectedAt !== null && Date.parse(held.collectedAt) === Date.parse(input.collectedAt);
  return results.flatMap((planned) => {
    const pending = isOurs ? pendingEntry(planned, held, units) : ({ reason: 'SAMPLE_DIFFERS' } as const);
    if (!('reason' in pending)) return [pending];
    account.keep(planned.row, pending.reason);
    return [];
  });
}

function pendingEntry(
  planned: PlannedResult,
  held: HeldSample,
  units: BatchContext['units'],
): PendingEntry | { readonly reason: KeptBack } {
  const { row, service } = planned;
  const serviceUnit = units.get(service) ?? null;
  const analyses = held.analyses.filter((each) => each.service.code === service);
  const analysis = analyses.find(({ status }) => status !== 'RETRACTED') ?? analyses[0];
  if (!analysis) return { reason: 'ANALYSIS_NOT_ASKED' };
  const entry = entryFor(planned, serviceUnit);
  return 'reason' in entry ? entry : { row, entry, serviceUnit, analysis };
}

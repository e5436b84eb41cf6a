import { actorOf, type SamplesContext } from '../context.ts';
import type { SampleReader, SampleWriter } from '../data/sample-store.ts';
import { accessionNumber } from '../domain/accession.ts';
import { analysisFor } from '../domain/analysis.ts';
import {
  type Catalogue,
  type PlannedSample,
  planRegistrations,
  type SampleRefusalCode,
  type SampleRequest,
} from '../domain/registration.ts';
import type { Analysis, CustodyEntry, Sample } from '../domain/types.ts';
import { sampleRegistered } from '../events.ts';
import { checkInputs } from './input.ts';
import { done, type Outcome, type Outcomes, refused } from './outcome.ts';
import { startWorkflows } from './start-workflows.ts';

/** Registers what can be registered; with a key, a retry gives the first answer and makes sure of the workflows again. */
export async function registerSamples(
  ctx: SamplesContext,
  requests: readonly SampleRequest[],
  idempotencyKey: string | null,
): Promise<Outcomes<SampleRefusalCode>> {
  checkInputs(requests);
  const results = await ctx.store.write(actorOf(ctx), ctx.viewer.clientId, (writer) =>
    writer.once({ operation: 'registerSamples', key: idempotencyKey, request: requests }, () =>
      register(ctx, writer, requests),
    ),
  );
  const starting = results.flatMap((outcome, index) =>
    outcome.kind === 'done' && requests[index]?.startWorkflow ? [outcome.id] : [],
  );
  await startWorkflows(ctx, starting);
  return { results };
}

interface Registration extends PlannedSample {
  readonly sample: Sample;
  readonly analyses: readonly Analysis[];
}

async function register(
  ctx: SamplesContext,
  writer: SampleWriter,
  requests: readonly SampleRequest[],
): Promise<Outcome<SampleRefusalCode>[]> {
  const now = ctx.clock();
  const year = now.getUTCFullYear();
  const catalogue = await loadCatalogue(writer, requests, ctx.viewer.clientId);
  const likely = planRegistrations(requests, catalogue, now).filter((plan) => !('refusal' in plan)).length;
  const first = likely === 0 ? 0 : await writer.takeAccessionNumbers(year, likely);
  // Whoever registers now waits at the counter: from here on nobody else takes a barcode or a parent's last place.
  const settled = likely === 0 ? catalogue : { ...catalogue, ...(await readContested(writer, requests)) };
  const registrations: Registration[] = [];
  const outcomes = planRegistrations(requests, settled, now).map((plan, index) => {
    if ('refusal' in plan) return refused(index, plan.refusal);
    const registration = toRegistration(ctx, plan, accessionNumber(year, first + registrations.length), now);
    registrations.push(registration);
    return done(registration.sample.id);
  });
  if (registrations.length > 0) await save(ctx, writer, registrations);
  return outcomes;
}

type Contested = Pick<SampleWriter, 'takenBarcodes' | 'countAliquots'>;

/** What others who register at the same time may change. */
async function readContested(
  reader: Contested,
  requests: readonly SampleRequest[],
): Promise<Pick<Catalogue, 'takenBarcodes' | 'aliquots'>> {
  const parents = requests.flatMap(({ parentId }) => parentId ?? []);
  const [takenBarcodes, aliquots] = await Promise.all([
    reader.takenBarcodes(requests.flatMap(({ barcode }) => barcode ?? [])),
    parents.length === 0 ? new Map<string, number>() : reader.countAliquots(parents),
  ]);
  return { takenBarcodes, aliquots };
}

async function loadCatalogue(
  reader: SampleReader & Contested,
  requests: readonly SampleRequest[],
  clientId: string | null,
): Promise<Catalogue> {
  const codes = (pick: (request: SampleRequest) => string | null) => [
    ...new Set(requests.map(pick).filter((code) => code !== null)),
  ];
  const services = [...new Set(requests.flatMap(({ analyses }) => analyses))];
  // Asked together: one connection answers them in one round trip.
  const [own, parents, types, clients, points, known, contested] = await Promise.all([
    clientId === null ? [] : reader.catalogueByIds('Client', [clientId]),
    reader.samplesByIds(codes(({ parentId }) => parentId)),
    reader.catalogueByCodes(
      'SampleType',
      codes(({ typeCode }) => typeCode),
    ),
    reader.catalogueByCodes(
      'Client',
      codes(({ clientCode }) => clientCode),
    ),
    reader.catalogueByCodes(
      'SamplePoint',
      codes(({ samplePointCode }) => samplePointCode),
    ),
    reader.catalogueByCodes('AnalysisService', services),
    readContested(reader, requests),
  ]);
  return {
    types: byCode(types),
    clients: byCode(clients),
    points: byCode(points),
    services: byCode(known),
    parents: new Set(parents.map(({ id }) => id)),
    ...contested,
    defaultClient: own[0] ?? null,
  };
}

function byCode<Row extends { readonly code: string }>(rows: readonly Row[]): Map<string, Row> {
  return new Map(rows.map((row) => [row.code, row]));
}

function toRegistration(ctx: SamplesContext, plan: PlannedSample, number: string, now: Date): Registration {
  const { request, type, client, point, services, status, dueAt } = plan;
  const { barcode, priority, category, collectedAt, receivedAt, condition, remarks, parentId } = request;
  const id = ctx.newId();
  const sample: Sample = {
    id,
    accessionNumber: number,
    ...{ barcode, status, priority, category, collectedAt, receivedAt, dueAt, condition, remarks, parentId },
    registeredAt: now,
    sampleTypeId: type.id,
    clientId: client?.id ?? null,
    samplePointId: point?.id ?? null,
    version: 1,
    factsVersion: 1,
    workflowVersion: 0,
  };
  const analyses = services.map((service, index) =>
    analysisFor(service, { id: ctx.newId(), sampleId: id, position: index + 1 }),
  );
  return { ...plan, sample, analyses };
}

async function save(ctx: SamplesContext, writer: SampleWriter, registrations: readonly Registration[]): Promise<void> {
  const events = registrations.map(({ sample, type, services, analyses, request }) =>
    sampleRegistered(sample, {
      typeCode: type.code,
      analyses: analyses.map(({ id }, index) => ({ analysisId: id, serviceCode: services[index]?.code ?? '' })),
      startWorkflow: request.startWorkflow,
    }),
  );
  // Written in this order, and sent together.
  await Promise.all([
    writer.insertSamples(registrations.map(({ sample }) => sample)),
    writer.insertAnalyses(registrations.flatMap(({ analyses }) => analyses)),
    writer.insertCustody(registrations.flatMap(({ sample }) => firstCustody(ctx, sample))),
    writer.announce(events),
  ]);
}

function firstCustody(ctx: SamplesContext, sample: Sample): CustodyEntry[] {
  const entry = (action: string, at: Date): CustodyEntry => ({
    id: ctx.newId(),
    sampleId: sample.id,
    at,
    action,
    location: null,
    by: ctx.viewer.userId,
    reason: null,
  });
  const registered = entry('registered', sample.registeredAt);
  return sample.receivedAt ? [registered, entry('received', sample.receivedAt)] : [registered];
}

import { dueTime } from './due-time.ts';
import {
  type AnalysisService,
  type Client,
  type Priority,
  type Refusal,
  refuse,
  type SampleCategory,
  type SampleCondition,
  type SamplePoint,
  type SampleStatus,
  type SampleType,
} from './types.ts';

export type SampleRefusalCode =
  | 'UNKNOWN_SAMPLE_TYPE'
  | 'UNKNOWN_CLIENT'
  | 'UNKNOWN_SAMPLE_POINT'
  | 'UNKNOWN_ANALYSIS_SERVICE'
  | 'DUPLICATE_ANALYSIS'
  | 'TOO_MANY_ANALYSES'
  | 'DUPLICATE_BARCODE'
  | 'BARCODE_INVALID'
  | 'COLLECTED_IN_FUTURE'
  | 'RECEIVED_IN_FUTURE'
  | 'RECEIVED_BEFORE_COLLECTED'
  | 'CONDITION_WITHOUT_RECEPTION'
  | 'UNKNOWN_PARENT'
  | 'TOO_MANY_ALIQUOTS'
  | 'REMARKS_TOO_LONG';

/** What somebody asks to register. */
export interface SampleRequest {
  readonly typeCode: string;
  readonly clientCode: string | null;
  readonly samplePointCode: string | null;
  readonly barcode: string | null;
  readonly priority: Priority;
  readonly category: SampleCategory;
  readonly collectedAt: Date | null;
  readonly receivedAt: Date | null;
  readonly condition: SampleCondition | null;
  readonly parentId: string | null;
  readonly analyses: readonly string[];
  readonly remarks: string | null;
  readonly startWorkflow: boolean;
}

/** What the request's codes and ids stand for, as far as the asker may know it. */
export interface Catalogue {
  readonly types: ReadonlyMap<string, SampleType>;
  readonly clients: ReadonlyMap<string, Client>;
  readonly points: ReadonlyMap<string, SamplePoint>;
  readonly services: ReadonlyMap<string, AnalysisService>;
  readonly parents: ReadonlySet<string>;
  /** How many samples have been taken from each parent; none where it is left out. */
  readonly aliquots: ReadonlyMap<string, number>;
  readonly takenBarcodes: ReadonlySet<string>;
  /** Client of samples for which none is named: set for people of a client. */
  readonly defaultClient: Client | null;
}

/** A request that may become a sample. */
export interface PlannedSample {
  readonly request: SampleRequest;
  readonly type: SampleType;
  readonly client: Client | null;
  readonly point: SamplePoint | null;
  readonly services: readonly AnalysisService[];
  readonly status: SampleStatus;
  readonly dueAt: Date | null;
}

type Refused = { readonly refusal: Refusal<SampleRefusalCode> };

export const MAX_ANALYSES = 200;
export const MAX_ALIQUOTS = 1_000;
export const MAX_REMARKS = 2_000;
export const MAX_BARCODE = 80;
const CONTROL = /\p{Cc}/u;

/** Decides one request after the other: of two with the same barcode the first is planned, the second refused. */
export function planRegistrations(
  requests: readonly SampleRequest[],
  catalogue: Catalogue,
  now: Date,
): (PlannedSample | Refused)[] {
  const takenBarcodes = new Set(catalogue.takenBarcodes);
  const aliquots = new Map(catalogue.aliquots);
  return requests.map((request) => {
    const plan = planRegistration(request, { ...catalogue, takenBarcodes, aliquots }, now);
    if ('refusal' in plan) return plan;
    const { barcode, parentId } = request;
    if (barcode !== null) takenBarcodes.add(barcode);
    if (parentId !== null) aliquots.set(parentId, (aliquots.get(parentId) ?? 0) + 1);
    return plan;
  });
}

function planRegistration(request: SampleRequest, catalogue: Catalogue, now: Date): PlannedSample | Refused {
  const wrong =
    wrongText(request) ?? wrongTimes(request, now) ?? unknownCode(request, catalogue) ?? wrongAnalyses(request);
  if (wrong) return wrong;
  const type = catalogue.types.get(request.typeCode);
  if (!type) return unknown('UNKNOWN_SAMPLE_TYPE', 'sample type', request.typeCode, 'sampleTypes');
  const services = findServices(request, catalogue);
  if ('refusal' in services) return services;
  if (request.barcode !== null && catalogue.takenBarcodes.has(request.barcode)) {
    return refuse(
      'DUPLICATE_BARCODE',
      `Another sample has the barcode ${quote(request.barcode)}: label this one anew.`,
    );
  }
  return {
    request,
    type,
    client: request.clientCode === null ? catalogue.defaultClient : (catalogue.clients.get(request.clientCode) ?? null),
    point: request.samplePointCode === null ? null : (catalogue.points.get(request.samplePointCode) ?? null),
    services,
    status: request.receivedAt ? 'RECEIVED' : 'REGISTERED',
    dueAt: dueTime(request.priority, request.receivedAt),
  };
}

function wrongText(request: SampleRequest): Refused | null {
  const { barcode, remarks } = request;
  if (barcode !== null && (barcode.trim() === '' || barcode.length > MAX_BARCODE || CONTROL.test(barcode))) {
    return refuse(
      'BARCODE_INVALID',
      `A barcode has 1 to ${MAX_BARCODE} printable characters, got ${barcode.length}: leave it out for an unlabelled sample.`,
    );
  }
  if (remarks !== null && remarks.length > MAX_REMARKS) {
    return refuse(
      'REMARKS_TOO_LONG',
      `Remarks have at most ${MAX_REMARKS} characters, got ${remarks.length}: shorten them.`,
    );
  }
  return null;
}

function wrongTimes(request: SampleRequest, now: Date): Refused | null {
  const { collectedAt, receivedAt, condition } = request;
  if (collectedAt && collectedAt > now) {
    return refuse(
      'COLLECTED_IN_FUTURE',
      `collectedAt is ${collectedAt.toISOString()}, after now (${now.toISOString()}): check its date and offset.`,
    );
  }
  if (receivedAt && receivedAt > now) {
    return refuse(
      'RECEIVED_IN_FUTURE',
      `receivedAt is ${receivedAt.toISOString()}, after now (${now.toISOString()}): leave it out until the sample arrives.`,
    );
  }
  if (collectedAt && receivedAt && receivedAt < collectedAt) {
    return refuse(
      'RECEIVED_BEFORE_COLLECTED',
      `receivedAt (${receivedAt.toISOString()}) is before collectedAt (${collectedAt.toISOString()}): mend one of them.`,
    );
  }
  if (condition && !receivedAt) {
    return refuse(
      'CONDITION_WITHOUT_RECEPTION',
      `condition ${condition} came without receivedAt: give both, or receive the sample when it arrives.`,
    );
  }
  return null;
}

function unknownCode(request: SampleRequest, catalogue: Catalogue): Refused | null {
  const { clientCode, samplePointCode, parentId } = request;
  if (clientCode !== null && !catalogue.clients.has(clientCode)) {
    return unknown('UNKNOWN_CLIENT', 'client', clientCode, 'clients');
  }
  if (samplePointCode !== null && !catalogue.points.has(samplePointCode)) {
    return unknown('UNKNOWN_SAMPLE_POINT', 'sample point', samplePointCode, 'samplePoints');
  }
  if (parentId !== null && !catalogue.parents.has(parentId)) {
    return refuse('UNKNOWN_PARENT', `No sample has the id ${quote(parentId)}: register the parent first.`);
  }
  if (parentId !== null && (catalogue.aliquots.get(parentId) ?? 0) >= MAX_ALIQUOTS) {
    return refuse(
      'TOO_MANY_ALIQUOTS',
      `${MAX_ALIQUOTS} samples have been taken from the parent, the most there may be: take this one from an aliquot.`,
    );
  }
  return null;
}

function wrongAnalyses(request: SampleRequest): Refused | null {
  const { analyses } = request;
  if (analyses.length > MAX_ANALYSES) {
    return refuse(
      'TOO_MANY_ANALYSES',
      `A sample has at most ${MAX_ANALYSES} analyses, got ${analyses.length}: split it into aliquots.`,
    );
  }
  const twice = analyses.find((code, index) => analyses.indexOf(code) !== index);
  return twice === undefined
    ? null
    : refuse('DUPLICATE_ANALYSIS', `The service ${quote(twice)} is asked for twice: name each once.`);
}

function findServices(request: SampleRequest, catalogue: Catalogue): readonly AnalysisService[] | Refused {
  const services: AnalysisService[] = [];
  for (const code of request.analyses) {
    const service = catalogue.services.get(code);
    if (!service) return unknown('UNKNOWN_ANALYSIS_SERVICE', 'analysis service', code, 'analysisServices');
    services.push(service);
  }
  return services;
}

function unknown(code: SampleRefusalCode, kind: string, given: string, query: string): Refused {
  return refuse(code, `No ${kind} has the code ${quote(given)}: the query ${query} lists the codes.`);
}

function quote(text: string): string {
  return JSON.stringify(text.slice(0, 100));
}

import type { Account } from './account.ts';
import { type Place, placesOf } from './catalogue-entries.ts';
import { categoryOf, type SampleCategory } from './categories.ts';
import { barcodeOf, fingerprint } from './codes.ts';
import type { Cells, Row } from './columns.ts';
import type { BrokenRow } from './csv.ts';
import type { KeptBack } from './reasons.ts';
import { remarksOf } from './remarks.ts';
import { isRefused, type PlannedResult, readUnitCell } from './results.ts';
import { createUnitCounts, type Service, serviceOf, speciationOf } from './services.ts';
import { isDate, measuredAt, readInstant } from './times.ts';
import { type Finding, readFinding, readQualifiers } from './values.ts';

/** RegisterSampleInput as this importer fills it. */
export interface SampleInput {
  readonly typeCode: string;
  readonly clientCode: string | null;
  readonly samplePointCode: string | null;
  readonly barcode: string;
  readonly category: SampleCategory;
  readonly collectedAt: string;
  readonly receivedAt: string;
  readonly analyses: readonly string[];
  readonly remarks: string | null;
  readonly startWorkflow: true;
}

/** A sample to register with the results to enter for it. */
export interface PlannedSample {
  readonly input: SampleInput;
  readonly results: readonly PlannedResult[];
}

export interface Plan {
  readonly rows: number;
  readonly samples: readonly PlannedSample[];
  readonly places: Pick<Place, 'types' | 'clients' | 'points'>;
  readonly services: readonly Service[];
}

interface Activity {
  readonly first: Cells;
  readonly category: SampleCategory;
  readonly notes: Set<string>;
  readonly results: PlannedResult[];
  /** Of each service the fingerprint of the row that came first, to tell a repetition from a second result. */
  readonly rows: Map<string, string>;
}

/** A sample has at most so many analyses in the laboratory; the rest goes on a second label. */
const MAX_ANALYSES = 200;
const ABOUT = ['organization', 'activityType', 'media', 'date', 'time', 'zone', 'location'] as const;

/** Reads rows one by one and ends with what there is to register; rows that go no further are accounted for at once. */
export function createPlanner(account: Account): { add(row: Row | BrokenRow): void; finish(): Plan } {
  const activities = new Map<string, Activity>();
  const services = new Map<string, Omit<Service, 'unit'>>();
  const units = createUnitCounts();
  const places = placesOf();
  let rows = 0;
  return {
    add(row) {
      rows += 1;
      const reason = 'broken' in row ? 'ROW_BROKEN' : addRow(row, { activities, services, units, places });
      if (reason) account.keep(row.number, reason);
    },
    finish: () => ({
      rows,
      samples: [...activities.entries()].flatMap(([id, activity]) => samplesOf(id, activity, places.codes)),
      places: { types: places.types, clients: places.clients, points: places.points },
      services: [...services.values()].map((service) => ({
        ...service,
        unit: units.mostFrequent(service.code) ?? null,
      })),
    }),
  };
}

interface Gathered {
  readonly activities: Map<string, Activity>;
  readonly services: Map<string, Omit<Service, 'unit'>>;
  readonly units: ReturnType<typeof createUnitCounts>;
  readonly places: Place;
}

/** Why the row goes no further, or null when it was added to its activity. */
function addRow({ number, cells }: Row, gathered: Gathered): KeptBack | null {
  if (cells.activity === '' || cells.characteristic === '') return 'ROW_INCOMPLETE';
  if (!isDate(cells.date)) return 'DATE_MISSING';
  const category = categoryOf(cells.activityType);
  if (category === null) return 'CATEGORY_UNKNOWN';
  const read = readResult(number, cells);
  if ('reason' in read) return read.reason;
  const { service, result } = read;
  if (result.finding.kind === 'kept' && isRefused(result.finding.reason)) return result.finding.reason;
  const activity = gathered.activities.get(cells.activity) ?? newActivity(cells, category);
  const wrong = contradiction(activity, cells, service.code);
  if (wrong) return wrong;
  activity.rows.set(service.code, fingerprintOf(cells));
  activity.results.push(result);
  for (const note of remarksOf(cells)) activity.notes.add(note);
  gathered.activities.set(cells.activity, activity);
  gathered.places.see(cells);
  gathered.services.set(service.code, gathered.services.get(service.code) ?? service);
  countUnit(gathered.units, result);
  return null;
}

function newActivity(first: Cells, category: SampleCategory): Activity {
  return { first, category, notes: new Set(), results: [], rows: new Map() };
}

function contradiction(activity: Activity, cells: Cells, service: string): KeptBack | null {
  const earlier = activity.rows.get(service);
  if (earlier === fingerprintOf(cells)) return 'DUPLICATE_ROW';
  if (ABOUT.some((field) => activity.first[field] !== cells[field])) return 'ACTIVITY_CONTRADICTS';
  return earlier === undefined ? null : 'SECOND_RESULT';
}

function fingerprintOf(cells: Cells): string {
  return fingerprint(JSON.stringify(cells));
}

type ReadResult =
  | { readonly service: Omit<Service, 'unit'>; readonly result: PlannedResult }
  | { readonly reason: KeptBack };

function readResult(row: number, cells: Cells): ReadResult {
  const [value, limit] = [readUnitCell(cells.unit), readUnitCell(cells.limitUnit)];
  const named = new Set(
    [cells.speciation, speciationIn(value), speciationIn(limit)].map(speciationOf).filter((text) => text !== ''),
  );
  const species = new Map([...named].map((text) => [text.toUpperCase(), text]));
  if (species.size > 1) return { reason: 'SPECIATION_CONTRADICTS' };
  const service = serviceOf(cells, [...species.values()][0] ?? '');
  const known = readFinding(cells);
  const limitMatters = known.kind !== 'kept' && known.limit !== null;
  const unknown = 'reason' in value || (limitMatters && 'reason' in limit);
  const finding: Finding = unknown && known.kind !== 'kept' ? { kind: 'kept', reason: 'UNIT_UNKNOWN' } : known;
  const collected = readInstant(cells.date, cells.time, cells.zone);
  const result = {
    ...{ row, service: service.code, finding },
    unit: 'unit' in value ? value.unit : undefined,
    limitUnit: 'unit' in limit ? limit.unit : undefined,
    qualifiers: readQualifiers(cells.qualifiers),
    measuredAt: measuredAt(cells.analysisDate, cells.date, collected.at),
  };
  return { service, result };
}

function speciationIn(unit: ReturnType<typeof readUnitCell>): string {
  return 'speciation' in unit ? (unit.speciation ?? '') : '';
}

/** Findings without a limit say nothing about the unit unless they name one. */
function countUnit(units: Gathered['units'], { service, finding, unit, limitUnit }: PlannedResult): void {
  if (finding.kind === 'kept') return;
  const named = unit ?? limitUnit;
  if (named !== undefined && named !== null) units.count(service, named);
}

function samplesOf(id: string, activity: Activity, codes: Place['codes']): PlannedSample[] {
  const { first, category, results } = activity;
  const collected = readInstant(first.date, first.time, first.zone);
  const parts = Math.ceil(results.length / MAX_ANALYSES);
  const remarks = [collected.note, 'Reception is not in the file: the time of collection stands for it.'];
  return Array.from({ length: parts }, (_, index) => {
    const mine = results.slice(index * MAX_ANALYSES, (index + 1) * MAX_ANALYSES);
    const part = parts === 1 ? null : `Part ${index + 1} of ${parts} of ${id}.`;
    return {
      results: mine,
      input: {
        ...codes(first),
        barcode: barcodeOf(id, index + 1),
        category,
        collectedAt: collected.at,
        receivedAt: collected.at,
        analyses: mine.map(({ service }) => service),
        remarks: shortened([part, ...remarks, ...activity.notes].filter((note) => note !== null)),
        startWorkflow: true,
      },
    };
  });
}

const MAX_REMARKS = 2_000;

function shortened(notes: readonly string[]): string {
  const text = notes.join('\n');
  return text.length <= MAX_REMARKS ? text : `${text.slice(0, MAX_REMARKS - 1)}…`;
}

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createAlims } from '../../examples/alims-client.ts';
import { type WorkflowEvent, watchWorkflows } from '../../examples/workflow-events.ts';
import { createLab, type Lab } from '../lab.ts';

const MAIN = new URL('../../examples/import-water/main.ts', import.meta.url).pathname;
const REAL = new URL('../../../shared/data/epa-wqp/wqp_utah_nutrients_wy2021.csv', import.meta.url).pathname;

let lab: Lab;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'alims-import-'));
  lab = await createLab({ catalogue: true });
});
afterAll(async () => {
  await lab[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

interface Report {
  readonly rows: number;
  readonly samples: number;
  readonly accepted: number;
  readonly held: number;
  readonly refused: number;
  readonly groups: readonly { verdict: string; reason: string; count: number; rows: readonly number[] }[];
}

interface Run {
  readonly code: number | null;
  readonly output: string;
}

/** Runs the importer as an integrator would; `onLine` may kill it. */
async function runImporter(args: readonly string[], onLine?: (line: string, kill: () => void) => void): Promise<Run> {
  const env = { ...process.env, ALIMS_URL: lab.endpoint };
  const child = spawn(process.execPath, [MAIN, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const lines: string[] = [];
  const hear = (line: string) => {
    lines.push(line);
    onLine?.(line, () => child.kill('SIGKILL'));
  };
  for (const stream of [child.stdout, child.stderr]) createInterface(stream).on('line', hear);
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, output: lines.join('\n') };
}

async function importFile(file: string, batch = 150): Promise<Report> {
  const json = join(folder, 'report.json');
  const { code, output } = await runImporter([file, '--json', json, '--batch', String(batch)]);
  expect(output).toContain('every row accounted for');
  expect(code).toBe(0);
  return JSON.parse(await readFile(json, 'utf8')) as Report;
}

function counts(report: Report): Record<string, number> {
  return Object.fromEntries(report.groups.map(({ verdict, reason, count }) => [`${verdict} ${reason}`, count]));
}

/** What became of which row; the server's sentences name the time of day. */
function fates(report: Report): unknown {
  return report.groups.map(({ verdict, reason, rows }) => ({ verdict, reason, rows }));
}

function expectEveryRowOnce(report: Report): void {
  const rows = report.groups.flatMap((group) => group.rows).sort((a, b) => a - b);
  expect(rows).toEqual(Array.from({ length: report.rows }, (_, index) => index + 2));
  expect(report.accepted + report.held + report.refused).toBe(report.rows);
}

const HEADINGS = [
  ...[
    'OrganizationIdentifier',
    'OrganizationFormalName',
    'ActivityIdentifier',
    'ActivityTypeCode',
    'ActivityMediaName',
  ],
  ...['ActivityStartDate', 'ActivityStartTime/Time', 'ActivityStartTime/TimeZoneCode', 'MonitoringLocationIdentifier'],
  ...['CharacteristicName', 'ResultSampleFractionText', 'ResultMeasureValue', 'ResultMeasure/MeasureUnitCode'],
  ...['ResultDetectionConditionText', 'DetectionQuantitationLimitMeasure/MeasureValue'],
  ...['DetectionQuantitationLimitMeasure/MeasureUnitCode', 'MeasureQualifierCode', 'AnalysisStartDate'],
];

interface Made {
  readonly activity: string;
  readonly type?: string;
  readonly date?: string;
  readonly time?: string;
  readonly point?: string;
  readonly what?: string;
  readonly value?: string;
  readonly unit?: string;
  readonly condition?: string;
  readonly limit?: string;
  readonly limitUnit?: string;
  readonly qualifiers?: string;
  readonly analysed?: string;
}

function line(row: Made): string {
  const cells = [
    ...['LAKE_ORG', 'Lake, River and Canal Board', row.activity, row.type ?? 'Sample-Routine', 'Water'],
    ...[row.date ?? '2024-03-05', row.time ?? '10:15:00', 'MST', row.point ?? 'LAKE_ORG-West shore 1'],
    ...[row.what ?? 'Nitrate', 'Total', row.value ?? '', row.unit ?? (row.value ? 'mg/l' : '')],
    ...[row.condition ?? '', row.limit ?? '', row.limitUnit ?? (row.limit ? 'mg/l' : '')],
    ...[row.qualifiers ?? '', row.analysed ?? '2024-03-07'],
  ];
  return cells.map((cell) => (/[",\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell)).join(',');
}

const QC = 'Quality Control Sample';
const ODDITIES: readonly Made[] = [
  { activity: 'ODD-01', condition: 'Not Detected', limit: '40', limitUnit: 'ug/l', qualifiers: 'U' },
  { activity: 'ODD-02', value: 'ND', unit: 'mg/l' },
  { activity: 'ODD-03', value: '<0.05' },
  {
    activity: 'ODD-04',
    value: '0.02',
    limit: '0.05',
    condition: 'Present Below Quantification Limit',
    qualifiers: 'H;J',
  },
  { activity: 'ODD-05', type: `${QC}-Field Blank`, condition: '*Non-detect', limit: '0.05' },
  { activity: 'ODD-06', type: `${QC}-Field Replicate`, value: '1.1' },
  { activity: 'ODD-07', time: '', value: '1.2' },
  { activity: 'ODD-08', what: 'pH', value: '7.9', unit: 'std units' },
  { activity: 'ODD-09', what: 'Escherichia coli', value: '>2419.6', unit: '#/100ml' },
  { activity: 'ODD-10', what: 'Temperature, water', value: '-0.4', unit: 'deg C' },
  { activity: `ODD-11-${'long'.repeat(25)}`, value: '1.3' },
  { activity: 'ODD-12', value: '900', unit: 'ug/l' },
  { activity: 'ODD-13', value: '1.4', analysed: '2024-03-01' },
  { activity: 'ODD-14', value: '1.5', date: '' },
  { activity: 'ODD-15', value: '3', unit: 'furlongs' },
  { activity: 'ODD-16', condition: 'Not Reported' },
  { activity: 'ODD-17', type: `${QC}-Other`, value: '1' },
  { activity: 'ODD-18', value: '0.5-0.7' },
  { activity: 'ODD-19', value: '-3' },
  { activity: 'ODD-20', value: '2', date: '2999-01-01', analysed: '' },
  { activity: 'ODD-06', type: `${QC}-Field Replicate`, value: '1.1' },
  { activity: 'ODD-06', type: `${QC}-Field Replicate`, value: '1.7' },
  { activity: 'ODD-06', type: `${QC}-Field Replicate`, what: 'Ammonia', value: '1', point: 'ELSEWHERE' },
  { activity: '', value: '1' },
];

const ORDINARY: readonly Made[] = Array.from({ length: 48 }, (_, index) => index).flatMap((index) => [
  { activity: `LAKE-${index}`, value: (index / 16).toFixed(2), point: `LAKE_ORG-${index % 7}` },
  { activity: `LAKE-${index}`, what: 'Ammonia', value: '0.1', limit: '0.01', point: `LAKE_ORG-${index % 7}` },
]);

const EXPECTED = {
  'accepted SUBMITTED': ORDINARY.length + 11,
  ...{ 'held UNIT_MISMATCH': 1, 'held MEASURED_BEFORE_COLLECTED': 1, 'held DATE_MISSING': 1, 'held UNIT_UNKNOWN': 1 },
  ...{ 'held RESULT_MISSING': 1, 'held CATEGORY_UNKNOWN': 1, 'held SECOND_RESULT': 1, 'held ACTIVITY_CONTRADICTS': 1 },
  ...{ 'refused VALUE_UNREADABLE': 1, 'refused VALUE_NEGATIVE': 1, 'refused COLLECTED_IN_FUTURE': 1 },
  ...{ 'refused DUPLICATE_ROW': 1, 'refused ROW_INCOMPLETE': 1, 'refused ROW_BROKEN': 1 },
};
/** One sample per activity that could be registered: the ordinary ones, ODD-01 to 13, 15, 16 and 19. */
const SAMPLES = 48 + 16;

const BY_CLIENT = `query ($client: String!) { samples(filter: { clientCode: [$client] }, first: 200) { edges {
  node { barcode category remarks workflow { stage } analyses { status results { flags } result {
    value text unit detectionLimit qualifiers flags measuredAt } } } } } }`;

interface Held {
  readonly barcode: string;
  readonly category: string;
  readonly remarks: string | null;
  readonly workflow: { readonly stage: string } | null;
  readonly analyses: readonly {
    readonly status: string;
    readonly results: readonly unknown[];
    readonly result: Readonly<Record<string, unknown>> | null;
  }[];
}

async function samplesOf(client: string): Promise<readonly Held[]> {
  const manager = await lab.as('manager');
  const answer = await manager.request<{ samples: { edges: { node: Held }[] } }>(BY_CLIENT, {
    client,
  });
  return answer.samples.edges.map(({ node }) => node);
}

test('an import that was killed goes on without a duplicate, accounts for every row, and others see it happen', async () => {
  const file = join(folder, 'made-up.csv');
  await writeFile(file, [HEADINGS.join(','), ...[...ORDINARY, ...ODDITIES].map(line), 'a,row,too,short'].join('\n'));

  const stop = new AbortController();
  const watcher = createAlims({ url: lab.endpoint, email: 'auditor@demo.test', password: 'alims-demo' });
  const seen: WorkflowEvent[] = [];
  const after = await lastCursor();
  const watching = (async () => {
    for await (const update of watchWorkflows(watcher, { after, signal: stop.signal })) {
      if (update.__typename === 'WorkflowEvent') seen.push(update);
    }
  })();

  const killed = await runImporter([file, '--batch', '8', '--parallel', '2'], (text, kill) => {
    if (Number(/^(\d+) of \d+ rows$/.exec(text)?.[1] ?? 0) >= 40) kill();
  });
  expect(killed.code).toBeNull();
  const partly = await samplesOf('LAKE_ORG');
  expect(partly.length).toBeGreaterThan(0);
  expect(partly.length).toBeLessThan(SAMPLES);

  const report = await importFile(file, 8);
  expectEveryRowOnce(report);
  expect(counts(report)).toEqual(EXPECTED);
  const samples = await samplesOf('LAKE_ORG');
  expect(samples).toHaveLength(SAMPLES);
  expect(new Set(samples.map(({ barcode }) => barcode)).size).toBe(SAMPLES);
  expect(samples.every(({ workflow }) => workflow !== null)).toBe(true);
  expect(samples.flatMap(({ analyses }) => analyses).every(({ results }) => results.length <= 1)).toBe(true);

  // The same file in other batches: nothing is asked twice, so the barcodes are what it is recognised by.
  const again = await importFile(file, 31);
  expect(fates(again)).toEqual(fates(report));
  expect(await samplesOf('LAKE_ORG')).toEqual(samples);

  const started = () => seen.filter(({ type }) => type === 'workflow.started');
  await expect.poll(() => started().length, { timeout: 20_000 }).toBe(SAMPLES);
  expect(new Set(started().map(({ workflow }) => workflow.sample.barcode))).toEqual(
    new Set(samples.map(({ barcode }) => barcode)),
  );
  stop.abort();
  await watching;
}, 120_000);

/** Cursor of the newest workflow event, so that the stream begins behind it and nothing is missed while connecting. */
async function lastCursor(): Promise<string | null> {
  const manager = await lab.as('manager');
  let cursor: string | null = null;
  for (;;) {
    const { workflowEvents }: { workflowEvents: { pageInfo: { hasNextPage: boolean; endCursor: string | null } } } =
      await manager.request(
        'query ($after: String) { workflowEvents(first: 200, after: $after) { pageInfo { hasNextPage endCursor } } }',
        { after: cursor },
      );
    cursor = workflowEvents.pageInfo.endCursor ?? cursor;
    if (!workflowEvents.pageInfo.hasNextPage) return cursor;
  }
}

test('what the file says of a result is what the laboratory holds', async () => {
  const samples = await samplesOf('LAKE_ORG');
  const held = (barcode: string) => samples.find((sample) => sample.barcode === barcode);
  const result = (barcode: string) => held(barcode)?.analyses[0]?.result;
  expect(result('ODD-01')).toMatchObject({
    ...{ text: 'Not Detected', detectionLimit: '0.04', unit: 'mg/L', qualifiers: ['U'], flags: ['NON_DETECT'] },
    measuredAt: '2024-03-07T12:00:00.000Z',
  });
  expect(result('ODD-03')).toMatchObject({ text: '<0.05', detectionLimit: '0.05', flags: ['NON_DETECT'] });
  expect(result('ODD-04')).toMatchObject({ value: '0.02', qualifiers: ['H', 'J'], flags: ['BELOW_DETECTION_LIMIT'] });
  expect(held('ODD-05')?.category).toBe('FIELD_BLANK');
  expect(held('ODD-06')?.category).toBe('FIELD_REPLICATE');
  expect(held('ODD-07')?.remarks).toContain('noon UTC');
  expect(result('ODD-10')).toMatchObject({ value: '-0.4', unit: 'Cel', flags: [] });
  expect(result('ODD-12')).toMatchObject({ value: '900', unit: 'ug/L', flags: ['UNIT_MISMATCH'] });
  expect(held('ODD-16')?.analyses).toMatchObject([{ status: 'REGISTERED', result: null }]);
});

test('a file that is no export ends with a sentence and 1', async () => {
  const file = join(folder, 'other.csv');
  await writeFile(file, 'a,b\n1,2\n');
  const wrong = await runImporter([file]);
  expect(wrong).toMatchObject({ code: 1, output: expect.stringContaining('missing: ActivityIdentifier') });
  expect(await runImporter([])).toMatchObject({ code: 1, output: expect.stringContaining('Usage:') });
});

test.skipIf(!existsSync(REAL))(
  'six hundred rows of real laboratories are accounted for (needs ../shared/data)',
  async () => {
    const file = join(folder, 'real.csv');
    const lines = (await readFile(REAL, 'utf8')).split('\n');
    await writeFile(file, lines.slice(0, 601).join('\n'));
    const report = await importFile(file);
    expectEveryRowOnce(report);
    expect(report.rows).toBe(600);
    expect(report.accepted).toBeGreaterThan(500);
    expect(await importFile(file)).toEqual(report);
  },
  120_000,
);

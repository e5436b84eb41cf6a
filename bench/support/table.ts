import { execFile } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { LoadOrder, LoadReport } from './load.ts';
import type { SteadyOrder } from './steady-load.ts';

export interface Row {
  readonly what: string;
  readonly requestsPerSecond: number;
  /** Things per second where one request carries several. */
  readonly unitsPerSecond: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly failures: number;
}

const LOAD = fileURLToPath(new URL('load.ts', import.meta.url));
const STEADY_LOAD = fileURLToPath(new URL('steady-load.ts', import.meta.url));

/** Clients that ask again as soon as they have an answer. `units` is how many things one request carries. */
export function measure(what: string, order: LoadOrder, units = 1): Promise<Row> {
  return measureBy(LOAD, what, order, units);
}

/** Requests at a steady rate, each counted from when it was due. */
export function measureSteadily(what: string, order: SteadyOrder): Promise<Row> {
  return measureBy(STEADY_LOAD, what, order, 1);
}

/** Runs a load in its own process. */
async function measureBy(program: string, what: string, order: object, units: number): Promise<Row> {
  const file = join(mkdtempSync(join(tmpdir(), 'alims-bench-')), 'order.json');
  writeFileSync(file, JSON.stringify(order));
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [program, file], { maxBuffer: 1 << 28 });
  if (stderr) process.stderr.write(stderr);
  const report = JSON.parse(stdout) as LoadReport;
  const requestsPerSecond = report.requests / report.seconds;
  return {
    what,
    requestsPerSecond,
    unitsPerSecond: requestsPerSecond * units,
    p50: quantile(report.latencies, 0.5),
    p95: quantile(report.latencies, 0.95),
    p99: quantile(report.latencies, 0.99),
    failures: report.failures,
  };
}

const COLUMNS = ['what', 'requests/s', 'units/s', 'p50 ms', 'p95 ms', 'p99 ms', 'failures'] as const;

export function print(title: string, rows: readonly Row[]): void {
  const cells = rows.map((row) => [
    row.what,
    row.requestsPerSecond.toFixed(1),
    row.unitsPerSecond.toFixed(0),
    row.p50.toFixed(1),
    row.p95.toFixed(1),
    row.p99.toFixed(1),
    String(row.failures),
  ]);
  printTable(title, COLUMNS, cells);
}

/** The first column to the left, figures to the right. */
export function printTable(title: string, columns: readonly string[], cells: readonly (readonly string[])[]): void {
  const widths = columns.map((column, i) => Math.max(column.length, ...cells.map((line) => line[i]?.length ?? 0)));
  const line = (values: readonly string[]) =>
    values.map((value, i) => (i === 0 ? value.padEnd(widths[i] ?? 0) : value.padStart(widths[i] ?? 0))).join('  ');
  console.log(`\n${title}\n${line(columns)}\n${cells.map(line).join('\n')}`);
}

/** The value below which this share of the sorted values lies. */
export function quantile(sorted: ArrayLike<number>, share: number): number {
  return sorted[Math.floor(share * (sorted.length - 1))] ?? Number.NaN;
}

/** Writes bench/results/<name>.json: the figures with the machine they were taken on. */
export function save(name: string, results: object): void {
  const machine = { cpu: cpus()[0]?.model ?? 'unknown', cores: cpus().length, node: process.version };
  const file = new URL(`../results/${name}.json`, import.meta.url);
  writeFileSync(file, `${JSON.stringify({ at: new Date().toISOString(), machine, ...results }, null, 2)}\n`);
  console.log(`\nwrote bench/results/${name}.json`);
}

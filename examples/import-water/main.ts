/** `npm run example:import-water -- <file.csv> [--json <file>] [--batch 150] [--parallel 3]` */
import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { AlimsRefusal, AlimsUnreachable, accessFrom, createAlims } from '../alims-client.ts';
import { accountTable, total } from './account.ts';
import { type ImportReport, importWater } from './import.ts';
import { createProgress } from './progress.ts';

const USAGE = 'Usage: npm run example:import-water -- <file.csv> [--json <file>] [--batch 1..500] [--parallel 1..8]';

interface Arguments {
  readonly file: string;
  readonly json: string | undefined;
  readonly batch: number;
  readonly parallel: number;
}

function readArguments(): Arguments {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      json: { type: 'string' },
      batch: { type: 'string', default: '150' },
      parallel: { type: 'string', default: '3' },
    },
  });
  const [file, ...more] = positionals;
  const [batch, parallel] = [Number(values.batch), Number(values.parallel)];
  const within = (number: number, most: number) => Number.isInteger(number) && number >= 1 && number <= most;
  if (!file || more.length > 0 || !within(batch, 500) || !within(parallel, 8)) throw new Error(USAGE);
  return { file, json: values.json, batch, parallel };
}

function jsonOf(file: string, { rows, samples, groups }: ImportReport): string {
  const [accepted, held, refused] = [total(groups, 'accepted'), total(groups, 'held'), total(groups, 'refused')];
  const listed = groups.map((group) => ({ ...group, count: group.rows.length, rows: group.rows }));
  return `${JSON.stringify({ file, rows, samples, accepted, held, refused, groups: listed })}\n`;
}

async function run(): Promise<void> {
  const { file, json, batch, parallel } = readArguments();
  const access = accessFrom(process.env);
  const started = performance.now();
  const progress = createProgress(process.stdout);
  console.log(`${file} -> ${access.url} as ${access.email}`);
  const report = await importWater(createAlims(access), {
    ...{ file, batch, parallel },
    onPlan: ({ rows, samples }) => progress.start(rows, samples.length),
    onRow: progress.update,
  }).finally(progress.stop);
  const seconds = ((performance.now() - started) / 1_000).toFixed(1);
  if (json) await writeFile(json, jsonOf(file, report));
  console.log(`\n${report.samples.toLocaleString('en')} samples, every row accounted for in ${seconds} s:\n`);
  console.log(accountTable(report.groups, report.rows));
}

try {
  await run();
} catch (error) {
  console.error(`\n${error instanceof Error ? error.message : String(error)}`);
  if (error instanceof AlimsUnreachable || error instanceof AlimsRefusal) {
    console.error('What was entered stays: the same command goes on where this one stopped.');
  }
  process.exitCode = 1;
}

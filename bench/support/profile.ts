import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from './processes.ts';
import { printTable } from './table.ts';

interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number };
  }[];
  readonly samples: readonly number[];
  /** Microseconds between samples. */
  readonly timeDeltas: readonly number[];
  /** Microseconds of the machine's monotonic clock, which process.hrtime reads as well. */
  readonly startTime: number;
}

export interface SelfTime {
  readonly what: string;
  /** Of the time that the process was busy, 0 to 1. */
  readonly share: number;
}

export interface Profile {
  /** Of the time looked at, 0 to 1. */
  readonly busy: number;
  readonly functions: readonly SelfTime[];
  /** The same by package, or by folder of ours. */
  readonly packages: readonly SelfTime[];
}

/** Readings of process.hrtime. */
export interface Span {
  readonly from: bigint;
  readonly to: bigint;
}

/** Runs something that starts node with these arguments, and ends it; then says what it did within the span. */
export async function profiled(run: (nodeArgs: readonly string[]) => Promise<Span>): Promise<Profile> {
  const folder = temporaryFolder();
  const span = await run(['--cpu-prof', `--cpu-prof-dir=${folder}`, '--cpu-prof-interval=200']);
  return readProfile(folder, span);
}

export function printProfile({ busy, functions, packages }: Profile): void {
  const percent = (share: number) => `${(share * 100).toFixed(1)} %`;
  const cells = (times: readonly SelfTime[]) => times.map(({ what, share }) => [what, percent(share)]);
  printTable(`by package (busy ${percent(busy)} of the time)`, ['package', 'self'], cells(packages.slice(0, 15)));
  printTable('by function', ['function', 'self'], cells(functions.slice(0, 45)));
}

/** The largest profile in a folder (each thread writes its own). */
function readProfile(folder: string, { from, to }: Span): Profile {
  const files = readdirSync(folder).map((name) => join(folder, name));
  const [largest] = files.sort((a, b) => statSync(b).size - statSync(a).size);
  if (!largest) throw new Error(`No profile was written to ${folder}.`);
  const profile = JSON.parse(readFileSync(largest, 'utf8')) as CpuProfile;
  const frames = new Map(profile.nodes.map(({ id, callFrame }) => [id, callFrame]));
  const functions = new Map<string, number>();
  const packages = new Map<string, number>();
  let [at, busy, idle] = [profile.startTime, 0, 0];
  for (const [index, id] of profile.samples.entries()) {
    const took = profile.timeDeltas[index] ?? 0;
    at += took;
    const frame = frames.get(id);
    if (!frame || at < Number(from / 1_000n) || at > Number(to / 1_000n)) continue;
    if (frame.functionName === '(idle)') {
      idle += took;
      continue;
    }
    busy += took;
    const place = placeOf(frame.url);
    const line = frame.url ? `${place}:${frame.lineNumber + 1}` : place;
    add(functions, `${frame.functionName || '(anonymous)'}  ${line}`, took);
    add(packages, frame.url ? packageOf(place) : frame.functionName, took);
  }
  const sorted = (times: ReadonlyMap<string, number>) =>
    [...times].map(([what, time]) => ({ what, share: time / busy })).sort((a, b) => b.share - a.share);
  return { busy: busy / (busy + idle), functions: sorted(functions), packages: sorted(packages) };
}

function add(times: Map<string, number>, key: string, time: number): void {
  times.set(key, (times.get(key) ?? 0) + time);
}

const ROOT = new URL('../../', import.meta.url).href;

function placeOf(url: string): string {
  const place = url.startsWith(ROOT) ? url.slice(ROOT.length) : url;
  return place.split('node_modules/').at(-1) ?? place;
}

function packageOf(place: string): string {
  const [first = '', second = ''] = place.split('/');
  return place.startsWith('@') || first === 'router' || first === 'platform' ? `${first}/${second}` : first;
}

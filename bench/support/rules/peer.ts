import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Measured, Measurement } from './measurement.ts';
import { laboratoryFacts } from './programs.ts';
import { measuredOf, measuringProgram } from './swipl.ts';

/** Measures one question in one engine of npm, in a process of its own that may be ended: `node peer.ts <engine> <order.json>`. */

const ofPeers = createRequire(new URL('../../peers/package.json', import.meta.url));

interface Order {
  readonly measurement: Measurement;
  readonly rounds: number;
}

interface WasmModule {
  readonly FS: { writeFile(path: string, text: string): void };
  readonly prolog: { query(goal: string): { once(): unknown } };
}

async function swiplWasm({ measurement, rounds }: Order): Promise<Measured | null> {
  const load: (options: object) => Promise<WasmModule> = ofPeers('swipl-wasm').default;
  const lines: string[] = [];
  const { FS, prolog } = await load({ arguments: ['-q'], on_output: (line: string) => lines.push(line) });
  FS.writeFile('/bench.pl', measuringProgram(measurement, rounds));
  prolog.query("consult('/bench.pl'), main").once();
  return measuredOf(lines.flatMap((line) => line.split('\n')).filter((line) => /^[\d.e+-]+$/.test(line.trim())));
}

interface TauSession {
  consult(text: string, options: { success(): void; error(error: unknown): void }): void;
  query(goal: string, options: { success(): void; error(error: unknown): void }): void;
  answer(options: { success(answer: unknown): void; fail(): void; error(error: unknown): void; limit(): void }): void;
}

async function tau({ measurement }: Order): Promise<Measured> {
  const prolog = ofPeers('tau-prolog');
  ofPeers('tau-prolog/modules/lists')(prolog);
  const session: TauSession = prolog.create(1e12);
  await new Promise<void>((success, error) =>
    session.consult(`:- use_module(library(lists)).\n${measurement.program}`, { success, error }),
  );
  const start = performance.now();
  await new Promise<void>((success, error) => session.query(`${measurement.goal}.`, { success, error }));
  let answers = 0;
  for (;;) {
    const found = await new Promise<boolean>((resolve, error) =>
      session.answer({
        success: () => resolve(true),
        fail: () => resolve(false),
        error,
        limit: () => error(new Error('limit')),
      }),
    );
    if (!found) return { millis: performance.now() - start, answers };
    answers += 1;
  }
}

/** One run of its rule per result, whose sample and range are looked up in JavaScript: it has no joins. */
async function jsonRules({ measurement, rounds }: Order): Promise<Measured> {
  const { Engine } = ofPeers('json-rules-engine');
  const engine = new Engine([
    {
      conditions: {
        any: [
          { fact: 'value', operator: 'lessThan', value: { fact: 'low' } },
          { fact: 'value', operator: 'greaterThan', value: { fact: 'high' } },
        ],
      },
      event: { type: 'abnormal' },
    },
  ]);
  const rows = laboratoryFacts()
    .split('\n')
    .map((line) => /^(\w+)\((.*)\)\.$/.exec(line)!.slice(1));
  const of = (name: string) => rows.filter(([functor]) => functor === name).map(([, args]) => args!.split(', '));
  const ranges = new Map(of('range').map(([analyte, low, high]) => [analyte, [Number(low), Number(high)] as const]));
  const tests = new Map(of('test').map(([test, sample, analyte]) => [test, { sample, analyte }]));
  const results = of('result')
    .map(([test, value]) => ({ ...tests.get(test)!, value: Number(value) }))
    .filter(({ sample }) => measurement.joined === 'all' || sample === measurement.joined);
  let best = Number.POSITIVE_INFINITY;
  let answers = 0;
  for (let round = 0; round < rounds; round++) {
    const start = performance.now();
    answers = 0;
    for (const { analyte, value } of results) {
      const [low, high] = ranges.get(analyte)!;
      answers += (await engine.run({ value, low, high })).events.length;
    }
    best = Math.min(best, performance.now() - start);
  }
  return { millis: best, answers };
}

const ENGINES: Readonly<Record<string, (order: Order) => Promise<Measured | null>>> = {
  'swipl-wasm': swiplWasm,
  'tau-prolog': tau,
  'json-rules-engine': jsonRules,
};

const [, , engine = '', file = ''] = process.argv;
const measured = await ENGINES[engine]!(JSON.parse(readFileSync(file, 'utf8')) as Order);
process.stdout.write(JSON.stringify(measured));

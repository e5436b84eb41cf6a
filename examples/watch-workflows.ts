/** `node examples/watch-workflows.ts [--after <cursor>]`: workflow events as they happen, until Ctrl-C. */
import { parseArgs } from 'node:util';
import { accessFrom, createAlims } from './alims-client.ts';
import { watchWorkflows } from './workflow-events.ts';

const { values } = parseArgs({ options: { after: { type: 'string' } } });
const access = accessFrom(process.env);
const stop = new AbortController();
process.once('SIGINT', () => stop.abort());
process.once('SIGTERM', () => stop.abort());
let last: string | null = values.after ?? null;

try {
  const alims = createAlims(access);
  await alims.token();
  console.log(`Workflows at ${access.url}; Ctrl-C ends.`);
  const onBreak = (why: string) => console.log(`… ${why}; taking it up again`);
  for await (const update of watchWorkflows(alims, { after: last, signal: stop.signal, onBreak })) {
    if (update.__typename === 'StreamGap') {
      last = update.toCursor;
      console.log(`… events are missing here: ${update.reason ?? 'they are no longer kept'}`);
      continue;
    }
    last = update.cursor;
    const { sample } = update.workflow;
    const move = update.from && update.from !== update.to ? `${update.from} -> ${update.to}` : update.to;
    const who = update.actor?.name ?? 'the system';
    console.log(`${update.at} ${update.type} ${sample.accessionNumber} ${sample.barcode ?? ''} ${move} by ${who}`);
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
if (last) console.log(`To go on from here: --after ${last}`);

/** `npm run serve -- <subgraph>|router`: one process for one part, against the services that the environment names. */
import '#platform/host/v8-flags.ts';
import { flushCompileCache } from 'node:module';
import { environment } from '#platform/config/index.ts';
import { usage } from '#start/command-line.ts';
import { runUntilSignal } from '#start/run.ts';
import { serve } from '#start/serve.ts';

const args = process.argv.slice(2);
if (args.includes('--help') || args.includes('-h')) process.stdout.write(usage());
else {
  await runUntilSignal(async (tell) => {
    const served = await serve(args, environment(), tell);
    flushCompileCache();
    return served;
  });
}
